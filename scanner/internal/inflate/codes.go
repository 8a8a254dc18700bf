package inflate

import "math/bits"

// entry is one entry of a decoding table: what the next bits of the stream mean. The fields are where the inner loop can
// use them with the fewest instructions.
//
//	bits 0-5    number of bits to drop, extra bits included: a shift count as it is
//	bits 6-7    for literals, how many they are: one or two
//	bits 8-11   number of bits of the code alone; for a subtable, the number of bits that index it
//	bits 13-15  special: subtable, end of block, or (neither) an invalid code
//	bits 16-30  the literal, and in bits 24-30 the second one; the base of the length or distance, or the offset of the subtable
//	bit 31      it is a literal: the sign of an int32
type entry uint32

const (
	special    entry = 1 << 13
	subtable   entry = 1 << 14
	endOfBlock entry = 1 << 15
	literal    entry = 1 << 31
	one        entry = 1 << 6
)

func (e entry) literal() bool    { return int32(e) < 0 }
func (e entry) special() bool    { return e&special != 0 }
func (e entry) value() entry     { return e >> 16 & 0x7fff }
func (e entry) codeBits() entry  { return e >> 8 & 15 }
func (e entry) number() int      { return int(e >> 6 & 3) }
func (e entry) literals() uint16 { return uint16(e >> 16 & 0x7fff) }
func (e entry) code(n int) entry { return e + entry(n)<<8 + entry(n) }

// Sizes of the alphabets and of the tables. A table has 1<<bits entries, followed by the subtables of longer codes. That of
// distances has the total that zlib's enough.c computes: no complete set of codes of at most 15 bits needs more. For literals
// and lengths, a subtable of at most 8 entries has a code for every two of them.
//
// With 11 bits, hardly any literal is in a subtable, and the table of 9 KB still fits into the first-level cache beside the
// data.
const (
	maxLit, maxDist     = 288, 32
	maxPre              = 19
	endSymbol           = 256
	litBits, litTable   = 11, 1<<pairBits + 2*maxLit
	shortBits           = 9  // in a short stream
	pairBits            = 12 // with pairs of literals: base64 has six bits for each
	fixedBits           = 9  // of the fixed code
	distBits, distTable = 8, 402
	preBits, preTable   = 7, 128
	maxCode             = 15
)

// What decides about the size of the table of literals and lengths.
const (
	short  = 1 << 10      // packed bytes
	long   = 16 << 10     // packed bytes
	whole  = 1 << maxCode // all of the code
	mostly = whole * 3 / 4
)

// litEntries, distEntries and preEntries are the entries of the symbols, before the lengths of their codes are added.
var (
	litEntries  = makeLitEntries()
	distEntries = makeDistEntries()
	preEntries  = makePreEntries()
)

func makeLitEntries() (list [maxLit]entry) {
	for i := range 256 {
		list[i] = literal | one | entry(i)<<16
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
	f := new(fixedTables)
	var lit, dist lengths
	for i := range maxLit {
		switch {
		case i < 144:
			lit.add(i, 8)
		case i < 256:
			lit.add(i, 9)
		case i < 280:
			lit.add(i, 7)
		default:
			lit.add(i, 8)
		}
	}
	for i := range maxDist {
		dist.add(i, 5)
	}
	lit.makeTable(f.lit[:], fixedBits, litEntries[:])
	dist.makeTable(f.dist[:], distBits, distEntries[:])
	return f
}

// lengths are the lengths of the codes of an alphabet.
type lengths struct {
	n       int            // symbols that have a code
	symbols [maxLit]uint16 // those symbols, in order
	bits    [maxLit]uint8  // and the lengths of their codes
	counts  [maxCode + 1]int
	longest int
}

func (l *lengths) reset() { l.n, l.counts, l.longest = 0, [maxCode + 1]int{}, 0 }

// add gives a symbol a code. The symbols come in order.
func (l *lengths) add(symbol, bits int) {
	l.symbols[l.n], l.bits[l.n] = uint16(symbol), uint8(bits)
	l.n++
	l.counts[bits&maxCode]++
	l.longest = max(l.longest, bits)
}

var preOrder = [maxPre]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes of a dynamic block and builds their tables. root is the number of bits that index that of
// literals and lengths.
func (d *Decoder) readCodes() (root int, err error) {
	lits, dists, pres := d.take(5)+257, d.take(5)+1, d.take(4)+4
	if d.count < 0 {
		return 0, ErrTruncated
	}
	if lits > 286 || dists > 30 {
		return 0, ErrCorrupt
	}
	var preLens [maxPre]int
	for _, i := range preOrder[:pres] {
		preLens[i] = d.take(3)
	}
	if d.count < 0 {
		return 0, ErrTruncated
	}
	d.lits.reset()
	for i, n := range preLens {
		if n > 0 {
			d.lits.add(i, n)
		}
	}
	if !d.lits.makeTable(d.pre[:], preBits, preEntries[:]) {
		return 0, ErrCorrupt
	}
	if err := d.readLengths(lits, lits+dists); err != nil {
		return 0, err
	}
	root = d.root()
	if !d.lits.makeTable(d.lit[:], root, litEntries[:]) || !d.dists.makeTable(d.dist[:], distBits, distEntries[:]) {
		return 0, ErrCorrupt
	}
	if root == pairBits {
		pair((*[1 << pairBits]entry)(d.lit[:]))
	}
	return root, nil
}

// root returns the number of bits that index the table of literals and lengths: as many as the longest code has, within
// limits. A short stream does not earn what a large table costs. A long one of mostly literals pays for a larger one, with
// pairs: 0.7 of the time for base64.
func (d *Decoder) root() int {
	switch left := len(d.in) - d.pos; {
	case left < short:
		return max(1, min(d.lits.longest, shortBits))
	case left < long || d.lits.literals() < mostly:
		return max(1, min(d.lits.longest, litBits))
	}
	return pairBits
}

// literals returns how much of the code is for literals, in units of 1/whole.
func (l *lengths) literals() (sum int) {
	for i := 0; i < l.n && l.symbols[i] < endSymbol; i++ {
		sum += whole >> l.bits[i]
	}
	return sum
}

// pair joins each literal with the one that follows it in the bits that index the table, if it is there whole. It goes
// through the table backwards because what follows is at a smaller index.
func pair(table *[1 << pairBits]entry) {
	for i := len(table) - 1; i >= 0; i-- {
		first := table[i]
		second := table[i>>(first&63)&(1<<pairBits-1)]
		if both := first & second; both.literal() && first&63+second&63 <= pairBits && second&(0x80<<16) == 0 {
			table[i] = first + second&63 + one + second<<8&(0x7f<<24)
		}
	}
}

// readLengths reads the lengths of the codes of literals and lengths, which are lits, and of distances, n in all. They are
// run-length encoded.
func (d *Decoder) readLengths(lits, n int) error {
	d.lits.reset()
	d.dists.reset()
	bits, count := d.bits, d.count
	for i, length := 0, 0; i < n; {
		if count < preBits+7 {
			d.bits, d.count = bits, count
			d.refill()
			bits, count = d.bits, d.count
		}
		e := d.pre[bits&(1<<preBits-1)]
		if e.special() {
			return orTruncated(count)
		}
		bits >>= e & 63
		count -= int(e & 63)
		symbol, repeat := int(e.value()), 1
		if symbol < 16 {
			length = symbol
		} else {
			r := &repeats[symbol&3]
			if symbol == 16 && i == 0 {
				return orTruncatedNow(count)
			}
			length &= r.keep
			repeat = r.base + int(bits&(1<<r.extra-1))
			bits >>= r.extra
			count -= r.extra
		}
		if count < 0 {
			return ErrTruncated
		}
		if i+repeat > n {
			return ErrCorrupt
		}
		if length == 0 {
			i += repeat
			continue
		}
		for range repeat {
			if i < lits {
				d.lits.add(i, length)
			} else {
				d.dists.add(i-lits, length)
			}
			i++
		}
	}
	d.bits, d.count = bits, count
	return nil
}

// repeats are the symbols 16 to 18: they repeat a length, the last one or 0.
var repeats = [4]struct {
	keep, base int
	extra      int
}{{maxCode, 3, 2}, {0, 3, 3}, {0, 11, 7}}

func orTruncatedNow(count int) error {
	if count < 0 {
		return ErrTruncated
	}
	return ErrCorrupt
}

// makeTable builds the decoding table of a set of codes. It returns false for a set that is over-subscribed or incomplete.
// Like the standard library, it accepts the empty set, from which no code can be used, and the set of one code of one bit.
func (l *lengths) makeTable(table []entry, root int, entries []entry) bool {
	var next [maxCode + 1]int // where the symbols of each length begin in sorted
	left := 1
	for bits := 1; bits <= maxCode; bits++ {
		next[bits] = next[bits-1] + l.counts[bits-1]
		if left = left<<1 - l.counts[bits]; left < 0 {
			return false
		}
	}
	if l.n == 0 || l.n == 1 && l.longest == 1 {
		for i := range table[:1<<root] {
			table[i] = special
		}
		for i := 0; i < l.n<<root; i += 2 {
			table[i] = entries[l.symbols[0]].code(1)
		}
		return true
	}
	if left > 0 {
		return false
	}
	var sorted [maxLit]entry
	for i, symbol := range l.symbols[:l.n] {
		at := &next[l.bits[i]&maxCode]
		sorted[*at] = entries[symbol]
		*at++
	}
	fill(table, root, &l.counts, sorted[:l.n])
	return true
}

// fill fills the table of a complete set of codes. It visits the codes in the order of their lengths, with their bits
// reversed as they are in the stream. The table is filled as if it had the size for the current length, and copied to
// twice that size for the next: that writes each entry about twice, where filling every multiple of a short code would
// stride through the whole table.
func fill(table []entry, root int, counts *[maxCode + 1]int, sorted []entry) {
	code, length, size, used := 0, 1, 1, 0
	for ; length <= root; length++ {
		if used > 0 {
			copy(table[size:2*size], table[:size])
		}
		size *= 2
		used += counts[length]
		for range counts[length] {
			table[code] = sorted[0].code(length)
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
			e := sorted[0].code(length - root)
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
