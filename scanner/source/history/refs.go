package history

import (
	mathbits "math/bits"
	"slices"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
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

// newRefIndex finds the refs and the entries of reflogs that reach the asked commits.
func newRefIndex(g *graph, order []int32, refs, reflogs []peeled, asked []int32) *refIndex {
	x := &refIndex{graph: g, slot: map[int32]int{}, naming: map[object.ID][]string{}}
	for i, c := range asked {
		x.slot[c] = i
	}
	x.refs, x.reflogs = x.reaching(order, asked, refs), x.reaching(order, asked, reflogs)
	x.nameStashed(order, asked, reflogs)
	for _, ref := range refs {
		for _, id := range g.chain(ref.Target) {
			x.naming[id] = append(x.naming[id], ref.Name)
		}
	}
	return x
}

// reaching returns the names of the refs that reach each of the asked commits. A commit or a ref has a bit in a word, so the history
// is walked once for each 64 of the asked commits, or of the refs, whichever are fewer.
func (x *refIndex) reaching(order, asked []int32, refs []peeled) [][]string {
	names := make([][]string, len(asked))
	if len(refs) < len(asked) {
		for part := range slices.Chunk(refs, 64) {
			x.nameFromRefs(names, order, asked, part)
		}
		return names
	}
	for from := 0; from < len(asked); from += 64 {
		x.nameFromAsked(names[from:], order, asked[from:min(from+64, len(asked))], refs)
	}
	return names
}

// nameFromAsked walks from parents to children, to see which of the asked commits each ref reaches.
func (x *refIndex) nameFromAsked(names [][]string, order, asked []int32, refs []peeled) {
	reached := make([]uint64, len(x.graph.commits))
	for i, c := range asked {
		reached[c] |= 1 << i
	}
	x.graph.toChildren(order, reached)
	for _, ref := range refs {
		if c := x.graph.commitAt(ref.index); c != none {
			for bits := reached[c]; bits != 0; bits &= bits - 1 {
				i := mathbits.TrailingZeros64(bits)
				names[i] = append(names[i], ref.Name)
			}
		}
	}
}

// nameFromRefs walks from children to parents, to see which refs reach each of the asked commits. Commits that are reached
// by the same refs share a list, which saves memory.
func (x *refIndex) nameFromRefs(names [][]string, order, asked []int32, refs []peeled) {
	reaching := make([]uint64, len(x.graph.commits))
	for i, ref := range refs {
		if c := x.graph.commitAt(ref.index); c != none {
			reaching[c] |= 1 << i
		}
	}
	x.graph.toParents(order, reaching)
	lists := map[uint64][]string{}
	for i, c := range asked {
		list, ok := lists[reaching[c]]
		for bits := reaching[c]; !ok && bits != 0; bits &= bits - 1 {
			list = append(list, refs[mathbits.TrailingZeros64(bits)].Name)
		}
		lists[reaching[c]] = list
		if names[i] == nil {
			names[i] = slices.Clip(list)
		} else {
			names[i] = append(names[i], list...)
		}
	}
}

// toChildren adds the bits of each commit to those of its descendants.
func (g *graph) toChildren(order []int32, bits []uint64) {
	for _, c := range order {
		for p := range g.parentsOf(c) {
			bits[c] |= bits[p]
		}
	}
}

// toParents adds the bits of each commit to those of its ancestors.
func (g *graph) toParents(order []int32, bits []uint64) {
	for _, c := range slices.Backward(order) {
		for p := range g.parentsOf(c) {
			bits[p] |= bits[c]
		}
	}
}

// nameStashed names the stashes that reach those of the commits which no ref reaches.
func (x *refIndex) nameStashed(order, asked []int32, reflogs []peeled) {
	stashes := slices.DeleteFunc(slices.Clone(reflogs), func(entry peeled) bool { return !entry.Stash })
	if len(stashes) == 0 {
		return
	}
	for i, names := range x.reaching(order, asked, stashes) {
		if len(x.refs[i]) == 0 {
			x.refs[i] = names
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
