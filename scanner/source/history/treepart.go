package history

import (
	"bytes"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// treePart is what one worker has read and not yet added to the treeIndex, so that workers rarely wait for each other. Its
// children are object indexes; ^i is the i-th missing object.
type treePart struct {
	index   *treeIndex
	trees   []treeRange
	changes []change
	missing []object.ID
	names   map[string]int32 // all that the worker has met; their numbers are the worker's own
	name    []string         // those that are not in the treeIndex yet
	numbers []int32          // in the treeIndex, of the others

	unfetched idSet // missing objects of a partial clone
}

// treeRange is a tree of a part.
type treeRange struct {
	from        int32 // its first change; the last is before the first of the next tree
	index, base odb.Index
}

// tree is a tree as changes to its base.
type tree struct {
	from int32     // its first change
	base odb.Index // another tree, or NoIndex
	node int32     // its node, or noNode, unknown or pending
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

// flushed is how many changes a part collects: 32 KB.
const flushed = 1 << 12

// Keep implements odb.TreeVisitor. Of interest are folders, blobs with matches, and missing objects.
func (p *treePart) Keep(e odb.TreeEntry) bool {
	switch {
	case e.Index != odb.NoIndex:
	case p.index.partial && isMissing(e, p.index.empty):
		p.unfetched.add(e.ID)
		return false
	default:
		return isMissing(e, p.index.empty)
	}
	return e.IsTree() || e.IsBlob() && p.index.wanted.has(e.Index)
}

// isMissing reports whether the object of an entry should exist and does not. Git knows the empty tree without storing it.
func isMissing(e odb.TreeEntry, empty object.ID) bool {
	return e.Index == odb.NoIndex && e.ID != empty && (e.IsTree() || e.IsBlob())
}

// Visit implements odb.TreeVisitor. Removed and added entries are in the order of trees, so that the old and the new entry of
// a name are met together; where a forged tree has another order, they become two changes, which mean the same.
func (p *treePart) Visit(c odb.TreeChange) {
	p.trees = append(p.trees, treeRange{from: int32(len(p.changes)), index: c.Tree, base: c.Base})
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
		p.changes = append(p.changes, change{uint32(p.nameOf(e.Name)) | kind, p.child(e)})
	}
	for _, e := range removed {
		p.remove(e)
	}
	if len(p.changes) >= flushed {
		p.index.add(p)
	}
}

func (p *treePart) remove(e odb.TreeEntry) {
	p.changes = append(p.changes, change{name: uint32(p.nameOf(e.Name)) | removes})
}

func (p *treePart) child(e odb.TreeEntry) int32 {
	if e.Index == odb.NoIndex {
		p.missing = append(p.missing, e.ID)
		return ^int32(len(p.missing) - 1)
	}
	return int32(e.Index)
}

func (p *treePart) nameOf(name []byte) int32 {
	if n, ok := p.names[string(name)]; ok {
		return n
	}
	n, kept := int32(len(p.names)), string(name)
	p.name = append(p.name, kept)
	p.names[kept] = n
	return n
}

// bits is a set of object indexes.
type bits []uint64

func newBits(count int) bits { return make(bits, count/64+1) }

func (b bits) has(n odb.Index) bool { return b[n/64]&(1<<(n%64)) != 0 }
func (b bits) add(n odb.Index)      { b[n/64] |= 1 << (n % 64) }
