package history

import "github.com/akguard/akguard/scanner/internal/gitobj"

// grove is the part of a forest that one worker reads, with names and missing objects of its own: workers wait for
// nobody. Its children are numbers of objects; ^i is the i-th of the missing ones.
type grove struct {
	wanted  bits
	trees   []tree
	numbers []gitobj.Number // of the trees
	changes []change
	missing []gitobj.OID
	names   map[string]int32
	name    []string
}

// tree is a tree by its changes to its base.
type tree struct {
	from, to int32         // its changes
	base     gitobj.Number // another tree, or NoNumber
	node     int32         // noNode, unknown, pending, or its node
}

// change is an entry that a tree does not have, or has, unlike its base.
type change struct {
	edge
	removed bool
}

// emptyTree is the name of the tree without entries, which git knows without storing it.
var emptyTree = gitobj.OID{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// Keep implements gitobj.TreeVisitor: of interest are folders, blobs with a hit, and what the store does not have.
func (g *grove) Keep(c gitobj.Child) bool {
	if c.Number == gitobj.NoNumber {
		return isMissing(c)
	}
	return c.IsTree() || c.IsBlob() && g.wanted.has(c.Number)
}

// isMissing reports whether an entry names an object that should be there and is not.
func isMissing(c gitobj.Child) bool {
	return c.Number == gitobj.NoNumber && c.ID != emptyTree && (c.IsTree() || c.IsBlob())
}

// Visit implements gitobj.TreeVisitor.
func (g *grove) Visit(c gitobj.TreeChange) {
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

func (g *grove) child(c gitobj.Child) int32 {
	if c.Number == gitobj.NoNumber {
		g.missing = append(g.missing, c.ID)
		return ^int32(len(g.missing) - 1)
	}
	return int32(c.Number)
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

func (b bits) has(n gitobj.Number) bool { return b[n/64]&(1<<(n%64)) != 0 }
func (b bits) add(n gitobj.Number)      { b[n/64] |= 1 << (n % 64) }
