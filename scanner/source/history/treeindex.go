package history

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// treeIndex finds the leaves of interest below any tree of a repository: blobs with matches, and objects that are
// referred to and missing. A tree is kept as its difference from the tree that it is stored as a delta of, because
// neighboring versions of a folder have nearly everything in common. Trees with the same leaves at the same paths share
// a node, so that whole subtrees are compared by comparing two numbers.
type treeIndex struct {
	objects odb.Reader
	wanted  bits // blobs with matches

	mu         sync.Mutex // guards what the workers share
	parts      []*treePart
	unreadable []odb.Unreadable

	treeOf  []int32 // by object index: the tree, or none
	trees   []tree
	changes []change
	leaves  []leaf
	byLeaf  map[object.ID]int32
	names   map[string]int32
	name    []string

	nodes  [][]edge // interned; the child of an edge is a node or a leaf
	byNode map[string]int32
}

// edge is a named child: a tree or, in a node, another node; or a leaf.
type edge struct {
	name  int32
	child int32 // position of a tree or node; ^position of a leaf
}

// leaf is an object of interest.
type leaf struct {
	id      object.ID
	missing bool
}

const (
	none     = -1
	noNode   = -1 // there is nothing of interest below
	unknown  = -2
	pending  = -3
	maxDepth = 2048 // of folders; git's own limit
)

func newTreeIndex(objects odb.Reader, wanted []object.ID) *treeIndex {
	x := &treeIndex{
		objects: objects, wanted: newBits(objects.Count()), byLeaf: map[object.ID]int32{}, names: map[string]int32{},
		byNode: map[string]int32{},
	}
	for _, id := range wanted {
		if n := objects.IndexOf(id); n != odb.NoIndex {
			x.wanted.add(n)
		}
	}
	return x
}

// has reports whether a blob has matches.
func (x *treeIndex) has(id object.ID) bool {
	n := x.objects.IndexOf(id)
	return n != odb.NoIndex && x.wanted.has(n)
}

// build reads every tree once.
func (x *treeIndex) build(ctx context.Context) error {
	if err := x.objects.Trees(ctx, odb.TreeWalk{Visitor: x.newPart, Unreadable: x.report}); err != nil {
		return err
	}
	x.treeOf = slices.Repeat([]int32{none}, x.objects.Count())
	for _, p := range x.parts {
		x.merge(p)
	}
	x.parts = nil
	for i := range x.changes {
		x.changes[i].child = x.childOf(x.changes[i].child)
	}
	return nil
}

// newPart returns the part of a worker.
func (x *treeIndex) newPart() odb.TreeVisitor {
	p := &treePart{wanted: x.wanted, names: map[string]int32{}}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.parts = append(x.parts, p)
	return p
}

// report records what could not be read.
func (x *treeIndex) report(u odb.Unreadable) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unreadable = append(x.unreadable, u)
}

// merge adds the trees of a part. Children that exist stay object indexes until all parts are merged.
func (x *treeIndex) merge(p *treePart) {
	at, names := int32(len(x.changes)), make([]int32, len(p.name))
	for i, name := range p.name {
		names[i] = x.nameOf(name)
	}
	x.changes = append(x.changes, p.changes...)
	for i := range x.changes[at:] {
		c := &x.changes[int(at)+i]
		c.name = names[c.name]
		if c.child < 0 {
			c.child = ^x.leaf(p.missing[^c.child], true)
		}
	}
	for i, t := range p.trees {
		x.treeOf[p.indexes[i]] = int32(len(x.trees))
		t.from, t.to = t.from+at, t.to+at
		x.trees = append(x.trees, t)
	}
}

// childOf turns an object index into a tree or a leaf. A tree that exists but could not be read counts as missing.
func (x *treeIndex) childOf(child int32) int32 {
	if child < 0 {
		return child
	}
	if t := x.treeOf[child]; t != none {
		return t
	}
	n := odb.Index(child)
	return ^x.leaf(x.objects.ID(n), !x.wanted.has(n))
}

func (x *treeIndex) leaf(id object.ID, missing bool) int32 {
	if l, ok := x.byLeaf[id]; ok {
		return l
	}
	l := int32(len(x.leaves))
	x.byLeaf[id] = l
	x.leaves = append(x.leaves, leaf{id, missing})
	return l
}

func (x *treeIndex) nameOf(name string) int32 {
	if n, ok := x.names[name]; ok {
		return n
	}
	n := int32(len(x.name))
	x.name = append(x.name, name)
	x.names[name] = n
	return n
}

// root returns the node of a commit's tree, or noNode.
func (x *treeIndex) root(n odb.Index) int32 {
	if n == odb.NoIndex || x.treeOf[n] == none {
		return noNode
	}
	return x.nodeOf(x.treeOf[n], 0)
}

// nodeOf returns the node of a tree: that of its base with its changes applied. A tree that nests too deeply, or contains
// itself as only a forged repository can claim, has no node.
func (x *treeIndex) nodeOf(t int32, depth int) int32 {
	if x.trees[t].node != unknown {
		return max(x.trees[t].node, noNode)
	}
	x.trees[t].node = pending
	var below []edge
	if n := x.base(t, depth); n != noNode {
		below = x.nodes[n]
	}
	x.trees[t].node = x.intern(x.apply(below, x.changes[x.trees[t].from:x.trees[t].to], depth))
	return x.trees[t].node
}

// lacking lists the trees that refer to a missing object.
func (x *treeIndex) lacking() []odb.Index {
	if !slices.ContainsFunc(x.leaves, func(l leaf) bool { return l.missing }) {
		return nil
	}
	var out []odb.Index
	for n, t := range x.treeOf {
		if t != none && x.lacks(x.nodeOf(t, 0)) {
			out = append(out, odb.Index(n))
		}
	}
	return out
}

func (x *treeIndex) lacks(node int32) bool {
	return node != noNode && slices.ContainsFunc(x.nodes[node], func(e edge) bool { return e.child < 0 && x.leaves[^e.child].missing })
}

// base returns the node of a tree's base.
func (x *treeIndex) base(t int32, depth int) int32 {
	if b := x.trees[t].base; b != odb.NoIndex && x.treeOf[b] != none {
		return x.nodeOf(x.treeOf[b], depth)
	}
	return noNode
}

// apply applies changes to the edges of a node.
func (x *treeIndex) apply(below []edge, changes []change, depth int) []edge {
	for _, c := range changes {
		if c.removed {
			below = slices.DeleteFunc(slices.Clone(below), func(e edge) bool { return e.name == c.name })
		}
	}
	for _, c := range changes {
		if c.removed {
			continue
		}
		if c.child >= 0 {
			if depth >= maxDepth {
				continue
			}
			if c.child = x.nodeOf(c.child, depth+1); c.child == noNode {
				continue
			}
		}
		below = append(below[:len(below):len(below)], c.edge)
	}
	return below
}

// intern returns the node with these children.
func (x *treeIndex) intern(children []edge) int32 {
	if len(children) == 0 {
		return noNode
	}
	children = slices.Clone(children)
	slices.SortFunc(children, func(a, b edge) int { return cmp.Compare(a.name, b.name) })
	key := make([]byte, 0, 8*len(children))
	for _, e := range children {
		key = binary.BigEndian.AppendUint32(key, uint32(e.name))
		key = binary.BigEndian.AppendUint32(key, uint32(e.child))
	}
	if n, ok := x.byNode[string(key)]; ok {
		return n
	}
	n := int32(len(x.nodes))
	x.nodes = append(x.nodes, children)
	x.byNode[string(key)] = n
	return n
}

// introduced calls visit for every leaf below a node that no parent has at the same path, until visit returns false.
func (x *treeIndex) introduced(node int32, parents []int32, path string, visit func(path string, leaf int32) bool) bool {
	if node == noNode || slices.Contains(parents, node) {
		return true
	}
	for _, e := range x.nodes[node] {
		name := path + x.name[e.name]
		if e.child < 0 {
			if !x.holds(parents, e) && !visit(name, ^e.child) {
				return false
			}
			continue
		}
		if !x.introduced(e.child, x.below(parents, e.name), name+"/", visit) {
			return false
		}
	}
	return true
}

func (x *treeIndex) holds(nodes []int32, e edge) bool {
	return slices.ContainsFunc(nodes, func(n int32) bool { return n != noNode && slices.Contains(x.nodes[n], e) })
}

// below returns the nodes that some nodes have under a name.
func (x *treeIndex) below(nodes []int32, name int32) []int32 {
	var out []int32
	for _, n := range nodes {
		if n == noNode {
			continue
		}
		for _, e := range x.nodes[n] {
			if e.name == name && e.child >= 0 {
				out = append(out, e.child)
			}
		}
	}
	return out
}
