package odb

import (
	"context"
	"sync"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
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
	needed      func(entry int32) bool // entries to read, together with their bases; nil means all of the wanted types
	need        []bool                 // the same with the bases, in the delta trees that were walked
	ids         *object.List           // of the entries, if the pack has no index yet; the walk fills in those of deltas
	newExaminer func() examiner
}

var errBase = reason.NewError("git.delta-base")

func (w *packWalk) run(ctx context.Context) error {
	return fileio.CatchFaults(func() (err error) {
		if w.allKnown() {
			return nil
		}
		if w.layout, err = w.db.layoutOf(ctx, w.pack); err != nil {
			return err
		}
		if err := w.reportRootless(ctx); err != nil {
			return err
		}
		if w.Known != nil {
			w.needed = w.unknown
		}
		return w.walkTrees(ctx)
	})
}

// walkTrees walks the delta trees, one worker for each processor.
func (w *packWalk) walkTrees(ctx context.Context) error {
	next := rootQueue{layout: w.layout}
	if w.needed != nil {
		w.need = make([]bool, len(w.offsets))
	}
	g, ctx := errgroup.WithContext(ctx)
	worker := func() error {
		d := &deltaWorker{walk: w, examiner: w.newExaminer()}
		for roots := next.take(); len(roots) > 0; roots = next.take() {
			for i, root := range roots {
				if i+rootsAhead < len(roots) {
					w.pack.Prefetch(w.offsets[roots[i+rootsAhead]])
				}
				if err := d.walkTree(ctx, root); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for range w.db.limits.Workers {
		g.Go(func() error { return fileio.CatchFaults(worker) })
	}
	return g.Wait()
}

// rootsAhead is how many roots ahead memory is prefetched. To read one small object takes about as long as to load the next, so one is
// too few.
const rootsAhead = 2

// rootQueue hands out the roots of a pack to its workers.
type rootQueue struct {
	*layout
	mu   sync.Mutex
	next int
}

// maxShare is how many packed bytes of objects without deltas a worker takes at once. They follow each other in the pack, so that
// the next one is often in the cache.
const maxShare = 16 << 10

// take returns roots that no other worker gets, or none if there are no more: one with its deltas or, after the last of those,
// several without.
func (q *rootQueue) take() []int32 {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := q.next
	for size := int64(0); q.next < len(q.roots) && size < maxShare; {
		root := int(q.roots[q.next])
		q.next++
		if q.subtree[root] > 1 {
			break
		}
		size += q.packedSize(root)
	}
	return q.roots[from:q.next]
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
		if index == NoIndex || index >= w.pack.first && !w.Known(index) {
			return false
		}
	}
	return true
}

// reportRootless reports the entries that are in no delta tree.
func (w *packWalk) reportRootless(ctx context.Context) error {
	for _, i := range w.rootless {
		if w.inEarlierPack(i) {
			continue
		}
		if err := w.reportUnreadable(ctx, i, errBase); err != nil {
			return err
		}
	}
	return nil
}

func (w *packWalk) id(i int32) object.ID {
	if w.ids != nil {
		return w.ids.At(int(i))
	}
	return w.pack.idx.ID(int(w.positions[i]))
}

func (w *packWalk) index(i int32) Index {
	if w.indexes != nil {
		return w.indexes[i]
	}
	return w.pack.first + Index(w.positions[i])
}

// unknown reports whether an entry is to be visited if it has a wanted type: no earlier pack has it, and it is not known.
func (w *packWalk) unknown(i int32) bool {
	return !w.inEarlierPack(i) && (w.Known == nil || !w.Known(w.index(i))) && (w.visited == nil || !w.visited[i])
}

func (w *packWalk) inEarlierPack(i int32) bool {
	return w.indexes != nil && w.indexes[i] < w.pack.first
}

// reportUnreadable visits another copy of an entry's object, and reports the object if no copy is readable.
func (w *packWalk) reportUnreadable(ctx context.Context, i int32, why error) error {
	id := w.id(i)
	if w.db.copies(id) > 1 {
		if o, err := w.db.Read(id); err == nil {
			w.db.rescued.Store(true)
			if o.Index = w.index(i); w.Types.Has(o.Type) {
				return w.Visitor.Object(ctx, o)
			}
			return nil
		}
	}
	w.Visitor.Unreadable(Unreadable{What: id.String(), Err: why})
	return nil
}
