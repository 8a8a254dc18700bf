package history

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// forest holds, of all trees of a store, what leads to leaves of interest: blobs with a hit, and objects that
// the trees name and the store does not have. A tree is kept as what it changes in another, as it is stored; trees
// that hold the same leaves at the same paths share a node.
type forest struct {
	objects gitobj.Reader
	wanted  map[gitobj.OID]bool // blobs with a hit
	first   [1 << 16]bool       // the first bits of their names

	mu      sync.Mutex
	index   map[gitobj.OID]int32
	trees   []tree
	changes []change
	leaves  []leaf
	byLeaf  map[gitobj.OID]int32
	names   map[string]int32
	name    []string
	lost    []gitobj.Loss

	nodes  [][]edge // interned; an edge's child is a node or a leaf
	byNode map[string]int32
}

// tree is a tree by its changes to its base.
type tree struct {
	from, to int32 // its changes
	base     int32 // another tree, or none
	node     int32 // noNode, unknown, pending, or its node
	read     bool  // it has been: it is not only named
}

// change is an entry that a tree does not have, or has, unlike its base.
type change struct {
	edge
	removed bool
}

// edge is a named child: a tree (or a node), or a leaf.
type edge struct {
	name  int32
	child int32 // index of a tree or node; ^index of a leaf
}

// leaf is an object of interest.
type leaf struct {
	id      gitobj.OID
	missing bool
}

const (
	none     = -1
	noNode   = -1 // nothing of interest below
	unknown  = -2
	pending  = -3
	maxDepth = 2048
)

func newForest(objects gitobj.Reader, wanted map[gitobj.OID]bool) *forest {
	f := &forest{
		objects: objects, wanted: wanted, index: map[gitobj.OID]int32{}, byLeaf: map[gitobj.OID]int32{},
		names: map[string]int32{}, byNode: map[string]int32{},
	}
	for id := range wanted {
		f.first[binary.BigEndian.Uint16(id[:])] = true
	}
	return f
}

// presentSize is how many names a worker remembers: neighbouring trees name mostly the same objects.
const presentSize = 1 << 14

// keeper returns a function that tells which entries are of interest: folders, blobs with a hit, and what the store
// does not have.
func (f *forest) keeper() func(gitobj.Entry) bool {
	present := make([]gitobj.OID, presentSize)
	return func(e gitobj.Entry) bool {
		switch {
		case e.IsTree():
			return true
		case !e.IsBlob():
			return false
		case f.has(e.ID):
			return true
		}
		slot := &present[binary.BigEndian.Uint32(e.ID[:])%presentSize]
		if *slot == e.ID {
			return false
		}
		if f.objects.Has(e.ID) {
			*slot = e.ID
			return false
		}
		return true
	}
}

// has reports whether a blob has a hit. Nearly all have not, and their first bits tell.
func (f *forest) has(id gitobj.OID) bool {
	return f.first[binary.BigEndian.Uint16(id[:])] && f.wanted[id]
}

// grow reads every tree once. Afterwards, a tree that was named and not read is missing: a leaf.
func (f *forest) grow(ctx context.Context) error {
	if err := f.objects.Trees(ctx, gitobj.TreeWalk{Keep: f.keeper, Visit: f.add, Lost: f.lose}); err != nil {
		return err
	}
	missing := map[int32]int32{}
	for id, t := range f.index {
		if !f.trees[t].read && id != emptyTree {
			missing[t] = f.leaf(id, true)
		}
	}
	for i, c := range f.changes {
		if l, ok := missing[c.child]; ok {
			f.changes[i].child = ^l
		}
	}
	return nil
}

// lose records what could not be read.
func (f *forest) lose(l gitobj.Loss) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost = append(f.lost, l)
}

// add adds a tree.
func (f *forest) add(c gitobj.TreeChange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := tree{from: int32(len(f.changes)), base: none, node: unknown, read: true}
	if c.Base != (gitobj.OID{}) {
		t.base = f.tree(c.Base)
	}
	for _, e := range c.Removed {
		f.changes = append(f.changes, change{edge{f.nameOf(e.Name), f.child(e)}, true})
	}
	for _, e := range c.Added {
		f.changes = append(f.changes, change{edge{f.nameOf(e.Name), f.child(e)}, false})
	}
	t.to = int32(len(f.changes))
	f.trees[f.tree(c.ID)] = t
}

func (f *forest) child(e gitobj.Entry) int32 {
	if e.IsTree() {
		return f.tree(e.ID)
	}
	return ^f.leaf(e.ID, !f.wanted[e.ID])
}

func (f *forest) tree(id gitobj.OID) int32 {
	if t, ok := f.index[id]; ok {
		return t
	}
	t := int32(len(f.trees))
	f.index[id] = t
	f.trees = append(f.trees, tree{base: none, node: unknown})
	return t
}

func (f *forest) leaf(id gitobj.OID, missing bool) int32 {
	if l, ok := f.byLeaf[id]; ok {
		return l
	}
	l := int32(len(f.leaves))
	f.byLeaf[id] = l
	f.leaves = append(f.leaves, leaf{id, missing})
	return l
}

func (f *forest) nameOf(name []byte) int32 {
	if n, ok := f.names[string(name)]; ok {
		return n
	}
	n := int32(len(f.name))
	f.name = append(f.name, string(name))
	f.names[f.name[n]] = n
	return n
}

// root returns the node of a commit's tree, or noNode.
func (f *forest) root(id gitobj.OID) int32 {
	t, ok := f.index[id]
	if !ok {
		return noNode
	}
	return f.nodeOf(t, 0)
}

// emptyTree is the name of the tree without entries, which git knows without storing it.
var emptyTree = gitobj.OID{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// nodeOf makes the node of a tree: that of its base, with its changes. Trees that nest too deeply, or in a circle as
// only a forged store can hold them, lead nowhere.
func (f *forest) nodeOf(t int32, depth int) int32 {
	if f.trees[t].node != unknown {
		return max(f.trees[t].node, noNode)
	}
	f.trees[t].node = pending
	var below []edge
	if base := f.trees[t].base; base != none {
		if n := f.nodeOf(base, depth); n != noNode {
			below = f.nodes[n]
		}
	}
	f.trees[t].node = f.intern(f.changed(below, f.changes[f.trees[t].from:f.trees[t].to], depth))
	return f.trees[t].node
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
