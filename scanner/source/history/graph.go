package history

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// none is the position of a commit that is not there.
const none = -1

// graph is the commit graph of a history, with its annotated tags.
type graph struct {
	objects       odb.Reader
	commits       []commit
	commitOf      []int32     // by object index: the commit, or none
	parentIndexes []odb.Index // the parents of all commits, concatenated
	parents       []int32     // the same as positions in commits, or none; filled by linkParents
	absent        []absent
	tags          map[object.ID]object.TagInfo

	unresolved []object.ID // of the last commits: the tree of each, and its parents
	links      []int32     // how many of these each of those commits has
	indexes    []odb.Index
}

// commit is a node of the graph. The author is read again when a report needs it.
type commit struct {
	number   odb.Index
	tree     odb.Index // NoIndex if the store does not have it
	from, to int32     // range of its parents, without missing ones
	time     int64
}

// absent is an object that a commit refers to and that is missing.
type absent struct {
	commit int32
	id     object.ID
	isTree bool
}

func newGraph(objects odb.Reader) *graph {
	return &graph{
		objects: objects, commitOf: slices.Repeat([]int32{none}, objects.Count()), tags: map[object.ID]object.TagInfo{},
	}
}

// maxUnresolved is how many IDs are looked up at once.
const maxUnresolved = 1 << 10

// addCommit adds a commit. Its tree and its parents are known after the next call of resolve.
func (g *graph) addCommit(n odb.Index, info object.CommitInfo) {
	if g.commitOf[n] != none {
		return
	}
	g.commitOf[n] = int32(len(g.commits))
	g.commits = append(g.commits, commit{number: n, tree: odb.NoIndex, time: info.Time})
	g.unresolved = append(append(g.unresolved, info.Tree), info.Parents...)
	g.links = append(g.links, int32(1+len(info.Parents)))
	if len(g.unresolved) >= maxUnresolved {
		g.resolve()
	}
}

// resolve looks up the trees and the parents of the commits that were added.
func (g *graph) resolve() {
	g.indexes = g.objects.IndexesOf(g.indexes[:0], g.unresolved)
	ids, indexes := g.unresolved, g.indexes
	for i, n := range g.links {
		g.link(int32(len(g.commits)-len(g.links)+i), ids[:n], indexes[:n])
		ids, indexes = ids[n:], indexes[n:]
	}
	g.unresolved, g.links = g.unresolved[:0], g.links[:0]
}

// link gives a commit its tree, which is the first of some objects, and its parents, which are the others.
func (g *graph) link(at int32, ids []object.ID, indexes []odb.Index) {
	c := &g.commits[at]
	if c.tree = indexes[0]; c.tree == odb.NoIndex && ids[0] != g.objects.Format().EmptyTree() {
		g.absent = append(g.absent, absent{at, ids[0], true})
	}
	c.from = int32(len(g.parentIndexes))
	for i, p := range indexes[1:] {
		if p != odb.NoIndex {
			g.parentIndexes = append(g.parentIndexes, p)
		} else {
			g.absent = append(g.absent, absent{at, ids[1+i], false})
		}
	}
	c.to = int32(len(g.parentIndexes))
}

func (g *graph) addTag(id object.ID, info object.TagInfo) { g.tags[id] = info }

// grapher is an odb.Visitor that adds commits and tags to a graph. Adding one takes long enough for workers to wait for each other, so
// commits are collected first. All of them are in the graph after a call of flush.
type grapher struct {
	mu         sync.Mutex // guards what was collected
	commits    []collected
	unreadable []odb.Unreadable

	adding sync.Mutex // guards the graph
	graph  *graph
}

// collected is a commit that is not in the graph yet.
type collected struct {
	number odb.Index
	info   object.CommitInfo
}

// maxCollected is how many commits are collected before they are added.
const maxCollected = 256

func (g *grapher) add(o odb.Object) error {
	if o.Type == object.Commit {
		commit, err := object.ParseLinks(g.graph.objects.Format(), o.Content)
		if err == nil {
			g.collect(collected{o.Index, commit})
		}
		return err
	}
	tag, err := object.ParseTag(g.graph.objects.Format(), o.Content)
	if err == nil {
		g.adding.Lock()
		defer g.adding.Unlock()
		g.graph.addTag(o.ID, tag)
	}
	return err
}

func (g *grapher) collect(c collected) {
	g.mu.Lock()
	g.commits = append(g.commits, c)
	full := len(g.commits) >= maxCollected
	g.mu.Unlock()
	if full {
		g.flush()
	}
}

// flush adds the commits that were collected.
func (g *grapher) flush() {
	g.mu.Lock()
	commits := g.commits
	g.commits = make([]collected, 0, maxCollected)
	g.mu.Unlock()
	g.adding.Lock()
	defer g.adding.Unlock()
	for _, c := range commits {
		g.graph.addCommit(c.number, c.info)
	}
}

// Object implements odb.Visitor. What cannot be parsed was reported when it was scanned.
func (g *grapher) Object(_ context.Context, o odb.Object) error {
	_ = g.add(o)
	return nil
}

// Unreadable implements odb.Visitor.
func (g *grapher) Unreadable(u odb.Unreadable) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unreadable = append(g.unreadable, u)
}

// wholeGraph reads all commits and tags. What cannot be read is appended to unreadable. Git's commit-graph is not read: it
// has no hash over the commits, so a forged one could hide what they refer to.
func wholeGraph(ctx context.Context, objects odb.Reader, unreadable []odb.Unreadable) (*graph, []odb.Unreadable, error) {
	g := newGraph(objects)
	v := &grapher{graph: g, unreadable: unreadable}
	err := objects.Walk(ctx, odb.Walk{Types: object.TypesOf(object.Commit, object.Tag), Visitor: v})
	v.flush()
	return g, v.unreadable, err
}

// id returns the object ID of a commit.
func (g *graph) id(c int32) object.ID { return g.objects.ID(g.commits[c].number) }

func (g *graph) idBytes(c int32) []byte {
	id := g.id(c)
	return id[:]
}

// find returns the commit with an object ID.
func (g *graph) find(id object.ID) (int32, bool) {
	c := g.commitAt(g.objects.IndexOf(id))
	return c, c != none
}

// commitAt returns the commit with an object index, or none.
func (g *graph) commitAt(n odb.Index) int32 {
	if n == odb.NoIndex {
		return none
	}
	return g.commitOf[n]
}

// linkParents resolves the parents of all commits. A parent that could not be read counts as absent.
func (g *graph) linkParents() {
	g.resolve()
	g.parents = make([]int32, len(g.parentIndexes))
	for c := range g.commits {
		for i := g.commits[c].from; i < g.commits[c].to; i++ {
			n := g.parentIndexes[i]
			if g.parents[i] = g.commitOf[n]; g.parents[i] == none {
				g.absent = append(g.absent, absent{int32(c), g.objects.ID(n), false})
			}
		}
	}
}

// parentsOf yields the parents of a commit, without those that could not be read.
func (g *graph) parentsOf(c int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for _, p := range g.parents[g.commits[c].from:g.commits[c].to] {
			if p != none && !yield(p) {
				return
			}
		}
	}
}

// maxTags caps chains of tags that point to tags.
const maxTags = 10

// chain returns an object ID and, if it is a tag, the targets that it leads to.
func (g *graph) chain(id object.ID) []object.ID {
	chain := []object.ID{id}
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

// target returns what an object ID leads to if tags are followed.
func (g *graph) target(id object.ID) object.ID {
	chain := g.chain(id)
	return chain[len(chain)-1]
}

// peel follows tags to a commit of the graph.
func (g *graph) peel(id object.ID) (int32, bool) { return g.find(g.target(id)) }

// peeled is a ref, or an entry of a reflog, with its target if tags are followed.
type peeled struct {
	repo.Ref
	id    object.ID
	index odb.Index // NoIndex if the object is missing
}

// peelAll follows the tags of many refs.
func (g *graph) peelAll(refs []repo.Ref) []peeled {
	ids := make([]object.ID, len(refs))
	for i, ref := range refs {
		ids[i] = g.target(ref.Target)
	}
	out := make([]peeled, len(refs))
	for i, n := range g.objects.IndexesOf(nil, ids) {
		out[i] = peeled{refs[i], ids[i], n}
	}
	return out
}

// sorted returns the commits, parents before children; where that leaves a choice, by time and then by ID.
func (g *graph) sorted() []int32 {
	waiting := make([]int32, len(g.commits)) // number of parents that are not in order yet
	child := slices.Repeat([]int32{none}, len(g.commits))
	type link struct{ commit, next int32 }
	var links []link // linked lists of the children of each commit
	ready := &commitHeap{graph: g}
	for c := range int32(len(g.commits)) {
		for p := range g.parentsOf(c) {
			waiting[c]++
			links = append(links, link{c, child[p]})
			child[p] = int32(len(links) - 1)
		}
		if waiting[c] == 0 {
			ready.list = append(ready.list, c)
		}
	}
	heap.Init(ready)
	order := make([]int32, 0, len(g.commits))
	for len(ready.list) > 0 {
		c := heap.Pop(ready).(int32)
		order = append(order, c)
		for l := child[c]; l != none; l = links[l].next {
			if waiting[links[l].commit]--; waiting[links[l].commit] == 0 {
				heap.Push(ready, links[l].commit)
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
	a, b := h.list[i], h.list[j]
	if older := cmp.Compare(h.graph.commits[a].time, h.graph.commits[b].time); older != 0 {
		return older < 0
	}
	return bytes.Compare(h.graph.idBytes(a), h.graph.idBytes(b)) < 0
}

func (h *commitHeap) Pop() any {
	last := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return last
}
