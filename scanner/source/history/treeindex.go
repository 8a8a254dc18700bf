package history

import (
	"cmp"
	"context"
	"encoding/binary"
	"hash/maphash"
	"iter"
	"slices"
	"sort"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// treeIndex finds the leaves of interest below any tree of a repository: blobs with matches, and objects that are
// referred to and missing. A tree is kept as its difference from the tree that it is stored as a delta of, because
// neighboring versions of a folder have nearly everything in common. Trees with the same leaves at the same paths share
// a node, so that whole subtrees are compared by comparing two numbers.
type treeIndex struct {
	objects   odb.Reader
	wanted    bits      // blobs with matches
	lookedFor idSet     // the same, and blobs that are known to be missing
	empty     object.ID // the empty tree

	mu         sync.Mutex // guards what the workers share
	parts      []*treePart
	unreadable []odb.Unreadable

	treeOf  []int32 // by object index: the tree, or none
	trees   pages[tree]
	changes pages[change]
	scratch []change // of the tree whose node is made
	leaves  []leaf
	byLeaf  map[object.ID]int32
	names   map[string]int32
	name    []string
	named   []name // where each name is

	nodes    [][]edge // interned, sorted; the child of an edge is a node or a leaf
	seed     maphash.Seed
	byHash   map[uint64]int32 // the last node with a hash, plus one
	sameHash []int32          // of each node: the one before with the same hash, or -1
	key      []byte           // of the node that is being interned

	compared   int // edges of parents that were looked at; a test counts them
	opened     int // nodes whose edges were compared with those of parents
	partial    bool
	missing    idSet       // objects that do not exist: in a partial clone all, else blobs that were not looked for
	incomplete []odb.Index // trees that refer to them

	known func(odb.Index) bool // trees that an earlier scan has read; may be nil
}

// edge is a named child: a tree or, in a node, another node; or a leaf.
type edge struct {
	name  int32
	child int32 // position of a tree or node; ^position of a leaf
}

// leaf is an object of interest.
type leaf struct {
	id      object.ID
	missing bool
}

const (
	none    = -1
	noNode  = -1 // there is nothing of interest below
	unknown = -2
	pending = -3
)

// newTreeIndex returns the index of a repository. In a partial clone, missing objects are only counted, because that may be
// nearly all of them. In others, they become leaves.
func newTreeIndex(objects odb.Reader, wanted []object.ID, partial bool) *treeIndex {
	x := &treeIndex{
		objects: objects, partial: partial, wanted: newBits(objects.Count()), empty: objects.Format().EmptyTree(), byLeaf: map[object.ID]int32{}, names: map[string]int32{},
		seed: maphash.MakeSeed(), byHash: map[uint64]int32{},
	}
	for _, id := range wanted {
		x.lookedFor.add(id)
		if n := objects.IndexOf(id); n != odb.NoIndex {
			x.wanted.add(n)
		}
	}
	return x
}

// has reports whether a blob has matches.
func (x *treeIndex) has(id object.ID) bool {
	n := x.objects.IndexOf(id)
	return n != odb.NoIndex && x.wanted.has(n)
}

// build reads every tree once. Blobs are looked up after Keep has been asked about them, so if some are missing, it reads the trees
// that may refer to them again.
func (x *treeIndex) build(ctx context.Context) error {
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
func (x *treeIndex) read(ctx context.Context, known func(odb.Index) bool, unreadable func(odb.Unreadable)) error {
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
func (x *treeIndex) readIncomplete(ctx context.Context) error {
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
	err := x.read(ctx, func(n odb.Index) bool { return !related.has(n) }, unreadable)
	x.missing = idSet{}
	return err
}

// related returns every tree whose chain of bases ends at the same tree as that of one of the given trees.
func (x *treeIndex) related(some []odb.Index) bits {
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
	ends := newBits(x.trees.count)
	for _, n := range some {
		ends.add(odb.Index(end(x.treeOf[n])))
	}
	related := newBits(len(x.treeOf))
	for n := range x.fresh() {
		if ends.has(odb.Index(end(x.treeOf[n]))) {
			related.add(n)
		}
	}
	return related
}

// link turns the object indexes of bases and children into trees and leaves, once all trees are here.
func (x *treeIndex) link() {
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
func (x *treeIndex) ruleOut() {
	holding := newBits(x.trees.count)
	for t := range int32(x.trees.count) {
		if node := x.trees.at(t).node; node != unknown && node != noNode {
			holding.add(odb.Index(t))
		}
	}
	for round, more := 0, true; more; round++ {
		if round == maxRounds { // in no project do folders nest so deeply
			return
		}
		more = x.spread(holding)
	}
	for t := range int32(x.trees.count) {
		if !holding.has(odb.Index(t)) {
			x.trees.at(t).node = noNode
		}
	}
}

// spread adds the trees to a set that have a leaf, or a base or a child in the set, and reports whether there were any.
func (x *treeIndex) spread(holding bits) (more bool) {
	for i, page := range x.trees.list {
		for j := range page {
			if b := page[j].base; b != none && holding.has(odb.Index(b)) && holding.put(odb.Index(i<<pageBits+j)) {
				more = true
			}
		}
	}
	t := x.trees.count - 1
	for i, page := range slices.Backward(x.changes.list) {
		for j := len(page) - 1; j >= 0; j-- {
			c := &page[j]
			if c.name&adds == 0 || c.child >= 0 && !holding.has(odb.Index(c.child)) {
				continue
			}
			if t = x.treeWith(int32(i<<pageBits+j), t); holding.put(odb.Index(t)) {
				more = true
			}
		}
	}
	return more
}

// treeWith returns the tree that a change belongs to. It is at or before the latest that it can be, and often close to it.
func (x *treeIndex) treeWith(change int32, latest int) int {
	for range 8 {
		if x.trees.at(int32(latest)).from <= change {
			return latest
		}
		latest--
	}
	return sort.Search(latest+1, func(t int) bool { return x.trees.at(int32(t)).from > change }) - 1
}

// fresh yields the trees that this scan has read.
func (x *treeIndex) fresh() iter.Seq[odb.Index] {
	return func(yield func(odb.Index) bool) {
		for i, t := range x.treeOf {
			if n := odb.Index(i); t != none && (x.known == nil || !x.known(n)) && !yield(n) {
				return
			}
		}
	}
}

// allKnown reports whether an earlier scan has read all trees.
func (x *treeIndex) allKnown() bool {
	for range x.fresh() {
		return false
	}
	return true
}

// newPart returns the part of a worker.
func (x *treeIndex) newPart() odb.TreeVisitor {
	p := &treePart{index: x, names: map[string]int32{}}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.parts = append(x.parts, p)
	return p
}

// report records what could not be read.
func (x *treeIndex) report(u odb.Unreadable) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.unreadable = append(x.unreadable, u)
}

// add moves the trees of a part here. Children that exist become object indexes until all trees are here.
func (x *treeIndex) add(p *treePart) {
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
func (x *treeIndex) changesOf(t int32) []change {
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
func (x *treeIndex) childOf(child int32) int32 {
	if child < 0 {
		return child
	}
	if t := x.treeOf[child]; t != none {
		return t
	}
	n := odb.Index(child)
	return ^x.leaf(x.objects.ID(n), !x.wanted.has(n))
}

func (x *treeIndex) leaf(id object.ID, missing bool) int32 {
	if l, ok := x.byLeaf[id]; ok {
		return l
	}
	l := int32(len(x.leaves))
	x.byLeaf[id] = l
	x.leaves = append(x.leaves, leaf{id, missing})
	return l
}

func (x *treeIndex) nameOf(text string) int32 {
	if n, ok := x.names[text]; ok {
		return n
	}
	n := int32(len(x.name))
	x.name, x.named = append(x.name, text), append(x.named, name{odb.NoIndex, -1})
	x.names[text] = n
	return n
}

// nameIn notes that a tree has the names that changes add.
func (x *treeIndex) nameIn(t odb.Index, changes []change, numbers []int32) {
	for _, c := range changes {
		if n := &x.named[numbers[c.name&nameMask]]; c.name&adds != 0 && n.tree == odb.NoIndex {
			n.tree = t
		}
	}
}

// root returns the node of a commit's tree, or noNode.
func (x *treeIndex) root(n odb.Index) int32 {
	if n == odb.NoIndex || x.treeOf[n] == none {
		return noNode
	}
	return x.nodeOf(x.treeOf[n])
}

// nodeOf returns the node of a tree: that of its base with its changes applied. Trees nest as deeply, and bases are as many,
// as the repository has objects, so what waits for others is on a stack of its own and not on that of the goroutine.
func (x *treeIndex) nodeOf(root int32) int32 {
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
func (x *treeIndex) awaited(stack []int32, t int32) []int32 {
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
func (x *treeIndex) done(t int32) int32 { return max(x.trees.at(t).node, noNode) }

// lacking lists the trees that refer to a missing object. In a partial clone that may be any of them.
func (x *treeIndex) lacking() []odb.Index {
	if x.missing.count > 0 {
		return x.readTrees()
	}
	if !slices.ContainsFunc(x.leaves, func(l leaf) bool { return l.missing }) {
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

func (x *treeIndex) lacks(node int32) bool {
	return node != noNode && slices.ContainsFunc(x.nodes[node], func(e edge) bool { return e.child < 0 && x.leaves[^e.child].missing })
}

// readTrees lists the trees that were read.
func (x *treeIndex) readTrees() []odb.Index {
	var out []odb.Index
	for n, t := range x.treeOf {
		if t != none {
			out = append(out, odb.Index(n))
		}
	}
	return out
}

// base returns the edges of a tree's base.
func (x *treeIndex) base(t int32) []edge {
	if b := x.trees.at(t).base; b != none {
		if n := x.done(b); n != noNode {
			return x.nodes[n]
		}
	}
	return nil
}

// apply applies changes to the edges of a node, which are sorted, and returns the result sorted. What remains is copied once,
// however many changes there are.
func (x *treeIndex) apply(below []edge, changes []change) []edge {
	removed, added := x.split(changes, len(below) > 0)
	if len(removed) == 0 && len(added) == 0 {
		return below
	}
	out := make([]edge, 0, len(below)+len(added))
	for _, e := range below {
		for len(added) > 0 && compareEdges(added[0], e) < 0 {
			out, added = append(out, added[0]), added[1:]
		}
		for len(removed) > 0 && removed[0] < e.name {
			removed = removed[1:]
		}
		if len(removed) == 0 || removed[0] != e.name {
			out = append(out, e)
		}
	}
	return append(out, added...)
}

// split returns the names that changes remove, if anything can be removed, and the edges that they add, both sorted.
func (x *treeIndex) split(changes []change, canRemove bool) (removed []int32, added []edge) {
	for _, c := range changes {
		name := int32(c.name & nameMask)
		if canRemove && c.name&removes != 0 {
			removed = append(removed, name)
		}
		if c.name&adds == 0 {
			continue
		}
		if c.child >= 0 {
			if c.child = x.done(c.child); c.child == noNode {
				continue
			}
		}
		added = append(added, edge{name, c.child})
	}
	slices.Sort(removed)
	slices.SortFunc(added, compareEdges)
	return removed, added
}

func compareEdges(a, b edge) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.child, b.child))
}

// intern returns the node with these children, which are sorted.
func (x *treeIndex) intern(children []edge) int32 {
	if len(children) == 0 {
		return noNode
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

// hash hashes the children of a node. The seed is new in each scan, so that no repository can be made to share hashes.
func (x *treeIndex) hash(children []edge) uint64 {
	key := x.key[:0]
	for _, e := range children {
		key = binary.NativeEndian.AppendUint32(key, uint32(e.name))
		key = binary.NativeEndian.AppendUint32(key, uint32(e.child))
	}
	x.key = key
	return maphash.Bytes(x.seed, key)
}
