package treeindex

import (
	"slices"
	"strings"
)

// level is a node whose edges are being compared with those of the parents.
type level struct {
	edges  []Edge   // those that are left
	beside [][]Edge // of the parents
	path   int      // the length of the node's path
}

// MaxOpened is how many nodes Introduced compares with those of parents, in all calls: a minute, where a few trees repeat in one
// another. Beyond it, it visits nothing.
const MaxOpened = 200_000_000

// Exhausted reports whether Introduced has compared as many nodes as it may.
func (x *Index) Exhausted() bool { return x.opened > MaxOpened }

// Introduced calls visit for every leaf below a node that no parent has at the same path, until visit returns false. The path is
// overwritten by the next call. Introduced keeps its own stack, because folders may nest more deeply than that of a goroutine can grow.
func (x *Index) Introduced(node int32, parents []int32, visit func(path []byte, leaf int32) bool) {
	var path []byte
	for stack := x.open(nil, node, parents, 0); len(stack) > 0; {
		top := &stack[len(stack)-1]
		if len(top.edges) == 0 {
			stack = stack[:len(stack)-1]
			continue
		}
		e := top.edges[0]
		top.edges = top.edges[1:]
		held, below := x.beside(top.beside, e)
		path = append(path[:top.path], x.name[e.Name]...)
		switch {
		case held:
		case e.Child >= 0:
			path = append(path, '/')
			stack = x.open(stack, e.Child, below, len(path))
		case !visit(path, ^e.Child):
			return
		}
		if x.Exhausted() {
			return
		}
	}
}

// open puts a node on the stack, unless a parent has it too.
func (x *Index) open(stack []level, node int32, parents []int32, path int) []level {
	if node == NoNode || slices.Contains(parents, node) {
		return stack
	}
	x.opened++
	return append(stack, level{x.nodes[node], x.cursors(parents), path})
}

// cursors returns the edges of nodes. They are sorted as those of any node, so that one pass over all of them compares
// them, however many there are.
func (x *Index) cursors(nodes []int32) [][]Edge {
	var out [][]Edge
	for _, n := range nodes {
		if n != NoNode {
			out = append(out, x.nodes[n])
		}
	}
	return out
}

// beside advances cursors to the name of an edge. It reports whether one of them has the edge, and returns the nodes that
// they have under its name.
func (x *Index) beside(cursors [][]Edge, e Edge) (held bool, below []int32) {
	for i, list := range cursors {
		for len(list) > 0 && list[0].Name < e.Name {
			list = list[1:]
			x.compared++
		}
		cursors[i] = list
		for ; len(list) > 0 && list[0].Name == e.Name; list = list[1:] {
			x.compared++
			if list[0] == e {
				return true, nil
			}
			if list[0].Child >= 0 {
				below = append(below, list[0].Child)
			}
		}
	}
	return false, below
}

// Holds reports whether there is a leaf at a path below a node.
func (x *Index) Holds(node, leaf int32, path string) bool {
	for rest := path; node != NoNode; {
		name, below, isFolder := strings.Cut(rest, "/")
		n, known := x.names[name]
		if !known {
			return false
		}
		next := int32(NoNode)
		for _, e := range x.nodes[node] {
			switch {
			case e.Name != n:
			case !isFolder && e.Child == ^leaf:
				return true
			case isFolder && e.Child >= 0:
				next = e.Child
			}
		}
		node, rest = next, below
	}
	return false
}
