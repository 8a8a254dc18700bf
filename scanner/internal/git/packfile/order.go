package packfile

// An offset and a position in the index are packed into one number for sorting. That leaves 28 bits for the position and
// 36 for the offset.
const indexBits = 28

// The largest pack that PackOrder can sort.
const (
	MaxObjects  = 1 << indexBits        // 268 million
	MaxPackSize = 1 << (64 - indexBits) // bytes, 64 GiB
)

// PackOrder returns the entries of a pack in the order of their offsets: the position of each in the index, its offset,
// and the CRC of its packed bytes, or nil if the index has none.
func (x *Index) PackOrder() (positions []uint32, offsets []int64, crcs []uint32) {
	keys := make([]uint64, x.n)
	for i := range keys {
		keys[i] = uint64(max(0, x.Offset(i)))<<indexBits | uint64(i)
	}
	keys = radixSort(keys, indexBits)
	positions, offsets = make([]uint32, x.n), make([]int64, x.n)
	for i, key := range keys {
		positions[i] = uint32(key & (1<<indexBits - 1))
		offsets[i] = int64(key >> indexBits)
	}
	if !x.HasCRCs() {
		return positions, offsets, nil
	}
	crcs = make([]uint32, x.n)
	for i, at := range positions {
		crcs[i] = x.CRC(int(at))
	}
	return positions, offsets, crcs
}

// radixSort sorts keys by their bits from lowBit on. It is several times as fast as a comparison sort, and sorting is
// the part of a scan that does not run in parallel. It returns either keys or its scratch memory.
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
