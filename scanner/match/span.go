package match

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
)

// spanList are the ranges of values, in order. None contains another.
type spanList []rules.Match

// spans returns the ranges of the parts of credentials that have more than one part.
func spans(joined []pair.Joined) spanList {
	var out spanList
	for _, j := range joined {
		for _, m := range []rules.Match{j.ID, j.Secret, j.Token} {
			if m.End > 0 && !m.Kind.Single() {
				out = append(out, m)
			}
		}
	}
	slices.SortFunc(out, func(a, b rules.Match) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// overlap reports whether some part shares bytes with m.
func (l spanList) overlap(m rules.Match) bool {
	i, _ := slices.BinarySearchFunc(l, m.Start+1, func(part rules.Match, at int) int { return cmp.Compare(part.End, at) })
	return i < len(l) && l[i].Start < m.End
}
