package scanner

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/match"
)

// Rejection is a value that looks like a part of a credential and was rejected.
type Rejection struct {
	finding.Place
	match.Rejected
}

// maxRejections caps how many are kept.
const maxRejections = 10_000

func (c *collector) reject(place finding.Place, list []match.Rejected) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list[:min(len(list), maxRejections-len(c.rejected))] {
		c.rejected = append(c.rejected, Rejection{place, r})
	}
}

// rejections returns what was rejected, in an order that does not depend on how it was found.
func (c *collector) rejections() []Rejection {
	slices.SortFunc(c.rejected, func(a, b Rejection) int {
		return cmp.Or(finding.ComparePlaces(a.Place, b.Place), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Reason.String(), b.Reason.String()))
	})
	return c.rejected
}
