// Package suppress decides which findings do not count, and says by what, why, by whom and until when. A finding is
// suppressed by its fingerprint, which a person wrote into an ignore file, or because each file that has it is covered: by a
// comment on the line of the credential, or by an allowlist of paths.
//
// Limits: a suppression is an opinion about a credential. The scanner does not apply it to a credential that works.
package suppress

import (
	"time"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

// Options are what a Set consists of. Each part may be missing.
type Options struct {
	Files    []*File // of fingerprints
	Comments *Comments
	Allow    []Allow
	Now      time.Time // decides what has expired
}

// Set is a scanner.Suppressor made of files, comments and allowlists.
type Set struct {
	opts  Options
	today time.Time
}

// New returns a suppressor.
func New(opts Options) *Set {
	return &Set{opts: opts, today: opts.Now.UTC().Truncate(24 * time.Hour)}
}

// Suppress implements scanner.Suppressor. An entry of an ignore file is asked before comments and allowlists, so that it counts as
// used.
func (s *Set) Suppress(c scanner.Candidate) (finding.Suppression, bool) {
	for _, f := range s.opts.Files {
		if d, ok := f.suppress(c.Fingerprint, s.today); ok {
			return d, true
		}
	}
	return s.cover(c)
}

// cover reports whether each path of the candidate is covered. It is enough that one version of a file has a comment: a
// person who adds it cannot add it to the versions before.
func (s *Set) cover(c scanner.Candidate) (first finding.Suppression, ok bool) {
	if s.opts.Comments == nil && len(s.opts.Allow) == 0 {
		return first, false
	}
	covered := map[string]finding.Suppression{}
	for _, o := range c.Occurrences {
		if d, ok := s.coverOne(c, o); ok && covered[place(o)].IsZero() {
			covered[place(o)] = d
		}
	}
	for _, o := range c.Occurrences {
		d := covered[place(o)]
		if d.IsZero() {
			return finding.Suppression{}, false
		}
		if first.IsZero() || !d.Until.IsZero() && (first.Until.IsZero() || d.Until.Before(first.Until)) {
			first = d // the one that ends first
		}
	}
	return first, !first.IsZero()
}

func (s *Set) coverOne(c scanner.Candidate, o scanner.CandidateOccurrence) (finding.Suppression, bool) {
	if d, ok := s.opts.Comments.allow(o); ok {
		return d, true
	}
	for _, a := range s.opts.Allow {
		if d, ok := a.allow(c.Rule, o, s.today); ok {
			return d, true
		}
	}
	return finding.Suppression{}, false
}

// place identifies the file of an occurrence. A message is a place of its own.
func place(o scanner.CandidateOccurrence) string {
	if o.Path == "" {
		return "\x00" + o.Commit
	}
	return o.Path
}

// expired reports whether a suppression that ends on a day, in UTC, is over on another. It holds on its last day.
func expired(until, today time.Time) bool { return !until.IsZero() && until.Before(today) }
