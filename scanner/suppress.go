package scanner

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
)

// Suppressor decides which findings do not count. It is safe for concurrent use.
type Suppressor interface {
	// Suppress reports whether a finding does not count, and why. A credential that works counts all the same, unless
	// Options.AllowLive says otherwise.
	Suppress(Candidate) (finding.Suppression, bool)
}

// Candidate is a finding that may be suppressed.
type Candidate struct {
	Fingerprint string
	Rule        string // its ID
	Occurrences []CandidateOccurrence
}

// CandidateOccurrence is one place of a Candidate, with its context.
type CandidateOccurrence struct {
	Path, Member, Commit string // "" where it has none
	Line                 int
	// SourceLines are the lines of the ID and of the secret, or the parts of them around the credential. They print masked,
	// because they hold the credential.
	SourceLines []rules.Secret
}

// suppress is the fourth stage: it marks the groups that a person has accepted.
func (s *Scanner) suppress(groups []*group) {
	for _, g := range groups {
		g.suppression = s.suppression(g)
	}
}

// suppression asks the suppressor about one group.
func (s *Scanner) suppression(g *group) finding.Suppression {
	if s.opts.Suppressor == nil {
		return finding.Suppression{}
	}
	rule, _ := s.opts.Rules.Rule(g.credential.Type)
	c := Candidate{Fingerprint: g.fingerprint(), Rule: rule.ID}
	for _, o := range g.occurrences {
		at := CandidateOccurrence{Path: o.Path, Member: o.Member, Commit: o.Commit, Line: o.Line}
		at.SourceLines = append(at.SourceLines, o.SourceLine)
		for _, near := range o.Secrets {
			if same(near.Secret, g.credential.Secret) {
				at.SourceLines = append(at.SourceLines, near.SourceLine)
			}
		}
		c.Occurrences = append(c.Occurrences, at)
	}
	found, _ := s.opts.Suppressor.Suppress(c)
	return found
}

// position is a position in a content.
type position struct {
	place string
	match.Position
}

func (o occurrence) position() position {
	return position{placeKey(o.Place) + "\x00" + o.Member, o.Match.Position}
}
