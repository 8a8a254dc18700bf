package treeindex

import (
	"bytes"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// part is what one worker has read and not yet added to the Index, so that workers rarely wait for each other. Until
// then, the child of a change is its number in children: the indexes of many objects are looked up at once.
type part struct {
	index    *Index
	trees    []treeRange
	changes  []change
	children []object.ID
	files    []object.ID      // blobs that must exist and are of no other interest
	indexes  []odb.Index      // of children or files
	names    map[string]int32 // all that the worker has met; their numbers are the worker's own
	name     []string         // those that are not in the Index yet
	numbers  []int32          // in the Index, of the others

	missing    idSet       // objects that do not exist: blobs and, in a partial clone, trees
	incomplete []odb.Index // trees that refer to such blobs
}

// treeRange is a tree of a part.
type treeRange struct {
	from        int32 // its first change; the last is before the first of the next tree
	files       int32 // after its last file
	index, base odb.Index
}

// tree is a tree as changes to its base.
type tree struct {
	from int32 // its first change
	base int32 // another tree, or none; its object index until all trees are here
	node int32 // its node, or NoNode, unknown or pending
}

// change is a name under which a tree has something other than its base.
type change struct {
	name  uint32 // with removes, adds or both
	child int32  // what the tree has there, if the change adds it
}

const (
	removes  = 1 << 31 // the base has the name
	adds     = 1 << 30 // the tree has the name
	nameMask = adds - 1
)

// flushed is how many changes or files a part collects.
const flushed = 1 << 10

// Keep implements odb.TreeVisitor. Of interest are folders and the blobs that the Index looks for. Git knows the empty tree
// without storing it.
func (p *part) Keep(e object.TreeEntry) bool {
	switch {
	case e.IsTree():
		return e.ID != p.index.empty
	case !e.IsBlob():
		return false
	case p.index.lookedFor.has(e.ID):
		return true
	}
	p.files = append(p.files, e.ID)
	return false
}

// checkFiles notes which of the files do not exist, and which trees refer to them.
func (p *part) checkFiles() {
	trees := p.trees
	p.indexes = p.index.objects.IndexesOf(p.indexes[:0], p.files)
	for i, n := range p.indexes {
		if n != odb.NoIndex {
			continue
		}
		p.missing.add(p.files[i])
		for len(trees) > 0 && int(trees[0].files) <= i {
			trees = trees[1:]
		}
		if n := len(p.incomplete); len(trees) > 0 && !p.index.partial && (n == 0 || p.incomplete[n-1] != trees[0].index) {
			p.incomplete = append(p.incomplete, trees[0].index)
		}
	}
	p.files = p.files[:0]
}

// Visit implements odb.TreeVisitor. Removed and added entries are in the order of trees, so that the old and the new entry of
// a name are met together; where a forged tree has another order, they become two changes, which mean the same.
func (p *part) Visit(c odb.TreeChange) {
	p.trees = append(p.trees, treeRange{int32(len(p.changes)), int32(len(p.files)), c.Tree, c.Base})
	removed := c.Removed
	for _, e := range c.Added {
		for len(removed) > 0 && bytes.Compare(removed[0].Name, e.Name) < 0 {
			p.remove(removed[0])
			removed = removed[1:]
		}
		kind := uint32(adds)
		if len(removed) > 0 && bytes.Equal(removed[0].Name, e.Name) {
			kind, removed = adds|removes, removed[1:]
		}
		p.changes = append(p.changes, change{uint32(p.nameOf(e.Name)) | kind, int32(len(p.children))})
		p.children = append(p.children, e.ID)
	}
	for _, e := range removed {
		p.remove(e)
	}
	if len(p.changes) >= flushed || len(p.files) >= flushed {
		p.index.add(p)
	}
}

func (p *part) remove(e object.TreeEntry) {
	p.changes = append(p.changes, change{name: uint32(p.nameOf(e.Name)) | removes})
}

func (p *part) nameOf(name []byte) int32 {
	if n, ok := p.names[string(name)]; ok {
		return n
	}
	n, kept := int32(len(p.names)), string(name)
	p.name = append(p.name, kept)
	p.names[kept] = n
	return n
}
