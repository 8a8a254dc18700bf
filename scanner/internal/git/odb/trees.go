package odb

import (
	"context"
	"slices"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// TreeWalk says what a walk over trees looks for. Visitor and Unreadable are required.
type TreeWalk struct {
	// Visitor makes a visitor for one worker.
	Visitor func() TreeVisitor
	// Unreadable takes what could not be read. It is called concurrently.
	Unreadable func(Unreadable)
	// Known reports which trees not to visit; may be nil.
	Known func(Index) bool
}

// TreeVisitor receives what a worker finds in trees.
type TreeVisitor interface {
	// Keep decides whether an entry is of interest. It is called once for an entry that neighboring versions of a tree
	// share.
	Keep(object.TreeEntry) bool
	// Visit takes the kept entries of a tree. Their names are overwritten afterwards.
	Visit(TreeChange)
}

// TreeChange describes the kept entries of a tree by their difference from another tree.
type TreeChange struct {
	Tree    Index
	Base    Index // the other tree; NoIndex means the empty tree
	Removed []object.TreeEntry
	Added   []object.TreeEntry
}

// Trees implements Reader. For a tree that is stored as a delta, it parses only the entries that the delta changes.
func (db *DB) Trees(ctx context.Context, t TreeWalk) error {
	walk := Walk{
		Types: object.TypesOf(object.Tree), Known: t.Known,
		Visitor: &wholeTrees{walk: t, examiner: db.treeExaminer(t.Visitor())},
	}
	for _, p := range db.packs {
		w := &packWalk{Walk: walk, db: db, pack: p}
		w.newExaminer = func() examiner { return db.treeExaminer(t.Visitor()) }
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return db.walkLoose(ctx, walk)
}

func (db *DB) treeExaminer(v TreeVisitor) *treeExaminer {
	return &treeExaminer{format: db.format, visitor: v}
}

// wholeTrees is the Visitor for trees that no worker's examiner has seen: loose ones, and good copies of damaged ones.
type wholeTrees struct {
	walk     TreeWalk
	mu       sync.Mutex
	examiner *treeExaminer
}

// Unreadable implements Visitor.
func (v *wholeTrees) Unreadable(u Unreadable) { v.walk.Unreadable(u) }

// Object implements Visitor.
func (v *wholeTrees) Object(_ context.Context, o Object) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := deltaObject{baseObject: baseObject{content: o.Content}}
	if _, err := v.examiner.base(object.Tree, &d.baseObject); err != nil {
		v.walk.Unreadable(Unreadable{What: o.ID.String(), Err: err})
		return nil
	}
	v.examiner.skipped(o.Index, &d)
	return nil
}

// treeEntries are the parsed entries of a tree.
type treeEntries struct {
	starts []uint32    // offset of each entry
	kept   []keptEntry // the entries of interest
	keptAt []uint32    // offset of each of these
}

// keptEntry is an entry that the visitor keeps, with the offset of its name.
type keptEntry struct {
	name uint32
	object.TreeEntry
}

// treeExaminer parses trees. It never keeps one: the entries go to the visitor, and the tree itself is not needed.
type treeExaminer struct {
	format   object.Format
	visitor  TreeVisitor
	added    []object.TreeEntry // of the tree that is being parsed
	removed  []object.TreeEntry
	carried  []bool // which of the base's kept entries the tree has too
	near     int    // the entry of the base where the last copy ended
	nearKept int    // the kept entry where it ended
}

// skipped hands the entries of a parsed tree to the visitor, as a change to its base if that has an index.
func (x *treeExaminer) skipped(i Index, d *deltaObject) {
	change := TreeChange{Tree: i, Base: NoIndex, Added: x.added}
	if d.base != nil && d.base.index != NoIndex {
		change.Base = d.base.index
		x.removed = x.removed[:0]
		for i, k := range d.base.kept {
			if !x.carried[i] {
				x.removed = append(x.removed, k.TreeEntry)
			}
		}
		change.Removed = x.removed
	} else if d.base != nil {
		change.Added = x.added[:0]
		for _, k := range d.kept {
			change.Added = append(change.Added, k.TreeEntry)
		}
	}
	x.visitor.Visit(change)
}

func (x *treeExaminer) base(_ object.Type, o *baseObject) (bool, error) {
	x.added = x.added[:0]
	for at := 0; at < len(o.content); {
		var err error
		if at, err = x.parse(o, at); err != nil {
			return false, err
		}
	}
	return false, nil
}

// parse parses the entry at an offset of a tree, and returns the offset of the next one.
func (x *treeExaminer) parse(o *baseObject, at int) (next int, err error) {
	e, next, err := object.EntryAt(x.format, o.content, at)
	if err != nil {
		return 0, err
	}
	o.starts = append(o.starts, uint32(at))
	if x.visitor.Keep(e) {
		o.kept = append(o.kept, keptEntry{uint32(next - x.format.Size() - 1 - len(e.Name)), e})
		o.keptAt = append(o.keptAt, uint32(at))
		x.added = append(x.added, e)
	}
	return next, nil
}

// delta follows the operations of a tree's delta: entries that are copied whole were parsed in the base, and only what
// lies between them is parsed.
func (x *treeExaminer) delta(_ object.Type, base *baseObject, d *deltaObject) (bool, error) {
	d.build()
	x.added = x.added[:0]
	n := len(base.kept)
	x.carried = slices.Grow(x.carried[:0], n)[:n]
	clear(x.carried)
	x.near, x.nearKept = 0, 0
	at, opStart := 0, 0 // offsets in the result: of the next entry, and of the operation
	for _, op := range d.ops.List {
		opEnd := opStart + int(op.Size)
		for at < opEnd {
			if n := x.copyEntries(base, d, op, at, opStart); n > 0 {
				at += n
				continue
			}
			var err error
			if at, err = x.parse(&d.baseObject, at); err != nil {
				return false, err
			}
		}
		opStart = opEnd
	}
	return false, nil
}

// copyEntries takes over the entries of the base that an operation copies whole, beginning with the entry at offset at
// of the result, and returns their size.
func (x *treeExaminer) copyEntries(base *baseObject, d *deltaObject, op packfile.Op, at, opStart int) int {
	if op.Insert || at < opStart {
		return 0
	}
	from, to := int(op.From)+at-opStart, int(op.From+op.Size)
	first := seek(base.starts, x.near, uint32(from))
	if first == len(base.starts) || base.starts[first] != uint32(from) {
		return 0
	}
	last := seek(base.starts, first, uint32(to))
	x.near = last
	if exact := last < len(base.starts) && base.starts[last] == uint32(to); !exact && to < len(base.content) {
		last-- // the copy ends inside the last entry
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
	x.copyKept(base, d, uint32(from), uint32(end), shift)
	return end - from
}

// seek returns the position of the first number in a sorted list that is not less than another. It looks near a position
// first, because operations usually follow the order of the base.
func seek(list []uint32, near int, number uint32) int {
	from, to := 0, min(near, len(list))
	for step := 1; to < len(list) && list[to] < number; step *= 2 {
		from, to = to+1, min(to+step, len(list))
	}
	at, _ := slices.BinarySearch(list[from:to], number)
	return from + at
}

// copyKept takes over the kept entries that begin in [from, end) of the base. If nobody will ask for those of the result, it only notes
// that they are there.
func (x *treeExaminer) copyKept(base *baseObject, d *deltaObject, from, end, shift uint32) {
	asked := !d.leaf || base.index == NoIndex
	i := seek(base.keptAt, x.nearKept, from)
	for ; i < len(base.keptAt) && base.keptAt[i] < end; i++ {
		x.carried[i] = true
		if !asked {
			continue
		}
		k := base.kept[i]
		k.name += shift
		k.Name = d.content[k.name:][:len(k.Name)]
		d.kept, d.keptAt = append(d.kept, k), append(d.keptAt, base.keptAt[i]+shift)
	}
	x.nearKept = i
}
