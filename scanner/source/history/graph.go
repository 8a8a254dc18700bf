package history

import (
	"bytes"
	"cmp"
	"container/heap"

	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// graph is the shape of a history: commits, their parents, and annotated tags.
type graph struct {
	commits []commit
	index   map[gitobj.OID]int32
	tags    map[gitobj.OID]gitobj.TagInfo
}

// commit is a node of the graph. Its other parts are read again where they are needed.
type commit struct {
	id      gitobj.OID
	tree    gitobj.OID
	parents []gitobj.OID
	time    int64
}

func newGraph() *graph {
	return &graph{index: map[gitobj.OID]int32{}, tags: map[gitobj.OID]gitobj.TagInfo{}}
}

func (g *graph) addCommit(id gitobj.OID, info gitobj.CommitInfo) {
	if _, ok := g.index[id]; ok {
		return
	}
	g.index[id] = int32(len(g.commits))
	g.commits = append(g.commits, commit{id: id, tree: info.Tree, parents: info.Parents, time: info.Time})
}

func (g *graph) addTag(id gitobj.OID, info gitobj.TagInfo) { g.tags[id] = info }

// parents returns the parents of a commit that the store has.
func (g *graph) parents(c int32) []int32 {
	var out []int32
	for _, id := range g.commits[c].parents {
		if p, ok := g.index[id]; ok {
			out = append(out, p)
		}
	}
	return out
}

// maxTags is how many tags of tags are followed.
const maxTags = 10

// chain returns an object's name and, where it is a tag, what it leads to, tag by tag.
func (g *graph) chain(id gitobj.OID) []gitobj.OID {
	chain := []gitobj.OID{id}
	for len(chain) <= maxTags {
		tag, ok := g.tags[id]
		if !ok {
			break
		}
		id = tag.Target
		chain = append(chain, id)
	}
	return chain
}

// peel follows tags to a commit of the graph.
func (g *graph) peel(id gitobj.OID) (int32, bool) {
	chain := g.chain(id)
	c, ok := g.index[chain[len(chain)-1]]
	return c, ok
}

// sorted returns the commits, parents before children; where that leaves a choice, by time and then by name.
func (g *graph) sorted() []int32 {
	children := make([][]int32, len(g.commits))
	missing := make([]int, len(g.commits))
	ready := &commitHeap{graph: g}
	for c := range g.commits {
		parents := g.parents(int32(c))
		missing[c] = len(parents)
		for _, p := range parents {
			children[p] = append(children[p], int32(c))
		}
		if len(parents) == 0 {
			ready.list = append(ready.list, int32(c))
		}
	}
	heap.Init(ready)
	order := make([]int32, 0, len(g.commits))
	for len(ready.list) > 0 {
		c := heap.Pop(ready).(int32)
		order = append(order, c)
		for _, child := range children[c] {
			if missing[child]--; missing[child] == 0 {
				heap.Push(ready, child)
			}
		}
	}
	return order
}

// commitHeap yields the oldest commit first.
type commitHeap struct {
	graph *graph
	list  []int32
}

func (h *commitHeap) Len() int      { return len(h.list) }
func (h *commitHeap) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *commitHeap) Push(x any)    { h.list = append(h.list, x.(int32)) }

func (h *commitHeap) Less(i, j int) bool {
	a, b := &h.graph.commits[h.list[i]], &h.graph.commits[h.list[j]]
	return cmp.Or(cmp.Compare(a.time, b.time), bytes.Compare(a.id[:], b.id[:])) < 0
}

func (h *commitHeap) Pop() any {
	last := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return last
}
