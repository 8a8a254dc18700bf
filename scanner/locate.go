package scanner

import (
	"cmp"
	"context"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
)

// errUnlocated is the error of a Locator that does not answer each question.
var errUnlocated = reason.NewError("scan.unlocated")

// locate is the second stage: it asks a source for the places of its matches, if the source knows them only now, and drops
// the matches of rules that are not for their places. If the scan is interrupted, the matches that are not located yet keep
// the place that they have.
func (c *collector) locate(ctx context.Context, source Source, matches []occurrence) ([]occurrence, error) {
	var err error
	if l, ok := source.(Locator); ok && ctx.Err() == nil {
		var located []occurrence
		if located, err = c.ask(ctx, l, matches); err == nil || ctx.Err() == nil {
			matches = located
		}
	}
	return slices.DeleteFunc(matches, func(o occurrence) bool {
		return o.Where != nil && !o.Where.Counts(cmp.Or(o.Member, o.Path), o.Commit)
	}), err
}

// ask returns an occurrence for each place of each match. Past the limit of matches it keeps one place for each.
func (c *collector) ask(ctx context.Context, l Locator, matches []occurrence) ([]occurrence, error) {
	index := map[string]int{}
	var asked []finding.Place
	for _, o := range matches {
		key := placeKey(o.Place)
		if _, ok := index[key]; !ok {
			index[key] = len(asked)
			asked = append(asked, o.Place)
		}
	}
	places, err := l.Locate(ctx, asked, c)
	if err != nil {
		return nil, err
	}
	if len(places) != len(asked) {
		return nil, errUnlocated
	}
	var out []occurrence
	for _, o := range matches {
		for i, place := range places[index[placeKey(o.Place)]] {
			if i > 0 && len(out) >= c.maxMatches {
				c.Skip(c.tooMany())
				break
			}
			place.Member = o.Member
			o.Place = place
			out = append(out, o)
		}
	}
	return out, nil
}

// placeKey distinguishes the places of one source before they are located. The members of an archive are where it is.
func placeKey(p finding.Place) string {
	return p.Source + "\x00" + p.Path + "\x00" + p.Blob + "\x00" + p.Commit
}
