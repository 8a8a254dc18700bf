package history

import (
	"slices"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// refIndex lists the refs and reflog entries that reach each of a few commits. A stash that only the reflog of refs/stash
// has counts as a ref where no ref reaches the commit: it is there to be used, and git keeps it as it keeps a branch.
type refIndex struct {
	graph   *graph
	slot    map[int32]int          // position of each asked commit in refs and reflogs
	refs    [][]string             // by slot
	reflogs [][]string             // by slot
	naming  map[object.ID][]string // refs that point to an object, directly or through a tag
}

// newRefIndex walks the history from parents to children once for each 64 of the asked commits, one bit for each.
func newRefIndex(g *graph, order []int32, refs, reflogs []repo.Ref, asked []int32) *refIndex {
	x := &refIndex{
		graph: g, slot: map[int32]int{}, naming: map[object.ID][]string{},
		refs: make([][]string, len(asked)), reflogs: make([][]string, len(asked)),
	}
	for i, c := range asked {
		x.slot[c] = i
	}
	stashes := slices.DeleteFunc(slices.Clone(reflogs), func(entry repo.Ref) bool { return !entry.Stash })
	for from := 0; from < len(asked); from += 64 {
		reaches := spread(g, order, asked[from:min(from+64, len(asked))])
		x.name(x.refs[from:], refs, reaches)
		x.name(x.reflogs[from:], reflogs, reaches)
		x.nameStashed(from, min(from+64, len(asked)), stashes, reaches)
	}
	for _, ref := range refs {
		for _, id := range g.chain(ref.Target) {
			x.naming[id] = append(x.naming[id], ref.Name)
		}
	}
	return x
}

// spread returns, for each commit, which of the asked commits it reaches, as bits.
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

// nameStashed names the stashes that reach those of the commits which no ref reaches.
func (x *refIndex) nameStashed(from, to int, stashes []repo.Ref, reaches []uint64) {
	stashed := make([][]string, to-from)
	x.name(stashed, stashes, reaches)
	for i, names := range stashed {
		if len(x.refs[from+i]) == 0 {
			x.refs[from+i] = names
		}
	}
}

// unreached is 1 for a commit that no ref reaches, and otherwise 0.
func (x *refIndex) unreached(c int32) int {
	if len(x.refs[x.slot[c]]) == 0 {
		return 1
	}
	return 0
}

// kept reports whether a ref or a reflog entry reaches the commit.
func (x *refIndex) kept(c int32) bool {
	slot := x.slot[c]
	return len(x.refs[slot])+len(x.reflogs[slot]) > 0
}

// fill fills in the refs that reach one of the commits or, if there are none, the reflog entries that do.
func (x *refIndex) fill(p finding.Place, commits []int32) finding.Place {
	return named(p, x.union(x.refs, commits), x.union(x.reflogs, commits))
}

// fillNamed fills in the refs that point to an object.
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

// union merges the sorted lists of several commits. Most places have one commit and share its list.
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
