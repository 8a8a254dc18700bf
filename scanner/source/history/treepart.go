package history

import (
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// treePart is the part of a treeIndex that one worker reads. It has its own names and missing objects, so that workers do
// not wait for each other. Its children are object indexes; ^i is the i-th missing object.
type treePart struct {
	wanted  bits
	partial bool
	empty   object.ID // the empty tree
	trees   []tree
	indexes []odb.Index // of the trees
	changes []change
	missing []object.ID
	names   map[string]int32
	name    []string

	unfetched idSet // missing objects of a partial clone
}

// tree is a tree as changes to its base.
type tree struct {
	from, to int32     // range of its changes
	base     odb.Index // another tree, or NoIndex
	node     int32     // its node, or noNode, unknown or pending
}

// change is an entry that a tree has and its base does not have, or the other way round.
type change struct {
	edge
	removed bool
}

// Keep implements odb.TreeVisitor. Of interest are folders, blobs with matches, and missing objects.
func (p *treePart) Keep(e odb.TreeEntry) bool {
	switch {
	case e.Index != odb.NoIndex:
	case p.partial && isMissing(e, p.empty):
		p.unfetched.add(e.ID)
		return false
	default:
		return isMissing(e, p.empty)
	}
	return e.IsTree() || e.IsBlob() && p.wanted.has(e.Index)
}

// isMissing reports whether the object of an entry should exist and does not. Git knows the empty tree without storing it.
func isMissing(e odb.TreeEntry, empty object.ID) bool {
	return e.Index == odb.NoIndex && e.ID != empty && (e.IsTree() || e.IsBlob())
}

// Visit implements odb.TreeVisitor.
func (p *treePart) Visit(c odb.TreeChange) {
	t := tree{from: int32(len(p.changes)), base: c.Base, node: unknown}
	for _, e := range c.Removed {
		p.changes = append(p.changes, change{edge{p.nameOf(e.Name), p.child(e)}, true})
	}
	for _, e := range c.Added {
		p.changes = append(p.changes, change{edge{p.nameOf(e.Name), p.child(e)}, false})
	}
	t.to = int32(len(p.changes))
	p.trees, p.indexes = append(p.trees, t), append(p.indexes, c.Tree)
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
	n := int32(len(p.name))
	p.name = append(p.name, string(name))
	p.names[p.name[n]] = n
	return n
}

// bits is a set of object indexes.
type bits []uint64

func newBits(count int) bits { return make(bits, count/64+1) }

func (b bits) has(n odb.Index) bool { return b[n/64]&(1<<(n%64)) != 0 }
func (b bits) add(n odb.Index)      { b[n/64] |= 1 << (n % 64) }
