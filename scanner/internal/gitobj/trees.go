package gitobj

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
)

// TreeWalk says what a walk over trees is to find. Visitor and Lost are required.
type TreeWalk struct {
	// Visitor makes a visitor for one worker.
	Visitor func() TreeVisitor
	// Lost takes what could not be read. It is called concurrently.
	Lost func(Loss)
	// Known leaves out trees; may be nil.
	Known func(Number) bool
}

// TreeVisitor receives what a worker finds in trees.
type TreeVisitor interface {
	// Keep decides whether an entry is of interest. It is asked about an entry once for all neighbouring versions of a
	// tree that hold it.
	Keep(Child) bool
	// Visit takes what is of interest in a tree. The names in the entries are overwritten afterwards.
	Visit(TreeChange)
}

// Child is an entry of a tree, with the number of what it names.
type Child struct {
	Entry
	Number Number // NoNumber if the object is not there
}

// TreeChange is a tree by what it differs in from another. Only entries that were kept count.
type TreeChange struct {
	Tree    Number
	Base    Number // the other tree; NoNumber stands for an empty one
	Removed []Child
	Added   []Child
}

// Trees implements Reader. Of a tree that is stored as a delta it reads only the entries that its base does not
// have.
func (s *store) Trees(ctx context.Context, t TreeWalk) error {
	walk := Walk{Types: TypesOf(Tree), Visitor: &treeVisitor{walk: t, examiner: s.treeExaminer(t.Visitor())}, Known: t.Known}
	for _, p := range s.packs {
		w := &packWalk{Walk: walk, store: s, pack: p}
		w.newExaminer = func() examiner { return s.treeExaminer(t.Visitor()) }
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return s.walkLoose(ctx, walk)
}

func (s *store) treeExaminer(v TreeVisitor) *treeExaminer {
	return &treeExaminer{store: s, visitor: v, found: slices.Repeat([]found{{number: NoNumber}}, foundSize)}
}

// treeVisitor takes the trees that no worker's examiner has seen: loose ones, and good copies of damaged ones.
type treeVisitor struct {
	walk     TreeWalk
	mu       sync.Mutex
	examiner *treeExaminer
}

func (v *treeVisitor) Lost(l Loss) { v.walk.Lost(l) }

func (v *treeVisitor) Object(_ context.Context, o Object) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := patched{built: built{content: o.Content}}
	if _, err := v.examiner.whole(Tree, &p.built); err != nil {
		v.walk.Lost(Loss{What: o.ID.String(), Why: err})
		return nil
	}
	v.examiner.shown(o.Number, &p)
	return nil
}

// treeEntries are the entries of a tree that has been built.
type treeEntries struct {
	starts []uint32    // where each begins
	kept   []keptEntry // those of interest
}

// keptEntry is an entry that was kept, and where it and its name begin.
type keptEntry struct {
	start, name uint32
	Child
}

// treeExaminer reads the entries of trees. It is one worker's.
type treeExaminer struct {
	store   *store
	visitor TreeVisitor
	found   []found // numbers found last: neighbouring trees name mostly the same objects
	added   []Child // of the tree that is being read
	removed []Child
	carried []bool // of the kept entries of its base: whether it has them too
}

type found struct {
	id     OID
	number Number
}

const foundSize = 1 << 14

// number returns the number of an object, most often without looking far.
func (x *treeExaminer) number(id OID) Number {
	slot := &x.found[binary.BigEndian.Uint32(id[:])%foundSize]
	if slot.id != id {
		*slot = found{id, x.store.Number(id)}
	}
	return slot.number
}

func (x *treeExaminer) shown(n Number, o *patched) {
	change := TreeChange{Tree: n, Base: NoNumber, Added: x.added}
	if o.base != nil && o.base.number != NoNumber {
		change.Base = o.base.number
		x.removed = x.removed[:0]
		for i, k := range o.base.kept {
			if !x.carried[i] {
				x.removed = append(x.removed, k.Child)
			}
		}
		change.Removed = x.removed
	} else if o.base != nil {
		change.Added = x.added[:0]
		for _, k := range o.kept {
			change.Added = append(change.Added, k.Child)
		}
	}
	x.visitor.Visit(change)
}

func (x *treeExaminer) whole(_ Type, o *built) (bool, error) {
	x.added = x.added[:0]
	return false, x.parse(o, 0, len(o.content))
}

// parse reads the entries from one offset of a tree to another.
func (x *treeExaminer) parse(o *built, from, to int) error {
	for from < to {
		e, next, err := entryIn(o.content, from)
		if err != nil {
			return err
		}
		o.starts = append(o.starts, uint32(from))
		if c := (Child{e, x.number(e.ID)}); x.visitor.Keep(c) {
			o.kept = append(o.kept, keptEntry{uint32(from), uint32(next - len(e.ID) - 1 - len(e.Name)), c})
			x.added = append(x.added, c)
		}
		from = next
	}
	return nil
}

// delta walks the pieces of a tree: whole entries that are copied are the base's, and only what stands between is
// read.
func (x *treeExaminer) delta(_ Type, base *built, d *patched) (bool, error) {
	d.build()
	x.added = x.added[:0]
	x.carried = slices.Grow(x.carried[:0], len(base.kept))[:len(base.kept)]
	clear(x.carried)
	at, begin := 0, 0 // where the next entry begins, and the piece
	for _, p := range d.script.pieces {
		end := begin + int(p.size)
		for at < end {
			if n := x.copied(base, d, p, at, begin); n > 0 {
				at += n
				continue
			}
			_, next, err := entryIn(d.content, at)
			if err != nil {
				return false, err
			}
			if err := x.parse(&d.built, at, next); err != nil {
				return false, err
			}
			at = next
		}
		begin = end
	}
	return false, nil
}

// copied takes over the entries of the base that a piece copies whole, from the entry at offset at on, and returns
// their size.
func (x *treeExaminer) copied(base *built, d *patched, p piece, at, begin int) int {
	if p.insert || at < begin {
		return 0
	}
	from, to := int(p.from)+at-begin, int(p.from+p.size)
	first, ok := slices.BinarySearch(base.starts, uint32(from))
	if !ok {
		return 0
	}
	last, exact := slices.BinarySearch(base.starts, uint32(to))
	if !exact && to < len(base.content) {
		last-- // the last entry is cut
	}
	if last <= first {
		return 0
	}
	end := len(base.content)
	if last < len(base.starts) {
		end = int(base.starts[last])
	}
	shift := uint32(at) - uint32(from)
	if !d.leaf {
		for _, start := range base.starts[first:last] {
			d.starts = append(d.starts, start+shift)
		}
	}
	x.takeKept(base, d, uint32(from), uint32(end), shift)
	return end - from
}

// takeKept takes over the kept entries that begin in [from, end) of the base.
func (x *treeExaminer) takeKept(base *built, d *patched, from, end, shift uint32) {
	i, _ := slices.BinarySearchFunc(base.kept, from, func(k keptEntry, at uint32) int { return int(k.start) - int(at) })
	for ; i < len(base.kept) && base.kept[i].start < end; i++ {
		x.carried[i] = true
		k := base.kept[i]
		k.start += shift
		k.name += shift
		k.Name = d.content[k.name:][:len(k.Name)]
		d.kept = append(d.kept, k)
	}
}
