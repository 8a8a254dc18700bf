package odb

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"golang.org/x/sync/errgroup"
)

// packWalk visits the objects of one pack. Each delta tree is walked from its root: the root is inflated once and the
// deltas are applied depth first, so that few objects are in memory at a time however long the chains are.
type packWalk struct {
	Walk
	*layout
	db          *DB
	pack        *pack
	need        []bool // entries to read; nil means all
	newExaminer func() examiner
}

var errBase = reason.NewError("git.delta-base")

func (w *packWalk) run(ctx context.Context) (err error) {
	if w.allKnown() {
		return nil
	}
	if w.layout, err = w.db.layoutOf(ctx, w.pack); err != nil {
		return err
	}
	if err := w.reportRootless(ctx); err != nil {
		return err
	}
	w.findNeeded()
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range w.db.limits.Workers {
		g.Go(func() error {
			d := &deltaWorker{walk: w, examiner: w.newExaminer()}
			for {
				i := next.Add(1) - 1
				if i >= int64(len(w.roots)) {
					return nil
				}
				if err := d.walkTree(ctx, w.roots[i]); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// allKnown reports whether no object of the pack needs a visit. It saves computing the layout.
func (w *packWalk) allKnown() bool {
	if w.Known == nil {
		return false
	}
	for i := range w.pack.idx.Len() {
		index := w.pack.first + Index(i)
		if w.pack.first > 0 {
			index = w.db.packedIndex(w.pack.idx.ID(i))
		}
		if index >= w.pack.first && !w.Known(index) {
			return false
		}
	}
	return true
}

// reportRootless reports the entries that are in no delta tree.
func (w *packWalk) reportRootless(ctx context.Context) error {
	for i, typ := range w.types {
		if typ != 0 || w.inEarlierPack(int32(i)) {
			continue
		}
		if err := w.reportUnreadable(ctx, int32(i), errBase); err != nil {
			return err
		}
	}
	return nil
}

func (w *packWalk) id(i int32) object.ID { return w.pack.idx.ID(int(w.positions[i])) }

func (w *packWalk) index(i int32) Index {
	if w.indexes != nil {
		return w.indexes[i]
	}
	return w.pack.first + Index(w.positions[i])
}

// wanted reports whether an entry is to be visited: it has a wanted type, no earlier pack has it, and it is not known.
func (w *packWalk) wanted(i int32) bool {
	return w.Types.Has(w.types[i]) && !w.inEarlierPack(i) && (w.Known == nil || !w.Known(w.index(i)))
}

func (w *packWalk) inEarlierPack(i int32) bool {
	return w.indexes != nil && w.indexes[i] < w.pack.first
}

// findNeeded marks the entries to read when some objects are known: those that are wanted, and their bases.
func (w *packWalk) findNeeded() {
	if w.Known == nil {
		return
	}
	type link struct{ entry, base int32 }
	w.need = make([]bool, len(w.positions))
	var tree []link // of one root, bases before their deltas
	for _, root := range w.roots {
		tree = append(tree[:0], link{root, noEntry})
		for k := 0; k < len(tree); k++ {
			i := tree[k].entry
			for c := w.firstChild[i]; c != noEntry; c = w.nextSibling[c] {
				tree = append(tree, link{c, i})
			}
		}
		for _, l := range slices.Backward(tree) {
			w.need[l.entry] = w.need[l.entry] || w.wanted(l.entry)
			if w.need[l.entry] && l.base != noEntry {
				w.need[l.base] = true
			}
		}
	}
}

// needs reports whether an entry is to be read.
func (w *packWalk) needs(i int32) bool {
	if w.need != nil {
		return w.need[i]
	}
	return w.Types.Has(w.types[i])
}

// reportUnreadable visits another copy of an entry's object, and reports the object if no copy is readable.
func (w *packWalk) reportUnreadable(ctx context.Context, i int32, why error) error {
	id := w.id(i)
	if w.db.copies(id) > 1 {
		if o, err := w.db.Read(id); err == nil {
			if o.Index = w.index(i); w.Types.Has(o.Type) {
				return w.Visitor.Object(ctx, o)
			}
			return nil
		}
	}
	w.Visitor.Unreadable(Unreadable{What: id.String(), Err: why})
	return nil
}
