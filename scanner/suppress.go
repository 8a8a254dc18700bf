package scanner

import (
	"github.com/akguard/akguard/scanner/match"
	"github.com/akguard/akguard/scanner/suppress"
)

// suppress is the fourth stage: it marks the groups that are left out of the report. They are not verified either.
func (s *Scanner) suppress(groups []*group) {
	for _, g := range groups {
		g.suppressed = s.suppresses(g)
	}
}

// suppresses asks the suppressor about one group.
func (s *Scanner) suppresses(g *group) bool {
	if _, none := s.opts.Suppressor.(suppress.None); none {
		return false // and needs no list of places
	}
	rule, _ := s.opts.Rules.Rule(g.credential.Type)
	c := suppress.Candidate{Fingerprint: g.fingerprint(), Rule: rule.ID, Type: g.credential.Type}
	lines := g.sourceLines()
	for _, o := range g.places() {
		key := position{placeKey(o.Place) + "\x00" + o.Member, match.Position{Line: o.Line, Column: o.Column}}
		c.Occurrences = append(c.Occurrences, suppress.Occurrence{
			Path: o.Path, Member: o.Member, Commit: o.Commit, Line: o.Line, SourceLine: lines[key],
		})
	}
	_, suppressed := s.opts.Suppressor.Suppress(c)
	return suppressed
}

// position is a position in a content.
type position struct {
	place string
	match.Position
}

func (o occurrence) position() position {
	return position{placeKey(o.Place) + "\x00" + o.Member, o.Match.Position}
}

// sourceLines returns the source lines of the occurrences.
func (g *group) sourceLines() map[position]match.Line {
	out := map[position]match.Line{}
	for _, o := range g.occurrences {
		out[o.position()] = o.SourceLine
	}
	return out
}
