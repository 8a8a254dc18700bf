// Package report_test holds every report to what all of them promise: no value is written whole unless the user
// asked for it, nothing from the scanned content drives a terminal, and a failed write is an error.
package report_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/report/internal/fixture"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/scanner/report/sarif"
	"github.com/akguard/akguard/scanner/report/text"
)

var writers = map[string]func(w io.Writer, show bool) scanner.Handler{
	"jsonl": func(w io.Writer, show bool) scanner.Handler {
		return jsonl.NewHandler(w, jsonl.Options{ShowSecrets: show})
	},
	"json": func(w io.Writer, show bool) scanner.Handler {
		return jsonl.NewHandler(w, jsonl.Options{ShowSecrets: show, Array: true})
	},
	"sarif": func(w io.Writer, show bool) scanner.Handler {
		return sarif.NewHandler(w, sarif.Options{ShowSecrets: show})
	},
	"text": func(w io.Writer, show bool) scanner.Handler {
		return text.NewHandler(w, text.Options{ShowSecrets: show})
	},
}

func TestValuesAreMasked(t *testing.T) {
	report := fixture.Full()
	for name, newHandler := range writers {
		var masked, whole bytes.Buffer
		if err := errors.Join(report.Play(newHandler(&masked, false)), report.Play(newHandler(&whole, true))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, v := range report.Values() {
			if strings.Contains(masked.String(), v) {
				t.Errorf("%s writes a whole value", name)
			}
		}
		for _, f := range report.Findings {
			c := f.Credential
			for _, s := range []rules.Secret{c.ID, c.Secret, c.Token} {
				if !strings.Contains(whole.String(), s.Reveal()) {
					t.Errorf("%s does not write the whole %s that was asked for", name, c.Type)
				}
			}
		}
	}
}

func TestNothingDrivesATerminal(t *testing.T) {
	hidden := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	for name, newHandler := range writers {
		var b bytes.Buffer
		if err := fixture.Full().Play(newHandler(&b, false)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if out := b.String(); !utf8.ValidString(out) || strings.ContainsFunc(out, hidden) {
			t.Errorf("%s writes characters that cannot be seen: %q", name, out)
		}
	}
}

var errFull = errors.New("disk full")

// fullWriter fails once it has taken room bytes.
type fullWriter struct{ room int }

func (w *fullWriter) Write(p []byte) (int, error) {
	if w.room -= len(p); w.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrorsAreReturned(t *testing.T) {
	report := fixture.Full()
	for name, newHandler := range writers {
		var b bytes.Buffer
		if err := report.Play(newHandler(&b, false)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, room := range []int{0, b.Len() / 2, b.Len() - 1} {
			if err := report.Play(newHandler(&fullWriter{room}, false)); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d of %d bytes returns %v", name, room, b.Len(), err)
			}
		}
	}
}
