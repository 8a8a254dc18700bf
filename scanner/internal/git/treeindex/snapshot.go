package treeindex

import (
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Snapshot is what an Index knows about the trees of a repository, in a form that can be saved. It holds no names: a name is an entry
// of a tree, which is read again.
type Snapshot struct {
	Leaves []Leaf
	Names  []Name
	Nodes  [][]Edge // their names are numbers of Names; a child is an earlier node
	Trees  []TreeNode
	Text   []string // of the names, if ReadNames was called
}

// Name is the name of an entry of a tree.
type Name struct {
	Tree  odb.Index
	Entry int // its number, or -1 if it has to be looked for
}

// TreeNode is a tree with leaves below it. Other trees have none.
type TreeNode struct {
	Tree odb.Index
	Node int32
}

// Lacks reports whether some tree refers to a missing object.
func (s *Snapshot) Lacks() bool {
	return slices.ContainsFunc(s.Leaves, func(l Leaf) bool { return l.Missing })
}

// ReadNames reads the names from the trees that have them. It reports false if one of them is not there.
func (s *Snapshot) ReadNames(objects odb.Reader) bool {
	for _, n := range s.Names {
		text, ok := n.read(objects)
		if !ok {
			return false
		}
		s.Text = append(s.Text, text)
	}
	return true
}

func (n Name) read(objects odb.Reader) (text string, ok bool) {
	eachEntry(objects, n.Tree, func(i int, e object.TreeEntry) {
		if i == n.Entry {
			text, ok = string(e.Name), true
		}
	})
	return text, ok
}

// find returns the entry of a tree with a name.
func (n Name) find(objects odb.Reader, text string) Name {
	if n.Entry < 0 {
		eachEntry(objects, n.Tree, func(i int, e object.TreeEntry) {
			if string(e.Name) == text {
				n.Entry = i
			}
		})
	}
	return n
}

func eachEntry(objects odb.Reader, tree odb.Index, visit func(i int, e object.TreeEntry)) {
	if tree == odb.NoIndex {
		return
	}
	o, err := objects.Read(objects.ID(tree))
	if err != nil || o.Type != object.Tree {
		return
	}
	i := 0
	_ = object.EachEntry(objects.Format(), o.Content, func(e object.TreeEntry) { // a damaged tree was reported when it was read
		visit(i, e)
		i++
	})
}

// Resume takes over a snapshot, with the text of its names, so that Build reads only trees that are not known. An object for which
// plain is true, and which is not a tree of the snapshot, has no leaf below it. Resume returns false if the snapshot contradicts
// itself. The Index cannot be used then.
func (x *Index) Resume(s *Snapshot, known odb.IndexSet, plain func(odb.Index) bool) bool {
	x.known = known.Has
	x.treeOf = slices.Repeat([]int32{none}, x.objects.Count())
	x.trees.append(tree{base: none, node: NoNode}) // all trees without leaves
	for n := range x.treeOf {
		if plain(odb.Index(n)) {
			x.treeOf[n] = 0
		}
	}
	for _, t := range s.Trees {
		x.treeOf[t.Tree] = int32(x.trees.count)
		x.trees.append(tree{base: none, node: t.Node})
	}
	for _, l := range s.Leaves {
		if x.leaf(l.ID, l.Missing); l.Missing {
			x.lookedFor.add(l.ID) // the trees that are not known are described by changes to those that are
		}
	}
	for i, text := range s.Text {
		x.named[x.nameOf(text)] = s.Names[i]
	}
	for i, edges := range s.Nodes {
		if !slices.IsSortedFunc(edges, compareEdges) || x.intern(edges) != int32(i) {
			return false
		}
	}
	return len(x.leaves) == len(s.Leaves) && len(x.name) == len(s.Names)
}

// Snapshot returns what a later run can take over, or nil if the repository has changed since Build or a tree cannot be read.
func (x *Index) Snapshot() *Snapshot {
	s := &Snapshot{Leaves: x.leaves}
	if slices.ContainsFunc(x.leaves, func(l Leaf) bool { return l.Missing == (x.objects.IndexOf(l.ID) != odb.NoIndex) }) {
		return nil
	}
	for n, t := range x.treeOf {
		if t == none {
			continue
		}
		if node := x.nodeOf(t); node != NoNode {
			s.Trees = append(s.Trees, TreeNode{odb.Index(n), node})
		}
	}
	number, ok := x.namesOfNodes(s)
	if !ok {
		return nil
	}
	for _, edges := range x.nodes {
		renamed := slices.Clone(edges)
		for i := range renamed {
			renamed[i].Name = number[renamed[i].Name]
		}
		s.Nodes = append(s.Nodes, renamed)
	}
	return s
}

// namesOfNodes adds the names that nodes have, and returns their new numbers.
func (x *Index) namesOfNodes(s *Snapshot) (number []int32, ok bool) {
	number = slices.Repeat([]int32{none}, len(x.name))
	for _, edges := range x.nodes {
		for _, e := range edges {
			number[e.Name] = 0
		}
	}
	for n := range number {
		if number[n] == none {
			continue
		}
		number[n] = int32(len(s.Names)) // in their order, in which edges are sorted
		at := x.named[n].find(x.objects, x.name[n])
		if at.Entry < 0 {
			return nil, false
		}
		s.Names = append(s.Names, at)
	}
	return number, true
}
