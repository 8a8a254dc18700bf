package inflate

import "math/bits"

// entry is one entry of a decoding table: what the next bits of the stream mean. The fields are where the inner loop can
// use them with the fewest instructions.
//
//	bits 0-5    number of bits to drop, extra bits included: a shift count as it is
//	bits 8-11   number of bits of the code alone; for a subtable, the number of bits that index it
//	bits 13-15  special: subtable, end of block, or (neither) an invalid code
//	bits 16-30  the literal, the base of the length or distance, or the offset of the subtable
//	bit 31      it is a literal: the sign of an int32
type entry uint32

const (
	special    entry = 1 << 13
	subtable   entry = 1 << 14
	endOfBlock entry = 1 << 15
	literal    entry = 1 << 31
)

func (e entry) literal() bool    { return int32(e) < 0 }
func (e entry) special() bool    { return e&special != 0 }
func (e entry) value() entry     { return e >> 16 & 0x7fff }
func (e entry) codeBits() entry  { return e >> 8 & 15 }
func (e entry) code(n int) entry { return e + entry(n)<<8 + entry(n) }

// Sizes of the alphabets and of the tables. A table has 1<<bits entries, followed by the subtables of longer codes. The
// totals are those that zlib's enough.c computes: no complete set of codes of at most 15 bits needs more. With 11 bits,
// hardly any literal is in a subtable, and the table of 9 KB still fits into the first-level cache beside the data.
const (
	maxLit, maxDist     = 288, 32
	maxPre              = 19
	litBits, litTable   = 11, 2342
	distBits, distTable = 8, 402
	preBits, preTable   = 7, 128
	maxCode             = 15
)

// litEntries, distEntries and preEntries are the entries of the symbols, before the lengths of their codes are added.
var (
	litEntries  = makeLitEntries()
	distEntries = makeDistEntries()
	preEntries  = makePreEntries()
)

func makeLitEntries() (list [maxLit]entry) {
	for i := range 256 {
		list[i] = literal | entry(i)<<16
	}
	list[256] = special | endOfBlock
	base := 3
	for i := range 28 {
		extra := max(0, i/4-1)
		list[257+i] = entry(base)<<16 + entry(extra)
		base += 1 << extra
	}
	list[285] = 258 << 16
	list[286], list[287] = special, special
	return list
}

func makeDistEntries() (list [maxDist]entry) {
	base := 1
	for i := range 30 {
		extra := max(0, i/2-1)
		list[i] = entry(base)<<16 + entry(extra)
		base += 1 << extra
	}
	list[30], list[31] = special, special
	return list
}

func makePreEntries() (list [maxPre]entry) {
	for i := range list {
		list[i] = entry(i) << 16
	}
	return list
}

// fixed holds the tables of the fixed codes.
var fixed = makeFixed()

type fixedTables struct {
	lit  [litTable]entry
	dist [distTable]entry
}

func makeFixed() *fixedTables {
	var lens [maxLit]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	f := new(fixedTables)
	makeTable(f.lit[:], litBits, lens[:], litEntries[:])
	for i := range maxDist {
		lens[i] = 5
	}
	makeTable(f.dist[:], distBits, lens[:maxDist], distEntries[:])
	return f
}

var preOrder = [maxPre]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes of a dynamic block and builds their tables.
func (d *Decoder) readCodes() error {
	lits, dists, pres := d.take(5)+257, d.take(5)+1, d.take(4)+4
	if d.count < 0 {
		return ErrTruncated
	}
	if lits > 286 || dists > 30 {
		return ErrCorrupt
	}
	clear(d.lens[:maxPre])
	for _, i := range preOrder[:pres] {
		d.lens[i] = uint8(d.take(3))
	}
	if d.count < 0 {
		return ErrTruncated
	}
	if !makeTable(d.pre[:], preBits, d.lens[:maxPre], preEntries[:]) {
		return ErrCorrupt
	}
	if err := d.readLengths(lits + dists); err != nil {
		return err
	}
	var distLens [maxDist]uint8
	copy(distLens[:], d.lens[lits:lits+dists])
	if !makeTable(d.lit[:], litBits, d.lens[:lits], litEntries[:]) || !makeTable(d.dist[:], distBits, distLens[:dists], distEntries[:]) {
		return ErrCorrupt
	}
	return nil
}

// readLengths reads the lengths of n codes, which are run-length encoded.
func (d *Decoder) readLengths(n int) error {
	for i := 0; i < n; {
		if d.count < preBits+7 {
			d.refill()
		}
		e := d.pre[d.bits&(1<<preBits-1)]
		if e.special() {
			return orTruncated(d.count)
		}
		d.take(int(e & 63))
		symbol := uint8(e.value())
		repeat, length := 1, symbol
		switch symbol {
		case 16:
			if i == 0 {
				return orTruncatedNow(d.count)
			}
			length, repeat = d.lens[i-1], 3+d.take(2)
		case 17:
			length, repeat = 0, 3+d.take(3)
		case 18:
			length, repeat = 0, 11+d.take(7)
		}
		if d.count < 0 {
			return ErrTruncated
		}
		if i+repeat > n {
			return ErrCorrupt
		}
		for range repeat {
			d.lens[i] = length
			i++
		}
	}
	return nil
}

func orTruncatedNow(count int) error {
	if count < 0 {
		return ErrTruncated
	}
	return ErrCorrupt
}

// makeTable builds the decoding table of a set of codes, given their lengths. It returns false for a set that is
// over-subscribed or incomplete. Like the standard library, it accepts the empty set, from which no code can be used, and
// the set of one code of one bit.
func makeTable(table []entry, root int, lens []uint8, symbols []entry) bool {
	var counts [maxCode + 1]int
	for _, l := range lens {
		counts[l&maxCode]++
	}
	var next [maxCode + 2]int // where the symbols of each length begin in sorted
	left, longest := 1, 0
	counts[0] = 0
	for l := 1; l <= maxCode; l++ {
		left = left<<1 - counts[l]
		if left < 0 {
			return false
		}
		if counts[l] > 0 {
			longest = l
		}
		next[l+1] = next[l] + counts[l]
	}
	fillWithNone := longest == 0 || longest == 1 && counts[1] == 1
	if left > 0 && !fillWithNone {
		return false
	}
	var sorted [maxLit]uint16
	at := next
	for symbol, l := range lens {
		if l > 0 {
			sorted[at[l]] = uint16(symbol)
			at[l]++
		}
	}
	if fillWithNone {
		for i := range table[:1<<root] {
			table[i] = special
		}
		if longest == 1 {
			e := symbols[sorted[0]].code(1)
			for i := 0; i < 1<<root; i += 2 {
				table[i] = e
			}
		}
		return true
	}
	fill(table, root, &counts, sorted[:next[maxCode+1]], symbols)
	return true
}

// fill fills the table of a complete set of codes. It visits the codes in the order of their lengths, with their bits
// reversed as they are in the stream. The table is filled as if it had the size for the current length, and copied to
// twice that size for the next: that writes each entry about twice, where filling every multiple of a short code would
// stride through the whole table.
func fill(table []entry, root int, counts *[maxCode + 1]int, sorted []uint16, symbols []entry) {
	code, length, size := 0, 1, 1
	for ; length <= root; length++ {
		copy(table[size:2*size], table[:size])
		size *= 2
		for range counts[length] {
			table[code] = symbols[sorted[0]].code(length)
			sorted = sorted[1:]
			code = successor(code, length)
		}
	}
	end, start, indexBits := size, 0, 0
	prefix := -1
	for ; length <= maxCode; length++ {
		for range counts[length] {
			if code&(size-1) != prefix {
				prefix, start = code&(size-1), end
				indexBits = subtableBits(counts, length, root)
				end = start + 1<<indexBits
				table[prefix] = special | subtable | entry(start)<<16 | entry(indexBits)<<8 | entry(root)
			}
			e := symbols[sorted[0]].code(length - root)
			for i := code >> root; i < 1<<indexBits; i += 1 << (length - root) {
				table[start+i] = e
			}
			counts[length]--
			sorted = sorted[1:]
			code = successor(code, length)
		}
	}
}

// subtableBits returns the number of bits that index the subtable that begins with a code of the given length. It must have
// room for all remaining codes with the same first root bits.
func subtableBits(counts *[maxCode + 1]int, length, root int) int {
	n := length - root
	for space := counts[length]; space < 1<<n && root+n < maxCode; {
		n++
		space = space<<1 + counts[root+n]
	}
	return n
}

// successor returns the next code of the given length, both codes with their bits reversed: it adds one at the other end.
func successor(code, length int) int {
	gap := ^code & (1<<length - 1)
	if gap == 0 {
		return 0
	}
	bit := 1 << (bits.Len(uint(gap)) - 1)
	return code&(bit-1) | bit
}
