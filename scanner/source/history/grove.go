package history

import (
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// grove is the part of a forest that one worker reads, with names and missing objects of its own: workers wait for
// nobody. Its children are numbers of objects; ^i is the i-th of the missing ones.
type grove struct {
	wanted  bits
	trees   []tree
	numbers []odb.Index // of the trees
	changes []change
	missing []object.ID
	names   map[string]int32
	name    []string
}

// tree is a tree by its changes to its base.
type tree struct {
	from, to int32     // its changes
	base     odb.Index // another tree, or NoNumber
	node     int32     // noNode, unknown, pending, or its node
}

// change is an entry that a tree does not have, or has, unlike its base.
type change struct {
	edge
	removed bool
}

// Keep implements odb.TreeVisitor: of interest are folders, blobs with a hit, and what the store does not have.
func (g *grove) Keep(c odb.TreeEntry) bool {
	if c.Index == odb.NoIndex {
		return isMissing(c)
	}
	return c.IsTree() || c.IsBlob() && g.wanted.has(c.Index)
}

// isMissing reports whether an entry names an object that should be there and is not.
func isMissing(c odb.TreeEntry) bool {
	return c.Index == odb.NoIndex && c.ID != object.EmptyTree && (c.IsTree() || c.IsBlob())
}

// Visit implements odb.TreeVisitor.
func (g *grove) Visit(c odb.TreeChange) {
	t := tree{from: int32(len(g.changes)), base: c.Base, node: unknown}
	for _, e := range c.Removed {
		g.changes = append(g.changes, change{edge{g.nameOf(e.Name), g.child(e)}, true})
	}
	for _, e := range c.Added {
		g.changes = append(g.changes, change{edge{g.nameOf(e.Name), g.child(e)}, false})
	}
	t.to = int32(len(g.changes))
	g.trees, g.numbers = append(g.trees, t), append(g.numbers, c.Tree)
}

func (g *grove) child(c odb.TreeEntry) int32 {
	if c.Index == odb.NoIndex {
		g.missing = append(g.missing, c.ID)
		return ^int32(len(g.missing) - 1)
	}
	return int32(c.Index)
}

func (g *grove) nameOf(name []byte) int32 {
	if n, ok := g.names[string(name)]; ok {
		return n
	}
	n := int32(len(g.name))
	g.name = append(g.name, string(name))
	g.names[g.name[n]] = n
	return n
}

// bits is a set of numbers.
type bits []uint64

func newBits(count int) bits { return make(bits, count/64+1) }

func (b bits) has(n odb.Index) bool { return b[n/64]&(1<<(n%64)) != 0 }
func (b bits) add(n odb.Index)      { b[n/64] |= 1 << (n % 64) }
