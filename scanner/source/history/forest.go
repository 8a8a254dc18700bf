package history

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// forest holds, of all trees of a store, what leads to leaves of interest: blobs with a hit, and objects that
// the trees name and the store does not have. Trees that hold the same leaves at the same paths share a node.
type forest struct {
	objects gitobj.Reader
	wanted  map[gitobj.OID]bool // blobs with a hit
	scratch sync.Pool           // *treeScratch

	mu     sync.Mutex
	trees  map[gitobj.OID]int32
	edges  [][]edge // by tree; nil until the tree has been read
	read   []bool   // by tree
	leaves []leaf
	byLeaf map[gitobj.OID]int32
	names  map[string]int32
	name   []string
	lost   []gitobj.Loss

	nodes  [][]edge // interned; an edge's child is a node or a leaf
	byNode map[string]int32
	node   []int32 // by tree: its node, noNode, or unknown
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
	noNode   = -1 // nothing of interest below
	unknown  = -2
	pending  = -3
	maxDepth = 2048
)

func newForest(objects gitobj.Reader, wanted map[gitobj.OID]bool) *forest {
	f := &forest{
		objects: objects, wanted: wanted, trees: map[gitobj.OID]int32{}, byLeaf: map[gitobj.OID]int32{},
		names: map[string]int32{}, byNode: map[string]int32{},
	}
	f.scratch.New = func() any { return &treeScratch{present: make([]gitobj.OID, presentSize)} }
	return f
}

// treeScratch is what one visit needs.
type treeScratch struct {
	entries []gitobj.Entry
	present []gitobj.OID // blobs known to be there, by the first bits of their names
}

// presentSize is how many names a scratch remembers: neighbouring versions of a tree name mostly the same blobs.
const presentSize = 1 << 14

// Object implements gitobj.Visitor.
func (f *forest) Object(_ context.Context, o gitobj.Object) error {
	s := f.scratch.Get().(*treeScratch)
	defer f.scratch.Put(s)
	s.entries = s.entries[:0]
	err := gitobj.EachEntry(o.Content, func(e gitobj.Entry) {
		if e.IsTree() || e.IsBlob() && (f.wanted[e.ID] || !f.has(s, e.ID)) {
			s.entries = append(s.entries, e)
		}
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.lost = append(f.lost, gitobj.Loss{What: o.ID.String(), Why: err})
	}
	f.add(o.ID, s.entries)
	return nil
}

// has reports whether the store has a blob.
func (f *forest) has(s *treeScratch, id gitobj.OID) bool {
	slot := &s.present[binary.BigEndian.Uint32(id[:])%presentSize]
	if *slot == id {
		return true
	}
	if !f.objects.Has(id) {
		return false
	}
	*slot = id
	return true
}

// Lost implements gitobj.Visitor.
func (f *forest) Lost(l gitobj.Loss) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost = append(f.lost, l)
}

func (f *forest) add(id gitobj.OID, entries []gitobj.Entry) {
	tree := f.tree(id)
	edges := make([]edge, 0, len(entries))
	for _, e := range entries {
		child := int32(0)
		if e.IsTree() {
			child = f.tree(e.ID)
		} else {
			child = ^f.leaf(e.ID, !f.wanted[e.ID])
		}
		edges = append(edges, edge{f.nameOf(e.Name), child})
	}
	f.edges[tree], f.read[tree] = edges, true
}

func (f *forest) tree(id gitobj.OID) int32 {
	if t, ok := f.trees[id]; ok {
		return t
	}
	t := int32(len(f.edges))
	f.trees[id] = t
	f.edges, f.read = append(f.edges, nil), append(f.read, false)
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

// grow is called when all trees have been read. A tree that was named and not read is missing: a leaf.
func (f *forest) grow() {
	f.node = slices.Repeat([]int32{unknown}, len(f.edges))
	missing := map[int32]int32{}
	for id, t := range f.trees {
		if !f.read[t] {
			missing[t] = f.leaf(id, true)
		}
	}
	for _, edges := range f.edges {
		for i, e := range edges {
			if l, ok := missing[e.child]; ok {
				edges[i].child = ^l
			}
		}
	}
}

// root returns the node of a tree, or noNode; a root that the store does not have is ok = false.
func (f *forest) root(id gitobj.OID) (node int32, ok bool) {
	t, ok := f.trees[id]
	if !ok || !f.read[t] {
		return noNode, id == emptyTree
	}
	return f.nodeOf(t, 0), true
}

// emptyTree is the name of the tree without entries, which git knows without storing it.
var emptyTree = gitobj.OID{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// nodeOf makes the node of a tree from those of its children. Trees that nest too deeply, or in a circle as only
// a forged store can hold them, lead nowhere.
func (f *forest) nodeOf(tree int32, depth int) int32 {
	if f.node[tree] != unknown {
		return max(f.node[tree], noNode)
	}
	if depth > maxDepth {
		return noNode
	}
	f.node[tree] = pending
	var kept []edge
	for _, e := range f.edges[tree] {
		if e.child >= 0 {
			if e.child = f.nodeOf(e.child, depth+1); e.child == noNode {
				continue
			}
			kept = append(kept, e)
			continue
		}
		kept = append(kept, e)
	}
	f.node[tree] = f.intern(kept)
	return f.node[tree]
}

// intern returns the node with these children.
func (f *forest) intern(children []edge) int32 {
	if len(children) == 0 {
		return noNode
	}
	key := make([]byte, 0, 8*len(children))
	for _, e := range children {
		key = binary.BigEndian.AppendUint32(key, uint32(e.name))
		key = binary.BigEndian.AppendUint32(key, uint32(e.child))
	}
	if n, ok := f.byNode[string(key)]; ok {
		return n
	}
	n := int32(len(f.nodes))
	f.nodes = append(f.nodes, slices.Clone(children))
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
