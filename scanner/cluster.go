package scanner

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
)

// cluster is a set of groups that share secrets. Which ID a secret belongs to depends on the verdicts of all of them, so
// they are settled together. Most clusters have one group.
type cluster struct {
	groups   []*group          // in the order of their keys
	pending  atomic.Int32      // groups that are not verified
	settled  chan struct{}     // closed when findings is final
	findings []finding.Finding // in the order in which they are reported
}

// clustersOf puts groups that share a secret together. The clusters are in the order in which they are reported.
func (s *Scanner) clustersOf(groups []*group) []*cluster {
	heads := linkGroups(groups)
	byHead := map[int]*cluster{}
	var out []*cluster
	for i, g := range groups {
		head := heads.find(i)
		if byHead[head] == nil {
			byHead[head] = &cluster{settled: make(chan struct{})}
			out = append(out, byHead[head])
		}
		byHead[head].groups = append(byHead[head].groups, g)
	}
	ranks := make(map[*cluster]rankKey, len(out))
	for _, c := range out {
		c.pending.Store(int32(len(c.groups)))
		ranks[c] = s.rankOf(c.groups)
	}
	slices.SortFunc(out, func(a, b *cluster) int { return compareRanks(ranks[a], ranks[b]) })
	return out
}

// heads is a union-find structure: the index of each group leads to the first group of its cluster.
type heads []int

func (h heads) find(i int) int {
	for h[i] != i {
		h[i] = h[h[i]]
		i = h[i]
	}
	return i
}

// linkGroups links the groups that share a secret.
func linkGroups(groups []*group) heads {
	h := make(heads, len(groups))
	bySecret := map[string]int{}
	for i, g := range groups {
		h[i] = i
		secrets := g.secrets
		if g.lone() {
			secrets = []rules.Secret{g.credential.Secret}
		}
		for _, s := range secrets {
			if first, ok := bySecret[s.Reveal()]; ok {
				a, b := h.find(first), h.find(i)
				h[max(a, b)] = min(a, b)
			} else {
				bySecret[s.Reveal()] = i
			}
		}
	}
	return h
}

// rankKey orders findings in a report: by the severity of its rule, then by its first exposure, then by its
// fingerprint, which decides between findings at one place. All are known before anything is verified.
type rankKey struct {
	severity    rules.Severity
	first       finding.Occurrence
	fingerprint string
}

func compareRanks(a, b rankKey) int {
	return cmp.Or(
		cmp.Compare(b.severity, a.severity), finding.CompareOccurrences(a.first, b.first), cmp.Compare(a.fingerprint, b.fingerprint))
}

// rankOf returns the first of the ranks of groups.
func (s *Scanner) rankOf(groups []*group) rankKey {
	var first rankKey
	for i, g := range groups {
		rule, _ := s.opts.Rules.Rule(g.credential.Type)
		rank := rankKey{rule.Severity, g.places()[0], g.fingerprint()}
		if i == 0 || compareRanks(rank, first) < 0 {
			first = rank
		}
	}
	return first
}
