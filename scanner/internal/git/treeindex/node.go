package treeindex

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Edge is a named child of a node.
type Edge struct {
	Name  int32 // its number
	Child int32 // another node, or ^leaf
}

// Root returns the node of a tree, or NoNode if there is no leaf below it.
func (x *Index) Root(n odb.Index) int32 {
	if n == odb.NoIndex || x.treeOf[n] == none {
		return NoNode
	}
	return x.nodeOf(x.treeOf[n])
}

// nodeOf returns the node of a tree: that of its base with its changes applied. Trees nest as deeply, and bases are as many,
// as the repository has objects, so what waits for others is on a stack of its own and not on that of the goroutine.
func (x *Index) nodeOf(root int32) int32 {
	for stack := []int32{root}; len(stack) > 0; {
		t := stack[len(stack)-1]
		switch node := &x.trees.at(t).node; *node {
		case unknown:
			*node = pending
			stack = x.awaited(stack, t)
			continue
		case pending: // what it waited for is done
			*node = x.intern(x.apply(x.base(t), x.changesOf(t)))
		}
		stack = stack[:len(stack)-1]
	}
	return x.done(root)
}

// awaited appends the trees whose nodes a tree needs.
func (x *Index) awaited(stack []int32, t int32) []int32 {
	if b := x.trees.at(t).base; b != none && x.trees.at(b).node == unknown {
		stack = append(stack, b)
	}
	for _, c := range x.changesOf(t) {
		if c.name&adds != 0 && c.child >= 0 && x.trees.at(c.child).node == unknown {
			stack = append(stack, c.child)
		}
	}
	return stack
}

// done returns the node of a tree that was awaited. One that contains itself, as only a forged repository can claim, has
// none.
func (x *Index) done(t int32) int32 { return max(x.trees.at(t).node, NoNode) }

// Lacking lists the trees that refer to a missing object. In a partial clone that may be any of them.
func (x *Index) Lacking() []odb.Index {
	if x.missing.count > 0 {
		return x.readTrees()
	}
	if !slices.ContainsFunc(x.leaves, func(l Leaf) bool { return l.Missing }) {
		return nil
	}
	var out []odb.Index
	for n, t := range x.treeOf {
		if t != none && x.lacks(x.nodeOf(t)) {
			out = append(out, odb.Index(n))
		}
	}
	return out
}

func (x *Index) lacks(node int32) bool {
	return node != NoNode && slices.ContainsFunc(x.nodes[node], func(e Edge) bool { return e.Child < 0 && x.leaves[^e.Child].Missing })
}

// readTrees lists the trees that were read.
func (x *Index) readTrees() []odb.Index {
	var out []odb.Index
	for n, t := range x.treeOf {
		if t != none {
			out = append(out, odb.Index(n))
		}
	}
	return out
}

// base returns the edges of a tree's base.
func (x *Index) base(t int32) []Edge {
	if b := x.trees.at(t).base; b != none {
		if n := x.done(b); n != NoNode {
			return x.nodes[n]
		}
	}
	return nil
}

// apply applies changes to the edges of a node, which are sorted, and returns the result sorted. What remains is copied once,
// however many changes there are.
func (x *Index) apply(below []Edge, changes []change) []Edge {
	removed, added := x.split(changes, len(below) > 0)
	if len(removed) == 0 && len(added) == 0 {
		return below
	}
	out := make([]Edge, 0, len(below)+len(added))
	for _, e := range below {
		for len(added) > 0 && compareEdges(added[0], e) < 0 {
			out, added = append(out, added[0]), added[1:]
		}
		for len(removed) > 0 && removed[0] < e.Name {
			removed = removed[1:]
		}
		if len(removed) == 0 || removed[0] != e.Name {
			out = append(out, e)
		}
	}
	return append(out, added...)
}

// split returns the names that changes remove, if anything can be removed, and the edges that they add, both sorted.
func (x *Index) split(changes []change, canRemove bool) (removed []int32, added []Edge) {
	for _, c := range changes {
		name := int32(c.name & nameMask)
		if canRemove && c.name&removes != 0 {
			removed = append(removed, name)
		}
		if c.name&adds == 0 {
			continue
		}
		if c.child >= 0 {
			if c.child = x.done(c.child); c.child == NoNode {
				continue
			}
		}
		added = append(added, Edge{name, c.child})
	}
	slices.Sort(removed)
	slices.SortFunc(added, compareEdges)
	return removed, added
}

func compareEdges(a, b Edge) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Child, b.Child))
}

// intern returns the node with these children, which are sorted.
func (x *Index) intern(children []Edge) int32 {
	if len(children) == 0 {
		return NoNode
	}
	h := x.hash(children)
	for n := x.byHash[h] - 1; n >= 0; n = x.sameHash[n] {
		if slices.Equal(x.nodes[n], children) {
			return n
		}
	}
	n := int32(len(x.nodes))
	x.nodes, x.sameHash = append(x.nodes, children), append(x.sameHash, x.byHash[h]-1)
	x.byHash[h] = n + 1
	return n
}

// hash hashes the children of a node. The seed of each Index is new, so that no repository can be made to share hashes.
func (x *Index) hash(children []Edge) uint64 {
	key := x.key[:0]
	for _, e := range children {
		key = binary.NativeEndian.AppendUint32(key, uint32(e.Name))
		key = binary.NativeEndian.AppendUint32(key, uint32(e.Child))
	}
	x.key = key
	return maphash.Bytes(x.seed, key)
}
