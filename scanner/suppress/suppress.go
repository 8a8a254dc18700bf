// Package suppress decides which findings a scan leaves out, and records why and until when. It is asked before anything is
// verified, so that an accepted key is not sent anywhere.
//
// There is no way to suppress a finding yet: None is the only implementation.
package suppress

import (
	"time"

	"github.com/akguard/akguard/rules"
)

// Candidate is a finding that may be suppressed.
type Candidate struct {
	Fingerprint string
	Rule        string // its ID
	Type        rules.Type
	Occurrences []Occurrence // first exposure first
}

// Occurrence is one place of a Candidate, with its context.
type Occurrence struct {
	Path, Member, Commit string // "" where it has none
	Line                 int
	// SourceLine is the text of the line, or the part of it around the credential. It prints masked, because it holds
	// the credential.
	SourceLine rules.Secret
}

// Decision says why a finding is suppressed.
type Decision struct {
	By     string    // what suppresses it: a file, a comment
	Reason string    // as the person who decided wrote it
	Until  time.Time // zero: for good
}

// Suppressor decides about findings. It is safe for concurrent use.
type Suppressor interface {
	// Suppress reports whether a finding is left out, and why.
	Suppress(Candidate) (Decision, bool)
}

// None suppresses nothing.
type None struct{}

// Suppress implements Suppressor.
func (None) Suppress(Candidate) (Decision, bool) { return Decision{}, false }
