package odb

import (
	"context"
	"encoding/binary"
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
	Keep(TreeEntry) bool
	// Visit takes the kept entries of a tree. Their names are overwritten afterwards.
	Visit(TreeChange)
}

// TreeEntry is an entry of a tree with the index of its object.
type TreeEntry struct {
	object.TreeEntry
	Index Index // NoIndex if the object does not exist
}

// TreeChange describes the kept entries of a tree by their difference from another tree.
type TreeChange struct {
	Tree    Index
	Base    Index // the other tree; NoIndex means the empty tree
	Removed []TreeEntry
	Added   []TreeEntry
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
	return &treeExaminer{db: db, visitor: v, recent: slices.Repeat([]recentIndex{{index: NoIndex}}, recentSize)}
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
}

// keptEntry is an entry that the visitor keeps, with its offset and that of its name.
type keptEntry struct {
	start, name uint32
	TreeEntry
}

// treeExaminer parses trees. It never keeps one: the entries go to the visitor, and the tree itself is not needed.
type treeExaminer struct {
	db      *DB
	visitor TreeVisitor
	recent  []recentIndex // hash table of recent lookups: neighboring trees refer to mostly the same objects
	added   []TreeEntry   // of the tree that is being parsed
	removed []TreeEntry
	carried []bool // which of the base's kept entries the tree has too
}

type recentIndex struct {
	id    object.ID
	index Index
}

// recentSize is the number of slots in treeExaminer.recent: 400 KB, which fits into the second-level cache.
const recentSize = 1 << 14

// indexOf returns the index of an object, usually from the recent lookups.
func (x *treeExaminer) indexOf(id object.ID) Index {
	slot := &x.recent[binary.BigEndian.Uint32(id[:])%recentSize]
	if slot.id != id {
		*slot = recentIndex{id, x.db.IndexOf(id)}
	}
	return slot.index
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
	return false, x.parse(o, 0, len(o.content))
}

// parse parses the entries from one offset of a tree to another.
func (x *treeExaminer) parse(o *baseObject, from, to int) error {
	for from < to {
		e, next, err := object.EntryAt(x.db.format, o.content, from)
		if err != nil {
			return err
		}
		o.starts = append(o.starts, uint32(from))
		if c := (TreeEntry{e, x.indexOf(e.ID)}); x.visitor.Keep(c) {
			o.kept = append(o.kept, keptEntry{uint32(from), uint32(next - x.db.format.Size() - 1 - len(e.Name)), c})
			x.added = append(x.added, c)
		}
		from = next
	}
	return nil
}

// delta follows the operations of a tree's delta: entries that are copied whole were parsed in the base, and only what
// lies between them is parsed.
func (x *treeExaminer) delta(_ object.Type, base *baseObject, d *deltaObject) (bool, error) {
	d.build()
	x.added = x.added[:0]
	n := len(base.kept)
	x.carried = slices.Grow(x.carried[:0], n)[:n]
	clear(x.carried)
	at, opStart := 0, 0 // offsets in the result: of the next entry, and of the operation
	for _, op := range d.ops.List {
		opEnd := opStart + int(op.Size)
		for at < opEnd {
			if n := x.copyEntries(base, d, op, at, opStart); n > 0 {
				at += n
				continue
			}
			_, next, err := object.EntryAt(x.db.format, d.content, at)
			if err != nil {
				return false, err
			}
			if err := x.parse(&d.baseObject, at, next); err != nil {
				return false, err
			}
			at = next
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
	first, ok := slices.BinarySearch(base.starts, uint32(from))
	if !ok {
		return 0
	}
	last, exact := slices.BinarySearch(base.starts, uint32(to))
	if !exact && to < len(base.content) {
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

// copyKept takes over the kept entries that begin in [from, end) of the base.
func (x *treeExaminer) copyKept(base *baseObject, d *deltaObject, from, end, shift uint32) {
	kept := base.kept
	i, _ := slices.BinarySearchFunc(kept, from, func(k keptEntry, at uint32) int { return int(k.start) - int(at) })
	for ; i < len(kept) && kept[i].start < end; i++ {
		x.carried[i] = true
		k := kept[i]
		k.start += shift
		k.name += shift
		k.Name = d.content[k.name:][:len(k.Name)]
		d.kept = append(d.kept, k)
	}
}
