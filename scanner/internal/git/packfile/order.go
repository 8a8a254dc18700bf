package packfile

import (
	"math"
	"slices"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"golang.org/x/sync/errgroup"
)

// An offset and a position in the index are packed into one number for sorting. That leaves 28 bits for the position and
// 36 for the offset.
const indexBits = 28

// The largest pack that PackOrder can sort.
const (
	MaxObjects  = 1 << indexBits        // 268 million
	MaxPackSize = 1 << (64 - indexBits) // bytes, 64 GiB
)

// Order is the entries of a pack in the order of their offsets.
type Order struct {
	Positions []uint32 // of each entry in the index
	Offsets   []int64
	CRCs      []uint32 // of the packed bytes; nil if the index has none
}

// PackOrder returns the entries of a pack in the order of their offsets. It sorts shares of them at the same time, one for each of
// some workers, because nothing else of a scan can begin before.
func (x *Index) PackOrder(workers int) (Order, error) {
	order := Order{Positions: make([]uint32, x.n), Offsets: make([]int64, x.n)}
	if x.HasCRCs() {
		order.CRCs = make([]uint32, x.n)
	}
	bounds := x.shares(workers)
	keys := make([][]uint64, len(bounds)-1)
	var g errgroup.Group
	for i := range keys {
		g.Go(func() error {
			return fileio.CatchFaults(func() error {
				keys[i] = radixSort(x.keys(bounds[i], bounds[i+1], x.n/len(keys)+x.n/16), indexBits)
				return nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return Order{}, err
	}
	from := 0
	for _, share := range keys {
		at := from
		g.Go(func() error { return fileio.CatchFaults(func() error { x.fill(order, at, share); return nil }) })
		from += len(share)
	}
	return order, g.Wait()
}

// minShare is how many entries are worth a worker of their own.
const minShare = 1 << 13

// shares returns offsets between which about the same number of entries begin: the first is 0, and the last is past the pack.
func (x *Index) shares(count int) []int64 {
	count = min(count, x.n/minShare+1)
	sample := make([]int64, min(64*count, x.n))
	for i := range sample {
		sample[i] = max(0, x.Offset(i*(x.n/len(sample))))
	}
	slices.Sort(sample)
	bounds := []int64{0}
	for i := 1; i < count; i++ {
		bounds = append(bounds, sample[i*len(sample)/count])
	}
	return append(bounds, math.MaxInt64)
}

// keys returns the offsets and positions of the entries that begin in [from, to), of which there are about as many as expected. An
// entry whose offset is damaged counts as the first.
func (x *Index) keys(from, to int64, expected int) []uint64 {
	keys := make([]uint64, 0, expected)
	for i := range x.n {
		if offset := max(0, x.Offset(i)); from <= offset && offset < to {
			keys = append(keys, uint64(offset)<<indexBits|uint64(i))
		}
	}
	return keys
}

// fill writes sorted entries, the first of which has a number.
func (x *Index) fill(order Order, first int, keys []uint64) {
	for i, key := range keys {
		position := uint32(key & (1<<indexBits - 1))
		order.Positions[first+i], order.Offsets[first+i] = position, int64(key>>indexBits)
		if order.CRCs != nil {
			order.CRCs[first+i] = x.CRC(int(position))
		}
	}
}

// radixSort sorts keys by their bits from lowBit on. It is several times as fast as a comparison sort. It returns either keys or
// its scratch memory.
func radixSort(keys []uint64, lowBit int) []uint64 {
	const digit = 11 // 2,048 counters fit into the first-level cache, and four passes cover a pack of 64 GiB
	highest := uint64(0)
	for _, key := range keys {
		highest |= key
	}
	other := make([]uint64, len(keys))
	for shift := lowBit; highest>>shift != 0; shift += digit {
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
