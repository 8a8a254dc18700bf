package scanner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
)

// Rejection is a value that looks like a part of a credential and was rejected, with the first of the places where it was.
type Rejection struct {
	finding.Place
	match.Rejected
	Count int // of the places: a value that was there all along is in every version of its file
}

// maxRejections caps how many different values are kept.
const maxRejections = 10_000

// rejectedKey is what rejections have in common that are counted together.
type rejectedKey struct {
	value, rule string
	why         reason.Reason
}

func (c *collector) reject(place finding.Place, list []match.Rejected) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list {
		key := rejectedKey{r.Value.Reveal(), r.Rule, r.Reason}
		known, ok := c.rejected[key]
		if !ok && len(c.rejected) >= maxRejections {
			continue
		}
		next := Rejection{place, r, known.Count + 1}
		if ok && compareRejections(known, next) < 0 {
			next.Place, next.Rejected = known.Place, known.Rejected
		}
		c.rejected[key] = next
	}
}

// rejections returns what was rejected, in an order that does not depend on how it was found.
func (c *collector) rejections() []Rejection {
	return slices.SortedFunc(maps.Values(c.rejected), compareRejections)
}

func compareRejections(a, b Rejection) int {
	return cmp.Or(finding.ComparePlaces(a.Place, b.Place), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Reason.String(), b.Reason.String()), cmp.Compare(a.Rule, b.Rule))
}
