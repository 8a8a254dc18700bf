package odb

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"golang.org/x/sync/errgroup"
)

// layout says how the entries of a pack depend on each other. Its slices have one element for each entry, in the order
// of the pack. An entry that is not a delta on another entry of the pack is the root of a delta tree.
type layout struct {
	offsets     []int64
	positions   []uint32            // in the pack index
	crcs        []uint32            // of the packed bytes; nil if the index has none
	types       []object.Type       // of the roots
	firstChild  []int32             // first delta on the entry, or noEntry
	nextSibling []int32             // next delta on the same base, or noEntry
	subtree     []uint32            // number of entries in the delta tree from here on
	roots       []int32             // the largest delta trees first
	external    map[int32]object.ID // roots that are deltas on an object outside the pack
	rootless    []int32             // entries in no delta tree: each depends on a damaged entry, on a missing one, or on itself
	indexes     []Index             // of the objects; nil if no earlier pack has any of them

	// find locates an object in the pack.
	find func(object.ID) (offset int64, ok bool)
	// visited are the entries that were visited while the pack arrived; nil if it has an index.
	visited []bool
}

const (
	noEntry = -1
	damaged = -2 // the base of an entry whose header cannot be parsed, or whose base is not where the header says
)

// layoutOf computes the layout of a pack, once.
func (db *DB) layoutOf(ctx context.Context, p *pack) (*layout, error) {
	var err error
	p.once.Do(func() {
		l := &layout{external: map[int32]object.ID{}, find: p.find}
		var order packfile.Order
		if order, err = p.idx.PackOrder(db.limits.Workers); err != nil {
			return
		}
		l.positions, l.offsets, l.crcs = order.Positions, order.Offsets, order.CRCs
		if err = l.linkDeltas(ctx, p, db); err == nil {
			l.assignIndexes(db, p)
			p.layout = l
		}
	})
	if err == nil && p.layout == nil {
		err = reason.NewError("git.pack-interrupted")
	}
	return p.layout, err
}

// assignIndexes looks up the object indexes of a pack that is not the first: earlier packs may have the same objects.
func (l *layout) assignIndexes(db *DB, p *pack) {
	if p.first == 0 {
		return
	}
	l.indexes = slices.Repeat([]Index{NoIndex}, len(l.positions))
	const share = 1 << 10
	ids := make([]object.ID, 0, share)
	for from := 0; from < len(l.positions); from += share {
		positions := l.positions[from:min(from+share, len(l.positions))]
		ids = ids[:0]
		for _, at := range positions {
			ids = append(ids, p.idx.ID(int(at)))
		}
		for _, other := range db.packs {
			packfile.FindAll(&other.idx, ids, other.first, l.indexes[from:])
			if other == p {
				break
			}
		}
		for i, at := range positions {
			if l.indexes[from+i] == NoIndex { // the index is damaged, and does not find its own object
				l.indexes[from+i] = p.first + Index(at)
			}
		}
	}
}

// linkDeltas reads the header of every entry and links each delta to its base. The database knows the types of bases outside the
// pack.
func (l *layout) linkDeltas(ctx context.Context, p *pack, db *DB) error {
	n := len(l.offsets)
	l.types, l.subtree = make([]object.Type, n), make([]uint32, n)
	l.firstChild, l.nextSibling = slices.Repeat([]int32{noEntry}, n), slices.Repeat([]int32{noEntry}, n)
	bases, err := l.bases(ctx, p, db.limits.Workers)
	if err != nil {
		return err
	}
	regular := true // every entry has a root
	for i, b := range slices.Backward(bases) {
		l.subtree[i]++
		if b >= 0 {
			l.nextSibling[i], l.firstChild[b] = l.firstChild[b], int32(i)
			l.subtree[b] += l.subtree[i]
		}
		regular = regular && b != damaged && b < int32(i)
	}
	for root, id := range l.external {
		l.types[root] = db.typeOf(id)
		regular = regular && l.types[root].Valid()
	}
	l.findRoots(bases)
	if !regular {
		l.findRootless()
	}
	return nil
}

// findRoots lists the roots: the largest delta trees first, then large entries that no delta depends on, so that no worker is left
// alone with one at the end, and then the other entries without deltas, as they are in the pack.
func (l *layout) findRoots(bases []int32) {
	count := 0
	for _, b := range bases {
		if b == noEntry {
			count++
		}
	}
	l.roots = make([]int32, count)
	large, single := 0, count
	for i, b := range slices.Backward(bases) {
		switch {
		case b != noEntry:
		case l.subtree[i] > 1 || l.packedSize(i) > maxShare:
			l.roots[large] = int32(i)
			large++
		default:
			single--
			l.roots[single] = int32(i)
		}
	}
	slices.SortFunc(l.roots[:large], func(a, b int32) int { return cmp.Or(l.bySubtree(a, b), cmp.Compare(a, b)) })
}

// packedSize returns the number of packed bytes of an entry, or 0 for the last one.
func (l *layout) packedSize(i int) int64 {
	if i+1 == len(l.offsets) {
		return 0
	}
	return l.offsets[i+1] - l.offsets[i]
}

// findRootless lists the entries that no root with a known type leads to.
func (l *layout) findRootless() {
	reached := make([]bool, len(l.offsets))
	var stack []int32
	for _, root := range l.roots {
		if !l.types[root].Valid() {
			continue
		}
		for stack = append(stack, root); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			reached[i] = true
			for c := l.firstChild[i]; c != noEntry; c = l.nextSibling[c] {
				stack = append(stack, c)
			}
		}
	}
	for i, ok := range reached {
		if !ok {
			l.rootless = append(l.rootless, int32(i))
		}
	}
}

// bases returns, for each entry, the entry that it is a delta on, noEntry for a root, or damaged.
func (l *layout) bases(ctx context.Context, p *pack, workers int) ([]int32, error) {
	const share, ahead = 1 << 14, 8
	bases := make([]int32, len(l.offsets))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for from := 0; from < len(bases); from += share {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return fileio.CatchFaults(func() error {
				for i := from; i < min(from+share, len(bases)); i++ {
					if i+ahead < len(bases) {
						p.Prefetch(l.offsets[i+ahead])
					}
					bases[i] = l.baseOf(int32(i), p, &mu)
				}
				return nil
			})
		})
	}
	return bases, g.Wait()
}

func (l *layout) baseOf(i int32, p *pack, mu *sync.Mutex) int32 {
	e, err := p.EntryAt(l.offsets[i])
	switch {
	case err != nil:
		return damaged
	case e.Type == packfile.OffsetDelta:
		return l.entryAt(l.offsets[i] - e.Distance)
	case e.Type == packfile.RefDelta:
		if offset, ok := l.find(e.Base); ok {
			return l.entryAt(offset)
		}
		mu.Lock()
		defer mu.Unlock()
		l.external[i] = e.Base
		return noEntry
	}
	l.types[i] = e.Type
	return noEntry
}

func (l *layout) entryAt(offset int64) int32 {
	if i, ok := slices.BinarySearch(l.offsets, offset); ok {
		return int32(i)
	}
	return damaged
}

// bySubtree orders entries by the size of their delta trees, the largest first.
func (l *layout) bySubtree(a, b int32) int { return cmp.Compare(l.subtree[b], l.subtree[a]) }
