// Package report has what all reports share: the options of a format, and a wrapper that masks values. Each format is a
// finding.Handler in a folder of its own; package formats lists them.
package report

import (
	"io"
	"io/fs"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
)

// Format is a way to write a report.
type Format struct {
	Name string // as --format takes it
	// Machine says that programs read the format. Its texts are English, whatever the user speaks, so that they do not
	// change under a program.
	Machine bool
	New     func(io.Writer, Options) finding.Handler
}

// Options are the options of all formats.
type Options struct {
	Words       reason.Printer // puts reasons into words
	ShowSecrets bool           // write credentials whole
	Color       bool           // colour the words that matter
	Quiet       bool           // write findings and what could not be read, and no closing line
	Width       int            // columns at which a report for people is wrapped; 0: not at all
	Person      bool           // a person reads it as it is written: commands may name an ID whole, which is no secret
	All         bool           // list every place, where a format for people would list the first
	MaxBytes    int            // the size at which a format for people cuts its report; 0: what is usual for the format
	// Tree has the scanned files as they are on the disk, under the paths of their occurrences; nil if they are not there,
	// as for a saved report. Formats read it to describe lines. They quote nothing of it.
	Tree fs.FS
	Now  time.Time // when the report is written; the clock's time if it is zero
}

// Time returns when the report is written.
func (o Options) Time() time.Time {
	if o.Now.IsZero() {
		return time.Now()
	}
	return o.Now
}

// Open returns the writer of a report. Unless the options show secrets, it masks every value, also in names.
func (f Format) Open(w io.Writer, o Options) finding.Handler {
	h := f.New(w, o)
	if o.ShowSecrets {
		return h
	}
	return Masked(h)
}
