package scanner

import (
	"context"
	"maps"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
)

// errUnlocated is the error of a Locator that does not return places for every match.
var errUnlocated = reason.NewError("scan.unlocated")

// locate is the second stage: it asks a source for the places of its matches, if the source knows them only now, and drops
// the matches of rules that are not for their places. If the scan is interrupted, the matches that are not located yet keep
// the place that they have.
func (c *collector) locate(ctx context.Context, source Source, taken *places) ([]occurrence, error) {
	var err error
	matches, cut, most := taken.take(), taken.cut, taken.most
	if l, ok := source.(Locator); ok && ctx.Err() == nil {
		var located *places
		if located, err = c.ask(ctx, l, matches); err == nil {
			matches, most = located.take(), min(most, located.most)
			maps.Copy(cut, located.cut)
		} else if ctx.Err() == nil {
			matches = nil
		}
	}
	matches = slices.DeleteFunc(matches, func(o occurrence) bool { return !o.counts() })
	c.reportCut(matches, cut, most)
	return matches, err
}

// ask returns an occurrence for each place of each match.
func (c *collector) ask(ctx context.Context, l Locator, matches []occurrence) (*places, error) {
	index := map[string]int{}
	var asked []finding.Place
	for _, o := range matches {
		key := placeKey(o.Place)
		if _, ok := index[key]; !ok {
			index[key] = len(asked)
			asked = append(asked, o.Place)
		}
	}
	found, err := l.Locate(ctx, asked, c)
	if err != nil {
		return nil, err
	}
	if len(found) != len(asked) {
		return nil, errUnlocated
	}
	located := newPlaces(c.maxPlaces)
	for _, o := range matches {
		for _, place := range found[index[placeKey(o.Place)]] {
			place.Member = o.Member
			o.Place = place
			if o.counts() {
				located.add(o)
			}
		}
	}
	return located, nil
}

// placeKey distinguishes the places of one source before they are located. The members of an archive are where it is.
func placeKey(p finding.Place) string {
	return p.Source + "\x00" + p.Path + "\x00" + p.Blob + "\x00" + p.Commit
}
