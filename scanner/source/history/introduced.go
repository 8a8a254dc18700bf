package history

import "slices"

// level is a node whose edges are being compared with those of the parents.
type level struct {
	edges  []edge   // those that are left
	beside [][]edge // of the parents
	path   int      // the length of the node's path
}

// introduced calls visit for every leaf below a node that no parent has at the same path, until visit returns false. It
// keeps its own stack, because folders may nest more deeply than that of a goroutine can grow.
func (x *treeIndex) introduced(node int32, parents []int32, visit func(path []byte, leaf int32) bool) {
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
		path = append(path[:top.path], x.name[e.name]...)
		switch {
		case held:
		case e.child >= 0:
			path = append(path, '/')
			stack = x.open(stack, e.child, below, len(path))
		case !visit(path, ^e.child):
			return
		}
		if x.opened > maxOpened {
			return
		}
	}
}

// open puts a node on the stack, unless a parent has it too.
func (x *treeIndex) open(stack []level, node int32, parents []int32, path int) []level {
	if node == noNode || slices.Contains(parents, node) {
		return stack
	}
	x.opened++
	return append(stack, level{x.nodes[node], x.cursors(parents), path})
}

// cursors returns the edges of nodes. They are sorted as those of any node, so that one pass over all of them compares
// them, however many there are.
func (x *treeIndex) cursors(nodes []int32) [][]edge {
	var out [][]edge
	for _, n := range nodes {
		if n != noNode {
			out = append(out, x.nodes[n])
		}
	}
	return out
}

// beside advances cursors to the name of an edge. It reports whether one of them has the edge, and returns the nodes that
// they have under its name.
func (x *treeIndex) beside(cursors [][]edge, e edge) (held bool, below []int32) {
	for i, list := range cursors {
		for len(list) > 0 && list[0].name < e.name {
			list = list[1:]
			x.compared++
		}
		cursors[i] = list
		for ; len(list) > 0 && list[0].name == e.name; list = list[1:] {
			x.compared++
			if list[0] == e {
				return true, nil
			}
			if list[0].child >= 0 {
				below = append(below, list[0].child)
			}
		}
	}
	return false, below
}
