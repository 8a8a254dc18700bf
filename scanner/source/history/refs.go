package history

import (
	"slices"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// refIndex knows which refs, and which entries of reflogs, reach each of a few commits.
type refIndex struct {
	graph   *graph
	slot    map[int32]int          // of a commit that was asked for
	refs    [][]string             // by slot
	reflogs [][]string             // by slot
	naming  map[object.ID][]string // the refs that name an object, directly or by a tag
}

// newRefIndex follows the history from parents to children, 64 of the asked commits at a time.
func newRefIndex(g *graph, order []int32, refs, reflogs []repo.Ref, asked []int32) *refIndex {
	x := &refIndex{
		graph: g, slot: map[int32]int{}, naming: map[object.ID][]string{},
		refs: make([][]string, len(asked)), reflogs: make([][]string, len(asked)),
	}
	for i, c := range asked {
		x.slot[c] = i
	}
	for from := 0; from < len(asked); from += 64 {
		reaches := spread(g, order, asked[from:min(from+64, len(asked))])
		x.name(x.refs[from:], refs, reaches)
		x.name(x.reflogs[from:], reflogs, reaches)
	}
	for _, ref := range refs {
		for _, id := range g.chain(ref.Target) {
			x.naming[id] = append(x.naming[id], ref.Name)
		}
	}
	return x
}

// spread returns for each commit which of the asked ones are among its ancestors or are itself, as bits.
func spread(g *graph, order, asked []int32) []uint64 {
	bits := make([]uint64, len(g.commits))
	for i, c := range asked {
		bits[c] |= 1 << i
	}
	for _, c := range order {
		for p := range g.parentsOf(c) {
			bits[c] |= bits[p]
		}
	}
	return bits
}

func (x *refIndex) name(names [][]string, refs []repo.Ref, reaches []uint64) {
	for _, ref := range refs {
		c, ok := x.graph.peel(ref.Target)
		if !ok {
			continue
		}
		for bits, i := reaches[c], 0; bits != 0; bits, i = bits>>1, i+1 {
			if bits&1 != 0 {
				names[i] = append(names[i], ref.Name)
			}
		}
	}
}

// unreached is 1 for a commit that no ref reaches, else 0.
func (x *refIndex) unreached(c int32) int {
	if len(x.refs[x.slot[c]]) == 0 {
		return 1
	}
	return 0
}

// kept reports whether a ref or an entry of a reflog reaches the commit.
func (x *refIndex) kept(c int32) bool {
	slot := x.slot[c]
	return len(x.refs[slot])+len(x.reflogs[slot]) > 0
}

// fill says which refs reach one of the commits; where none does, which entries of reflogs do.
func (x *refIndex) fill(p finding.Place, commits []int32) finding.Place {
	return named(p, x.union(x.refs, commits), x.union(x.reflogs, commits))
}

// fillNamed says which refs name an object.
func (x *refIndex) fillNamed(p finding.Place, id object.ID) finding.Place {
	return named(p, x.naming[id], nil)
}

func named(p finding.Place, refs, reflogs []string) finding.Place {
	p.Reachable = len(refs) > 0
	p.Refs, p.MoreRefs = refs[:min(len(refs), maxNamed)], max(0, len(refs)-maxNamed)
	if !p.Reachable {
		p.Reflog = reflogs[:min(len(reflogs), maxNamed)]
	}
	return p
}

// union merges the sorted lists of several commits. Most places have one commit, whose list is shared.
func (x *refIndex) union(lists [][]string, commits []int32) []string {
	if len(commits) == 1 {
		return lists[x.slot[commits[0]]]
	}
	seen := map[string]bool{}
	var out []string
	for _, c := range commits {
		for _, name := range lists[x.slot[c]] {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}
