package gitobj

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// layout is how the entries of a pack hang together. It has one element for each entry, in the order of the pack.
type layout struct {
	offsets []int64
	names   []uint32      // position in the index
	sums    []uint32      // checksum of the packed bytes; nil where the index has none
	kinds   []Type        // of the object; 0 where its base is not known
	child   []int32       // first delta on it, or none
	sibling []int32       // next delta on the same base, or none
	weight  []uint32      // entries in its family from here on
	roots   []int32       // entries that are no delta on another entry of the pack
	outside map[int32]OID // roots that are deltas on an object elsewhere
	numbers []Number      // of the objects; nil where no pack before has any of them
}

const none = -1

// An offset and a position in the index are sorted as one number.
const (
	indexBits   = 28
	maxPackSize = 1 << (64 - indexBits)
)

// arrange makes the layout of a pack, once.
func (s *store) arrange(ctx context.Context, p *pack) (*layout, error) {
	var err error
	p.once.Do(func() {
		l := &layout{outside: map[int32]OID{}}
		l.sort(&p.idx)
		if err = l.link(ctx, p, s.limits.Workers); err == nil {
			l.settle(func(id OID) Type { return s.typeOf(id) })
			l.number(s, p)
			p.layout = l
		}
	})
	if err == nil && p.layout == nil {
		err = errors.New("pack was left half read")
	}
	return p.layout, err
}

// typeOf returns the type of an object, 0 if it cannot be read.
func (s *store) typeOf(id OID) Type {
	o, err := s.Read(id)
	if err != nil {
		return 0
	}
	return o.Type
}

// sort orders the entries as they stand in the pack.
func (l *layout) sort(idx *packIndex) {
	keys := make([]uint64, idx.n)
	for i := range keys {
		keys[i] = uint64(max(0, idx.offset(i)))<<indexBits | uint64(i)
	}
	keys = radixSort(keys, indexBits)
	l.names, l.offsets = make([]uint32, idx.n), make([]int64, idx.n)
	for i, key := range keys {
		l.names[i] = uint32(key & (1<<indexBits - 1))
		l.offsets[i] = int64(key >> indexBits)
	}
	if idx.crcs == nil {
		return
	}
	l.sums = make([]uint32, idx.n)
	for i, at := range l.names {
		l.sums[i] = idx.crc(int(at))
	}
}

// radixSort sorts by the bits from the given one on, in passes over all of them: several times as fast as comparing.
// It returns either keys or what it needed beside them.
func radixSort(keys []uint64, from int) []uint64 {
	const digit = 11
	highest := uint64(0)
	for _, key := range keys {
		highest |= key
	}
	other := make([]uint64, len(keys))
	for shift := from; highest>>shift != 0; shift += digit {
		var next [1<<digit + 1]int
		for _, key := range keys {
			next[key>>shift&(1<<digit-1)+1]++
		}
		for d := range 1 << digit {
			next[d+1] += next[d]
		}
		for _, key := range keys {
			d := key >> shift & (1<<digit - 1)
			other[next[d]] = key
			next[d]++
		}
		keys, other = other, keys
	}
	return keys
}

// number gives numbers to the entries of a pack that is not the first.
func (l *layout) number(s *store, p *pack) {
	if p.first == 0 {
		return
	}
	l.numbers = make([]Number, len(l.names))
	for i, at := range l.names {
		l.numbers[i] = s.packed(p.idx.id(int(at)))
	}
}

// link reads every entry's header and makes the lists of deltas.
func (l *layout) link(ctx context.Context, p *pack, workers int) error {
	n := len(l.offsets)
	l.kinds, l.weight = make([]Type, n), make([]uint32, n)
	l.child, l.sibling = slices.Repeat([]int32{none}, n), slices.Repeat([]int32{none}, n)
	base, err := l.bases(ctx, p, workers)
	if err != nil {
		return err
	}
	for i := n - 1; i >= 0; i-- {
		l.weight[i]++
		if b := base[i]; b != none {
			l.sibling[i], l.child[b] = l.child[b], int32(i)
			l.weight[b] += l.weight[i]
			continue
		}
		if _, ok := l.outside[int32(i)]; ok || l.kinds[i].valid() {
			l.roots = append(l.roots, int32(i))
		}
	}
	slices.Reverse(l.roots)
	slices.SortStableFunc(l.roots, l.byWeight) // so that no worker is left alone with a large family at the end
	return nil
}

// bases returns, for each entry, the entry that it is a delta on, or none.
func (l *layout) bases(ctx context.Context, p *pack, workers int) ([]int32, error) {
	const share = 1 << 14
	base := make([]int32, len(l.offsets))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for from := 0; from < len(base); from += share {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return guarded(func() error {
				for i := from; i < min(from+share, len(base)); i++ {
					base[i] = l.baseOf(int32(i), p, &mu)
				}
				return nil
			})
		})
	}
	return base, g.Wait()
}

func (l *layout) baseOf(i int32, p *pack, mu *sync.Mutex) int32 {
	e, err := p.entryAt(l.offsets[i])
	switch {
	case err != nil:
		return none
	case e.typ == offsetDelta:
		return l.entryAt(l.offsets[i] - e.distance)
	case e.typ == refDelta:
		if at, ok := p.idx.find(e.base); ok {
			return l.entryAt(p.idx.offset(at))
		}
		mu.Lock()
		defer mu.Unlock()
		l.outside[i] = e.base
		return none
	}
	l.kinds[i] = e.typ
	return none
}

func (l *layout) entryAt(offset int64) int32 {
	if i, ok := slices.BinarySearch(l.offsets, offset); ok {
		return int32(i)
	}
	return none
}

// settle gives every delta the type of its root. What has none afterwards hangs on nothing: on a damaged entry,
// or on itself.
func (l *layout) settle(typeOf func(OID) Type) {
	var stack []int32
	for _, root := range l.roots {
		if id, ok := l.outside[root]; ok {
			l.kinds[root] = typeOf(id)
		}
		for stack = append(stack, root); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for c := l.child[i]; c != none; c = l.sibling[c] {
				l.kinds[c] = l.kinds[root]
				stack = append(stack, c)
			}
		}
	}
}

// byWeight orders entries by the size of their families, the largest first.
func (l *layout) byWeight(a, b int32) int { return cmp.Compare(l.weight[b], l.weight[a]) }
