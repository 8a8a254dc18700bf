package history

import (
	"context"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// maxRemovals is how many leaves are looked at to find out which commits removed them. Beyond it, a report says of fewer
// places when they ended; it lacks nothing else.
const maxRemovals = 1_000_000

// removals are the last commits that removed leaves from their paths.
type removals struct {
	*locator
	open      map[origin]bool  // leaves at paths that no tip has, and whose removal was not found yet
	last      map[origin]int32 // the commits that removed them
	reachable []bool           // commits that a tip reaches
	parents   []int32          // the nodes of a commit's parents
	looked    int
}

// removed finds the last commit that removed each leaf which no tip of a branch has at its path any more. Tags are no
// branches: what only a release has is removed.
func (l *locator) removed(ctx context.Context) (map[origin]int32, error) {
	r := &removals{locator: l, open: map[origin]bool{}, last: map[origin]int32{}, reachable: make([]bool, len(l.graph.commits))}
	if len(l.origins) > maxRemovals {
		return r.last, nil
	}
	for at := range l.origins {
		r.open[at] = true
	}
	r.tips()
	for i := len(l.order) - 1; i >= 0 && len(r.open) > 0 && r.looked < maxRemovals && !l.trees.Exhausted(); i-- {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if c := l.order[i]; r.reachable[c] {
			r.commit(c)
		}
	}
	return r.last, nil
}

// tips leaves out what the tips of branches have.
func (r *removals) tips() {
	seen := map[int32]bool{}
	for _, ref := range r.refs {
		c := r.graph.commitAt(ref.index)
		if c == none || isTag(ref.Ref) {
			continue
		}
		r.reachable[c] = true
		node := r.roots[c]
		if seen[node] {
			continue
		}
		seen[node] = true
		r.trees.Introduced(node, nil, func(path []byte, leaf int32) bool {
			delete(r.open, origin{leaf, string(path)})
			r.looked++
			return len(r.open) > 0
		})
	}
}

func isTag(ref repo.Ref) bool { return strings.HasPrefix(ref.Name, "refs/tags/") }

// commit looks at what a commit removes: what all its parents have, and it has not. It comes after all of its children.
func (r *removals) commit(c int32) {
	parents := r.parents[:0]
	for p := range r.graph.parentsOf(c) {
		r.reachable[p] = true
		parents = append(parents, r.roots[p])
	}
	if r.parents = parents; len(parents) == 0 {
		return
	}
	slices.Sort(parents)
	parents = slices.Compact(parents)
	r.trees.Introduced(parents[0], r.roots[c:c+1], func(path []byte, leaf int32) bool {
		r.looked++
		if at := (origin{leaf, string(path)}); r.open[at] && r.have(parents[1:], at) {
			r.last[at] = c
			delete(r.open, at)
		}
		return len(r.open) > 0 && r.looked < maxRemovals
	})
}

// have reports whether all trees have a leaf at a path.
func (r *removals) have(nodes []int32, at origin) bool {
	for _, n := range nodes {
		if !r.trees.Holds(n, at.leaf, at.path) {
			return false
		}
	}
	return true
}

// removal fills in what a report says of a commit that removed something.
func (l *locator) removal(c int32) finding.Removal {
	id := l.graph.id(c)
	info, err := l.source.repo.Commit(id)
	if err != nil {
		return finding.Removal{}
	}
	return finding.Removal{Commit: id.String(), Date: info.Author.When}
}
