package inflate

import "math/bits"

// entry is one entry of a decoding table: what the next bits of the stream mean.
//
//	bits 0-5    how many bits it takes, extra bits included
//	bits 8-11   how many of them are the code; of a subtable, how many bits index it
//	bits 13-15  special: subtable, end of block, or (neither) no code at all
//	bits 16-30  a literal, the base of a length or distance, or where a subtable begins
//	bit 31      a literal
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

// Sizes of the alphabets and of the tables. A table holds 1<<bits entries and, behind them, the subtables of longer
// codes: for codes of at most 15 bits, no complete set needs more than this.
const (
	maxLit, maxDist     = 288, 32
	maxPre              = 19
	litBits, litTable   = 11, 2342
	distBits, distTable = 8, 402
	preBits, preTable   = 7, 128
	maxCode             = 15
)

// litEntries, distEntries and preEntries are the entries of the symbols, without their codes.
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

// fixed are the tables of the fixed codes.
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

// readCodes reads the codes of a block and makes their tables.
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

// readLengths reads the lengths of n codes.
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

// makeTable makes the decoding table of a set of codes, given by their lengths. It reports false for a set that is
// over-subscribed or incomplete. As the standard library does, it takes the empty set, of which no code can be
// used, and the set of one code of one bit.
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

// fill fills the table of a complete set of codes. Codes come in the order of their lengths, their bits reversed as
// the stream has them; the table is filled as if it ended at the length at hand, and doubled for the next.
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

// subtableBits returns how many bits index the subtable that begins with a code of some length: it must hold all
// codes, counts of which are left, that share its first root bits.
func subtableBits(counts *[maxCode + 1]int, length, root int) int {
	n := length - root
	for space := counts[length]; space < 1<<n && root+n < maxCode; {
		n++
		space = space<<1 + counts[root+n]
	}
	return n
}

// successor returns the code of some length behind code, both with their bits reversed.
func successor(code, length int) int {
	gap := ^code & (1<<length - 1)
	if gap == 0 {
		return 0
	}
	bit := 1 << (bits.Len(uint(gap)) - 1)
	return code&(bit-1) | bit
}
