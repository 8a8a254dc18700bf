package scanner

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
)

// spanList are the places of matches, in order. None contains another.
type spanList []rules.Match

// spans returns where the parts of credentials stand that are more than one value.
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

// overlap reports whether some part stands where m does.
func (l spanList) overlap(m rules.Match) bool {
	i, _ := slices.BinarySearchFunc(l, m.Start+1, func(part rules.Match, at int) int { return cmp.Compare(part.End, at) })
	return i < len(l) && l[i].Start < m.End
}
