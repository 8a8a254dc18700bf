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
	types       []object.Type       // of the object; 0 if its base is unknown
	firstChild  []int32             // first delta on the entry, or noEntry
	nextSibling []int32             // next delta on the same base, or noEntry
	subtree     []uint32            // number of entries in the delta tree from here on
	roots       []int32             // the largest delta trees first
	external    map[int32]object.ID // roots that are deltas on an object outside the pack
	indexes     []Index             // of the objects; nil if no earlier pack has any of them

	// find locates an object in the pack.
	find func(object.ID) (offset int64, ok bool)
	// visited are the entries that were visited while the pack arrived; nil if it has an index.
	visited []bool
}

const noEntry = -1

// layoutOf computes the layout of a pack, once.
func (db *DB) layoutOf(ctx context.Context, p *pack) (*layout, error) {
	var err error
	p.once.Do(func() {
		l := &layout{external: map[int32]object.ID{}, find: p.find}
		l.positions, l.offsets, l.crcs = p.idx.PackOrder()
		if err = l.linkDeltas(ctx, p, db.limits.Workers); err == nil {
			l.propagateTypes(db.typeOf)
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
	l.indexes = make([]Index, len(l.positions))
	for i, at := range l.positions {
		l.indexes[i] = db.packedIndex(p.idx.ID(int(at)))
	}
}

// linkDeltas reads the header of every entry and links each delta to its base.
func (l *layout) linkDeltas(ctx context.Context, p *pack, workers int) error {
	n := len(l.offsets)
	l.types, l.subtree = make([]object.Type, n), make([]uint32, n)
	l.firstChild, l.nextSibling = slices.Repeat([]int32{noEntry}, n), slices.Repeat([]int32{noEntry}, n)
	bases, err := l.bases(ctx, p, workers)
	if err != nil {
		return err
	}
	for i := n - 1; i >= 0; i-- {
		l.subtree[i]++
		if b := bases[i]; b != noEntry {
			l.nextSibling[i], l.firstChild[b] = l.firstChild[b], int32(i)
			l.subtree[b] += l.subtree[i]
			continue
		}
		if _, ok := l.external[int32(i)]; ok || l.types[i].Valid() {
			l.roots = append(l.roots, int32(i))
		}
	}
	slices.Reverse(l.roots)
	l.sortRoots()
	return nil
}

// sortRoots puts the largest delta trees first, so that no worker is left alone with one at the end. Trees of one entry, which
// are most, need no sorting.
func (l *layout) sortRoots() {
	large, single := l.roots[:0], make([]int32, 0, len(l.roots))
	for _, root := range l.roots {
		if l.subtree[root] > 1 {
			large = append(large, root)
		} else {
			single = append(single, root)
		}
	}
	slices.SortStableFunc(large, l.bySubtree)
	l.roots = append(large, single...)
}

// bases returns, for each entry, the entry that it is a delta on, or noEntry.
func (l *layout) bases(ctx context.Context, p *pack, workers int) ([]int32, error) {
	const share = 1 << 14
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
		return noEntry
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
	return noEntry
}

// propagateTypes gives every delta the type of its root. An entry without a type afterwards has no root: it depends on
// a damaged entry, or on itself.
func (l *layout) propagateTypes(typeOf func(object.ID) object.Type) {
	var stack []int32
	for _, root := range l.roots {
		if id, ok := l.external[root]; ok {
			l.types[root] = typeOf(id)
		}
		for stack = append(stack, root); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for c := l.firstChild[i]; c != noEntry; c = l.nextSibling[c] {
				l.types[c] = l.types[root]
				stack = append(stack, c)
			}
		}
	}
}

// bySubtree orders entries by the size of their delta trees, the largest first.
func (l *layout) bySubtree(a, b int32) int { return cmp.Compare(l.subtree[b], l.subtree[a]) }

// withBases returns the entries that are wanted, and the bases that they are built from.
func (l *layout) withBases(wanted func(int32) bool) []bool {
	type link struct{ entry, base int32 }
	need := make([]bool, len(l.positions))
	var tree []link // of one root, bases before their deltas
	for _, root := range l.roots {
		tree = append(tree[:0], link{root, noEntry})
		for k := 0; k < len(tree); k++ {
			i := tree[k].entry
			for c := l.firstChild[i]; c != noEntry; c = l.nextSibling[c] {
				tree = append(tree, link{c, i})
			}
		}
		for _, t := range slices.Backward(tree) {
			need[t.entry] = need[t.entry] || wanted(t.entry)
			if need[t.entry] && t.base != noEntry {
				need[t.base] = true
			}
		}
	}
	return need
}
