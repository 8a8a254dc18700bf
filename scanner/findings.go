package scanner

import (
	"cmp"
	"slices"
	"time"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
)

// findings makes the report's findings, in its order: what works first, then by severity and first exposure.
func (s *Scanner) findings(groups []*credentialGroup) []finding.Finding {
	var out []finding.Finding
	for _, g := range groups {
		rule, ok := s.opts.Rules.Rule(g.credential.Type)
		if !ok {
			continue // its parts were found for another type's rule
		}
		out = append(out, finding.Finding{
			Rule: rule, Credential: g.credential, Fingerprint: g.credential.Fingerprint(),
			Severity: severity(rule, g.verdict.Status), Occurrences: g.occurrences(),
			Verdict: g.verdict, Candidates: g.others(),
		})
	}
	sortFindings(out)
	return out
}

func sortFindings(list []finding.Finding) {
	slices.SortFunc(list, func(a, b finding.Finding) int {
		return cmp.Or(
			cmp.Compare(urgency(a), urgency(b)), cmp.Compare(b.Severity, a.Severity),
			compareOccurrences(a.Occurrences[0], b.Occurrences[0]), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
}

// urgency ranks by what is known: what works, root keys first, what may work, what does not.
func urgency(f finding.Finding) int {
	switch f.Verdict.Status {
	case verifier.Live:
		if f.Verdict.Identity.Root() {
			return 0
		}
		return 1
	case verifier.Restricted:
		return 2
	case verifier.SecretMismatch:
		return 4
	case verifier.Inactive, verifier.NotFound, verifier.Expired:
		return 5
	}
	return 3
}

// occurrences says of each hit which parts of the credential stand there.
func (g *credentialGroup) occurrences() []finding.Occurrence {
	out := make([]finding.Occurrence, 0, len(g.hits))
	for _, h := range g.hits {
		o := finding.Occurrence{Place: h.place, Parts: finding.PartID, Line: h.line, Column: h.column, Decoded: h.decoded, URLExpires: h.expires}
		i := slices.IndexFunc(h.secrets, func(s secretAt) bool { return same(s.Secret, g.credential.Secret) })
		switch {
		case h.credential.ID.IsZero():
			o.Parts = finding.PartSecret
		case i >= 0:
			o.Parts, o.SecretLine = finding.PartBoth, h.secrets[i].line
		}
		out = append(out, o)
	}
	slices.SortFunc(out, compareOccurrences)
	return out
}

// farFuture stands for no date, so that what has a date comes first.
func farFuture() time.Time { return time.Unix(1<<40, 0) }

func compareOccurrences(a, b finding.Occurrence) int {
	return cmp.Or(when(a).Compare(when(b)), comparePlaces(a.Place, b.Place), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func when(o finding.Occurrence) time.Time {
	if o.Date.IsZero() {
		return farFuture()
	}
	return o.Date
}

func comparePlaces(a, b finding.Place) int {
	return cmp.Or(
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.Blob, b.Blob),
		cmp.Compare(a.Member, b.Member))
}

// sortHits puts hits in an order that does not depend on how they were found.
func sortHits(hits []hit) {
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(comparePlaces(a.place, b.place), cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column),
			cmp.Compare(a.credential.Type, b.credential.Type))
	})
}
