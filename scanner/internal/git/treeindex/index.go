// Package treeindex finds out which paths in the trees of a repository lead to some blobs, and to objects that are referred to and
// missing.
//
// Build reads every tree once, as its difference from the tree that it is stored as a delta of. Neighboring versions of a folder have
// nearly everything in common, so a history with millions of tree entries becomes some changes for each tree. Root turns a tree into
// a node, which has only the entries that lead to a leaf. Trees with the same leaves at the same paths share a node, so that whole
// subtrees are compared by comparing two numbers: Introduced lists what a commit has and its parents have not.
//
// A Snapshot is what a later run needs to read only new trees.
//
// Limits: names and changes are held in memory, some 20 bytes for each change of a tree.
package treeindex

import (
	"context"
	"hash/maphash"
	"iter"
	"slices"
	"sort"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Index is the index of the trees of a repository. Only Build is concurrent.
type Index struct {
	objects   odb.Reader
	wanted    odb.IndexSet // blobs of interest
	lookedFor idSet        // the same, and blobs that are known to be missing
	empty     object.ID    // the empty tree

	mu         sync.Mutex // guards what the workers share
	parts      []*part
	unreadable []odb.Unreadable

	treeOf  []int32 // by object index: the tree, or none
	trees   pages[tree]
	changes pages[change]
	scratch []change // of the tree whose node is made
	leaves  []Leaf
	byLeaf  map[object.ID]int32
	names   map[string]int32
	name    []string
	named   []Name // where each name is

	nodes    [][]Edge // interned, sorted
	seed     maphash.Seed
	byHash   map[uint64]int32 // the last node with a hash, plus one
	sameHash []int32          // of each node: the one before with the same hash, or -1
	key      []byte           // of the node that is being interned

	compared   int // edges of parents that were looked at; a test counts them
	opened     int // nodes whose edges were compared with those of parents
	partial    bool
	missing    idSet       // objects that do not exist: in a partial clone all, else blobs that were not looked for
	incomplete []odb.Index // trees that refer to them

	known func(odb.Index) bool // trees that need not be read; may be nil
}

// Leaf is an object of interest: one of the wanted blobs, or an object that does not exist or could not be read.
type Leaf struct {
	ID      object.ID
	Missing bool
}

// NoNode is the node of trees without a leaf below them.
const NoNode = -1

const (
	none    = -1
	unknown = -2 // the node was not asked for yet
	pending = -3
)

// New returns the index of a repository, without its trees. Wanted are blobs. In a partial clone, missing objects are only counted,
// because that may be nearly all of them. In others, they become leaves.
func New(objects odb.Reader, wanted []object.ID, partial bool) *Index {
	x := &Index{
		objects: objects, partial: partial, wanted: odb.NewIndexSet(objects.Count()), empty: objects.Format().EmptyTree(),
		byLeaf: map[object.ID]int32{}, names: map[string]int32{}, seed: maphash.MakeSeed(), byHash: map[uint64]int32{},
	}
	for _, id := range wanted {
		x.lookedFor.add(id)
		if n := objects.IndexOf(id); n != odb.NoIndex {
			x.wanted.Add(n)
		}
	}
	return x
}

// Wants reports whether a blob is one of the wanted ones.
func (x *Index) Wants(id object.ID) bool {
	n := x.objects.IndexOf(id)
	return n != odb.NoIndex && x.wanted.Has(n)
}

// Leaves returns all leaves, by their numbers. In a partial clone, they are only the wanted blobs.
func (x *Index) Leaves() []Leaf { return x.leaves }

// LeafOf returns the number of the leaf with an ID.
func (x *Index) LeafOf(id object.ID) (leaf int32, ok bool) {
	leaf, ok = x.byLeaf[id]
	return leaf, ok
}

// HasTree reports whether an object is a tree that was read.
func (x *Index) HasTree(n odb.Index) bool { return x.treeOf[n] != none }

// Unreadable returns the trees that could not be read.
func (x *Index) Unreadable() []odb.Unreadable { return x.unreadable }

// Unfetched returns how many objects a partial clone lacks.
func (x *Index) Unfetched() int { return x.missing.count }

// AddUnfetched counts another object that a partial clone lacks.
func (x *Index) AddUnfetched(id object.ID) { x.missing.add(id) }

// Build reads every tree once. Blobs are looked up after Keep has been asked about them, so if some are missing, it reads the trees
// that may refer to them again.
func (x *Index) Build(ctx context.Context) error {
	if x.treeOf == nil {
		x.treeOf = slices.Repeat([]int32{none}, x.objects.Count())
	}
	if err := x.read(ctx, x.known, x.report); err != nil {
		return err
	}
	if !x.partial {
		if err := x.readIncomplete(ctx); err != nil {
			return err
		}
	}
	x.link()
	x.ruleOut()
	return nil
}

// read reads the trees that are not known.
func (x *Index) read(ctx context.Context, known func(odb.Index) bool, unreadable func(odb.Unreadable)) error {
	if err := x.objects.Trees(ctx, odb.TreeWalk{Visitor: x.newPart, Unreadable: unreadable, Known: known}); err != nil {
		return err
	}
	for _, p := range x.parts {
		x.add(p)
		x.missing.union(&p.missing)
		x.incomplete = append(x.incomplete, p.incomplete...)
	}
	x.parts = nil
	return nil
}

// readIncomplete reads the trees again that may refer to missing blobs, and looks for these.
func (x *Index) readIncomplete(ctx context.Context) error {
	x.lookedFor.union(&x.missing)
	x.missing = idSet{} // what only a damaged tree refers to is not reported
	if len(x.incomplete) == 0 {
		return nil
	}
	related := x.related(x.incomplete)
	x.incomplete = nil
	reported := map[string]bool{}
	for _, u := range x.unreadable {
		reported[u.What] = true
	}
	unreadable := func(u odb.Unreadable) {
		if !reported[u.What] {
			x.report(u)
		}
	}
	err := x.read(ctx, func(n odb.Index) bool { return !related.Has(n) }, unreadable)
	x.missing = idSet{}
	return err
}

// related returns every tree whose chain of bases ends at the same tree as that of one of the given trees.
func (x *Index) related(some []odb.Index) odb.IndexSet {
	next := make([]int32, x.trees.count) // of each tree, one that is nearer to the end; at the end, the tree itself
	for t := range next {
		next[t] = int32(t)
	}
	end := func(t int32) int32 {
		for next[t] != t {
			next[t] = next[next[t]]
			t = next[t]
		}
		return t
	}
	for t := range next {
		if b := x.trees.at(int32(t)).base; b != none && x.treeOf[b] != none {
			next[t] = end(x.treeOf[b]) // the tree itself, if a forged chain is a cycle
		}
	}
	ends := odb.NewIndexSet(x.trees.count)
	for _, n := range some {
		ends.Add(odb.Index(end(x.treeOf[n])))
	}
	related := odb.NewIndexSet(len(x.treeOf))
	for n := range x.Fresh() {
		if ends.Has(odb.Index(end(x.treeOf[n]))) {
			related.Add(n)
		}
	}
	return related
}

// link turns the object indexes of bases and children into trees and leaves, once all trees are here.
func (x *Index) link() {
	for t := range x.trees.all() {
		if t.base != none {
			t.base = x.treeOf[t.base]
		}
	}
	for c := range x.changes.all() {
		if c.name&adds != 0 {
			c.child = x.childOf(c.child)
		}
	}
}

// maxRounds is how often ruleOut looks at all trees. Each round gets at least one folder further up, and mostly several.
const maxRounds = 64

// ruleOut gives no node to trees with nothing of interest below, which are nearly all. It takes them as they are in memory, round
// after round. The others are visited folder by folder, which jumps around in memory.
func (x *Index) ruleOut() {
	holding := odb.NewIndexSet(x.trees.count)
	for t := range int32(x.trees.count) {
		if node := x.trees.at(t).node; node != unknown && node != NoNode {
			holding.Add(odb.Index(t))
		}
	}
	for round, more := 0, true; more; round++ {
		if round == maxRounds { // in no project do folders nest so deeply
			return
		}
		more = x.spread(holding)
	}
	for t := range int32(x.trees.count) {
		if !holding.Has(odb.Index(t)) {
			x.trees.at(t).node = NoNode
		}
	}
}

// spread adds the trees to a set that have a leaf, or a base or a child in the set, and reports whether there were any.
func (x *Index) spread(holding odb.IndexSet) (more bool) {
	for i, page := range x.trees.list {
		for j := range page {
			if b := page[j].base; b != none && holding.Has(odb.Index(b)) && holding.Put(odb.Index(i<<pageBits+j)) {
				more = true
			}
		}
	}
	t := x.trees.count - 1
	for i, page := range slices.Backward(x.changes.list) {
		for j := len(page) - 1; j >= 0; j-- {
			c := &page[j]
			if c.name&adds == 0 || c.child >= 0 && !holding.Has(odb.Index(c.child)) {
				continue
			}
			if t = x.treeWith(int32(i<<pageBits+j), t); holding.Put(odb.Index(t)) {
				more = true
			}
		}
	}
	return more
}

// treeWith returns the tree that a change belongs to. It is at or before the latest that it can be, and often close to it.
func (x *Index) treeWith(change int32, latest int) int {
	for range 8 {
		if x.trees.at(int32(latest)).from <= change {
			return latest
		}
		latest--
	}
	return sort.Search(latest+1, func(t int) bool { return x.trees.at(int32(t)).from > change }) - 1
}

// Fresh yields the trees that Build has read.
func (x *Index) Fresh() iter.Seq[odb.Index] {
	return func(yield func(odb.Index) bool) {
		for i, t := range x.treeOf {
			if n := odb.Index(i); t != none && (x.known == nil || !x.known(n)) && !yield(n) {
				return
			}
		}
	}
}

// AllKnown reports whether the snapshot that was resumed had all trees.
func (x *Index) AllKnown() bool {
	for range x.Fresh() {
		return false
	}
	return true
}

// newPart returns the part of a worker.
func (x *Index) newPart() odb.TreeVisitor {
	p := &part{index: x, names: map[string]int32{}}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.parts = append(x.parts, p)
	return p
}

// report records what could not be read.
func (x *Index) report(u odb.Unreadable) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unreadable = append(x.unreadable, u)
}

// add moves the trees of a part here. Children that exist become object indexes until all trees are here.
func (x *Index) add(p *part) {
	p.checkFiles()
	p.indexes = x.objects.IndexesOf(p.indexes[:0], p.children)
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, name := range p.name {
		p.numbers = append(p.numbers, x.nameOf(name))
	}
	from := int32(x.changes.count)
	for _, c := range p.changes {
		c.name = uint32(p.numbers[c.name&nameMask]) | c.name&^nameMask
		if c.name&adds != 0 {
			id := p.children[c.child]
			switch c.child = int32(p.indexes[c.child]); {
			case c.child != int32(odb.NoIndex):
			case x.partial:
				p.missing.add(id)
				c.name &^= adds
			default:
				c.child = ^x.leaf(id, true)
			}
		}
		x.changes.append(c)
	}
	for i, t := range p.trees {
		to := len(p.changes)
		if i+1 < len(p.trees) {
			to = int(p.trees[i+1].from)
		}
		x.nameIn(t.index, p.changes[t.from:to], p.numbers)
		x.treeOf[t.index] = int32(x.trees.count)
		x.trees.append(tree{from: from + t.from, base: int32(t.base), node: unknown})
	}
	p.trees, p.changes, p.children, p.name = p.trees[:0], p.changes[:0], p.children[:0], p.name[:0]
}

// changesOf returns the changes of a tree. The next call may overwrite them. With an iterator instead, a whole scan took 5 % longer.
func (x *Index) changesOf(t int32) []change {
	from, to := x.trees.at(t).from, int32(x.changes.count)
	if int(t)+1 < x.trees.count {
		to = x.trees.at(t + 1).from
	}
	if list := x.changes.slice(from, to); list != nil {
		return list
	}
	x.scratch = x.scratch[:0]
	for i := from; i < to; i++ {
		x.scratch = append(x.scratch, *x.changes.at(i))
	}
	return x.scratch
}

// childOf turns an object index into a tree or a leaf. A tree that exists but could not be read counts as missing.
func (x *Index) childOf(child int32) int32 {
	if child < 0 {
		return child
	}
	if t := x.treeOf[child]; t != none {
		return t
	}
	n := odb.Index(child)
	return ^x.leaf(x.objects.ID(n), !x.wanted.Has(n))
}

func (x *Index) leaf(id object.ID, missing bool) int32 {
	if l, ok := x.byLeaf[id]; ok {
		return l
	}
	l := int32(len(x.leaves))
	x.byLeaf[id] = l
	x.leaves = append(x.leaves, Leaf{ID: id, Missing: missing})
	return l
}

func (x *Index) nameOf(text string) int32 {
	if n, ok := x.names[text]; ok {
		return n
	}
	n := int32(len(x.name))
	x.name, x.named = append(x.name, text), append(x.named, Name{odb.NoIndex, -1})
	x.names[text] = n
	return n
}

// nameIn notes that a tree has the names that changes add.
func (x *Index) nameIn(t odb.Index, changes []change, numbers []int32) {
	for _, c := range changes {
		if n := &x.named[numbers[c.name&nameMask]]; c.name&adds != 0 && n.Tree == odb.NoIndex {
			n.Tree = t
		}
	}
}
