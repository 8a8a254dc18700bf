package scanner

import (
	"context"

	"github.com/akguard/akguard/scanner/finding"
)

// trace finds out where the credentials of a part of a history were introduced: touching a file
// puts every credential in it into a new blob, and its author would be blamed for all of them. It scans the whole history, which costs much
// more than the part, so only if the part has matches. For each credential it returns the first occurrence in the
// history, if that is older than those in the part.
//
// If a part of the history cannot be read, the answer is less precise, but the scan is not incomplete.
func (s *Scanner) trace(ctx context.Context, whole Source, matches []occurrence) []occurrence {
	opts := s.opts
	opts.Progress, opts.Explain = nil, nil
	c, err := newCollector(opts)
	if err != nil || scanSource(ctx, whole, c) != nil {
		return nil
	}
	first := map[string]occurrence{}
	for _, o := range matches {
		keepFirst(first, o)
	}
	candidates := newPlaces(opts.MaxPlaces)
	for _, o := range c.take().take() {
		if _, ok := first[o.Key()]; ok {
			candidates.add(o)
		}
	}
	located, err := c.locate(ctx, whole, candidates)
	if err != nil {
		return nil
	}
	older := map[string]occurrence{}
	for _, o := range located {
		if dated(o, first[o.Key()]) && before(o, first[o.Key()]) {
			keepFirst(older, o)
		}
	}
	out := make([]occurrence, 0, len(older))
	for _, o := range older {
		out = append(out, o)
	}
	return out
}

func keepFirst(first map[string]occurrence, o occurrence) {
	if old, ok := first[o.Key()]; !ok || before(o, old) {
		first[o.Key()] = o
	}
}

// dated reports whether both occurrences have dates, and different ones: otherwise it is not known which is older.
func dated(a, b occurrence) bool {
	return !a.Date.IsZero() && !b.Date.IsZero() && !a.Date.Equal(b.Date)
}

func before(a, b occurrence) bool {
	return finding.CompareOccurrences(
		finding.Occurrence{Place: a.Place, Line: a.Line, Column: a.Column},
		finding.Occurrence{Place: b.Place, Line: b.Line, Column: b.Column}) < 0
}
