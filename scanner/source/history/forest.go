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

// forest holds, of all trees of a store, what leads to leaves of interest: blobs with a hit, and objects that
// the trees name and the store does not have. A tree is kept as what it changes in another, as it is stored; trees
// that hold the same leaves at the same paths share a node.
type forest struct {
	objects odb.Reader
	wanted  bits // blobs with a hit

	mu     sync.Mutex // of what workers share
	groves []*grove
	lost   []odb.Unreadable

	treeOf  []int32 // of each object: its tree, or none
	trees   []tree
	changes []change
	leaves  []leaf
	byLeaf  map[object.ID]int32
	names   map[string]int32
	name    []string

	nodes  [][]edge // interned; an edge's child is a node or a leaf
	byNode map[string]int32
}

// edge is a named child: a tree (or a node), or a leaf.
type edge struct {
	name  int32
	child int32 // index of a tree or node; ^index of a leaf
}

// leaf is an object of interest.
type leaf struct {
	id      object.ID
	missing bool
}

const (
	none     = -1
	noNode   = -1 // nothing of interest below
	unknown  = -2
	pending  = -3
	maxDepth = 2048
)

func newForest(objects odb.Reader, wanted []object.ID) *forest {
	f := &forest{
		objects: objects, wanted: newBits(objects.Count()), byLeaf: map[object.ID]int32{}, names: map[string]int32{},
		byNode: map[string]int32{},
	}
	for _, id := range wanted {
		if n := objects.IndexOf(id); n != odb.NoIndex {
			f.wanted.add(n)
		}
	}
	return f
}

// has reports whether a blob has a hit.
func (f *forest) has(id object.ID) bool {
	n := f.objects.IndexOf(id)
	return n != odb.NoIndex && f.wanted.has(n)
}

// grow reads every tree once.
func (f *forest) grow(ctx context.Context) error {
	if err := f.objects.Trees(ctx, odb.TreeWalk{Visitor: f.plant, Unreadable: f.lose}); err != nil {
		return err
	}
	f.treeOf = slices.Repeat([]int32{none}, f.objects.Count())
	for _, g := range f.groves {
		f.take(g)
	}
	f.groves = nil
	for i := range f.changes {
		f.changes[i].child = f.childOf(f.changes[i].child)
	}
	return nil
}

// plant makes the grove of a worker.
func (f *forest) plant() odb.TreeVisitor {
	g := &grove{wanted: f.wanted, names: map[string]int32{}}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.groves = append(f.groves, g)
	return g
}

// lose records what could not be read.
func (f *forest) lose(l odb.Unreadable) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost = append(f.lost, l)
}

// take takes over the trees of a grove. Children that are there stay numbers.
func (f *forest) take(g *grove) {
	at, names := int32(len(f.changes)), make([]int32, len(g.name))
	for i, name := range g.name {
		names[i] = f.nameOf(name)
	}
	f.changes = append(f.changes, g.changes...)
	for i := range f.changes[at:] {
		c := &f.changes[int(at)+i]
		c.name = names[c.name]
		if c.child < 0 {
			c.child = ^f.leaf(g.missing[^c.child], true)
		}
	}
	for i, t := range g.trees {
		f.treeOf[g.numbers[i]] = int32(len(f.trees))
		t.from, t.to = t.from+at, t.to+at
		f.trees = append(f.trees, t)
	}
}

// childOf turns a number into a tree or a leaf. A tree that is there and was not read is as good as missing.
func (f *forest) childOf(child int32) int32 {
	if child < 0 {
		return child
	}
	if t := f.treeOf[child]; t != none {
		return t
	}
	n := odb.Index(child)
	return ^f.leaf(f.objects.ID(n), !f.wanted.has(n))
}

func (f *forest) leaf(id object.ID, missing bool) int32 {
	if l, ok := f.byLeaf[id]; ok {
		return l
	}
	l := int32(len(f.leaves))
	f.byLeaf[id] = l
	f.leaves = append(f.leaves, leaf{id, missing})
	return l
}

func (f *forest) nameOf(name string) int32 {
	if n, ok := f.names[name]; ok {
		return n
	}
	n := int32(len(f.name))
	f.name = append(f.name, name)
	f.names[name] = n
	return n
}

// root returns the node of a commit's tree, or noNode.
func (f *forest) root(n odb.Index) int32 {
	if n == odb.NoIndex || f.treeOf[n] == none {
		return noNode
	}
	return f.nodeOf(f.treeOf[n], 0)
}

// nodeOf makes the node of a tree: that of its base, with its changes. Trees that nest too deeply, or in a circle as
// only a forged store can hold them, lead nowhere.
func (f *forest) nodeOf(t int32, depth int) int32 {
	if f.trees[t].node != unknown {
		return max(f.trees[t].node, noNode)
	}
	f.trees[t].node = pending
	var below []edge
	if n := f.base(t, depth); n != noNode {
		below = f.nodes[n]
	}
	f.trees[t].node = f.intern(f.changed(below, f.changes[f.trees[t].from:f.trees[t].to], depth))
	return f.trees[t].node
}

// lacking lists the trees that name something that is missing.
func (f *forest) lacking() []odb.Index {
	if !slices.ContainsFunc(f.leaves, func(l leaf) bool { return l.missing }) {
		return nil
	}
	var out []odb.Index
	for n, t := range f.treeOf {
		if t != none && f.lacks(f.nodeOf(t, 0)) {
			out = append(out, odb.Index(n))
		}
	}
	return out
}

func (f *forest) lacks(node int32) bool {
	return node != noNode && slices.ContainsFunc(f.nodes[node], func(e edge) bool { return e.child < 0 && f.leaves[^e.child].missing })
}

// base returns the node of a tree's base.
func (f *forest) base(t int32, depth int) int32 {
	if b := f.trees[t].base; b != odb.NoIndex && f.treeOf[b] != none {
		return f.nodeOf(f.treeOf[b], depth)
	}
	return noNode
}

// changed applies changes to the edges of a node.
func (f *forest) changed(below []edge, changes []change, depth int) []edge {
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
			if c.child = f.nodeOf(c.child, depth+1); c.child == noNode {
				continue
			}
		}
		below = append(below[:len(below):len(below)], c.edge)
	}
	return below
}

// intern returns the node with these children.
func (f *forest) intern(children []edge) int32 {
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
	if n, ok := f.byNode[string(key)]; ok {
		return n
	}
	n := int32(len(f.nodes))
	f.nodes = append(f.nodes, children)
	f.byNode[string(key)] = n
	return n
}

// introduced calls visit for every leaf of a node that no parent has at the same path.
func (f *forest) introduced(node int32, parents []int32, path string, visit func(path string, leaf int32) bool) bool {
	if node == noNode || slices.Contains(parents, node) {
		return true
	}
	for _, e := range f.nodes[node] {
		name := path + f.name[e.name]
		if e.child < 0 {
			if !f.holds(parents, e) && !visit(name, ^e.child) {
				return false
			}
			continue
		}
		if !f.introduced(e.child, f.below(parents, e.name), name+"/", visit) {
			return false
		}
	}
	return true
}

func (f *forest) holds(nodes []int32, e edge) bool {
	return slices.ContainsFunc(nodes, func(n int32) bool { return n != noNode && slices.Contains(f.nodes[n], e) })
}

// below returns what the nodes hold under a name, as far as it is a node.
func (f *forest) below(nodes []int32, name int32) []int32 {
	var out []int32
	for _, n := range nodes {
		if n == noNode {
			continue
		}
		for _, e := range f.nodes[n] {
			if e.name == name && e.child >= 0 {
				out = append(out, e.child)
			}
		}
	}
	return out
}
