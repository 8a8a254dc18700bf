// Package inflate decompresses zlib and deflate streams (RFC 1950, 1951) that are in memory as a whole. A Decoder is for
// those whose uncompressed size is known, as with git objects and most members of a zip. Knowing both is what makes it fast:
// there is no window to keep and no buffer to refill, input is read eight bytes at a time, and matches are copied within the
// output. On the objects of git's own repository it takes about 40 % of the time of the best streaming decoder.
//
// A Reader is for streams of unknown size, as in a PDF. It runs the same loop and suspends it whenever its buffer is full.
//
// The input is not trusted: nothing is read or written out of bounds, memory is allocated only as content arrives, and
// exactly the streams that the standard library accepts are accepted, which a differential fuzz test checks. There is no
// unsafe code.
//
// Limits: no preset dictionaries, and the input must be in memory.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/adler32"

	"github.com/akguard/akguard/rules/reason"
)

// The errors of Zlib and Deflate.
var (
	ErrCorrupt   = reason.NewError("inflate.corrupt")
	ErrTruncated = reason.NewError("inflate.truncated")
	ErrSize      = reason.NewError("inflate.size")
)

// errFull means that there is no room for more output. The decoder goes on when there is.
var errFull = errors.New("inflate: the output is full")

// Decoder decompresses streams, one at a time. The zero Decoder is ready; it reuses its tables.
type Decoder struct {
	// Unchecked skips the checksum of the content, for a caller that has checked the compressed bytes.
	Unchecked bool

	lit         [litTable]entry
	dist        [distTable]entry
	pre         [preTable]entry
	lits, dists lengths

	in    []byte
	pos   int    // offset of the next byte of in that is not in bits
	bits  uint64 // the next bits of the stream, the first one lowest
	count int    // how many of them are valid; negative if more were taken than in has
	out   []byte // size+slack bytes, or less while a large stream has not yet proved its size
	n     int    // bytes of out that are written
	size  int
	final bool
	part  bool // out takes a part of the content; size says nothing

	kind    int // of the block that is being read
	litRoot int // in a dynamic block, the number of bits that index lit
	left    int // bytes of a stored block that are not yet copied
}

// The kinds of blocks.
const (
	storedBlock = iota
	fixedBlock
	dynamicBlock
)

const (
	// slack is the room behind the output, so that the inner loop checks for space once in each round: a round writes at
	// most 8 literals and a match of 258 bytes, which is copied in chunks of 16.
	slack = 320
	// chunk is the number of bytes that a short match is copied in: one vector register, which the compiler uses for arrays
	// of this size.
	chunk = 16
	// longest is the largest number of bits of a distance: a code of 15 bits and 13 extra bits.
	longest = maxCode + 13
	// trusted is the output that is allocated on the word of the caller, who got the size from the same hostile file.
	trusted = 1 << 20
)

// Zlib decompresses the zlib stream at the beginning of src into dst[:0]. The content must have exactly size bytes.
// consumed is the length of the stream. A dst with a capacity of size+320 avoids an allocation. src may continue after
// the stream; eight more bytes keep the fast path until the end.
func (d *Decoder) Zlib(dst, src []byte, size int) (out []byte, consumed int, err error) {
	if len(src) < 2 {
		return nil, 0, ErrTruncated
	}
	if !isHeader(src) {
		return nil, 0, ErrCorrupt
	}
	out, end, err := d.Deflate(dst, src[2:], size)
	if err != nil {
		return nil, 0, err
	}
	end += 2
	if len(src)-end < 4 {
		return nil, 0, ErrTruncated
	}
	if !d.Unchecked && adler32.Checksum(out) != binary.BigEndian.Uint32(src[end:]) {
		return nil, 0, ErrCorrupt
	}
	return out, end + 4, nil
}

// isHeader reports whether the first two bytes are the header of a zlib stream without a dictionary.
func isHeader(src []byte) bool {
	return src[0]&0x0f == 8 && src[0]>>4 <= 7 && binary.BigEndian.Uint16(src)%31 == 0 && src[1]&0x20 == 0
}

// Deflate is Zlib for a raw stream without header and checksum (RFC 1951), as in a zip.
func (d *Decoder) Deflate(dst, src []byte, size int) (out []byte, consumed int, err error) {
	d.in, d.pos, d.bits, d.count = src, 0, 0, 0
	d.n, d.size, d.final, d.part = 0, size, false, false
	d.room(dst)
	defer func() { d.in, d.out = nil, nil }()
	for !d.final {
		if err := d.block(); err != nil {
			return nil, 0, err
		}
	}
	d.align()
	if d.n != size {
		return nil, 0, ErrSize
	}
	return d.out[:size], d.pos, nil
}

// room sets out to dst, or to new memory if dst is too small.
func (d *Decoder) room(dst []byte) {
	if cap(dst) >= d.size+slack {
		d.out = dst[:d.size+slack]
		return
	}
	d.out = make([]byte, min(d.size, max(trusted, 2*len(d.in)))+slack)
}

// grow makes room for more output. It returns ErrSize if there is more output than there should be, and errFull if the
// caller has to take the output first.
func (d *Decoder) grow() error {
	if d.part {
		return errFull
	}
	have := len(d.out) - slack
	if have >= d.size {
		return ErrSize
	}
	out := make([]byte, min(2*have+slack, d.size)+slack)
	copy(out, d.out[:d.n])
	d.out = out
	return nil
}

// refill makes at least 56 bits valid, or all that are left. Away from the end of the input it is one 8-byte load without
// a branch: the load may bring in bits that are there already, and ORs the same values over them.
func (d *Decoder) refill() {
	if d.pos+8 <= len(d.in) {
		d.bits |= binary.LittleEndian.Uint64(d.in[d.pos:]) << (d.count & 63)
		d.pos += (63 - d.count) >> 3
		d.count |= 56
		return
	}
	for d.count <= 56 && d.pos < len(d.in) {
		d.bits |= uint64(d.in[d.pos]) << (d.count & 63)
		d.pos++
		d.count += 8
	}
}

// take returns the next n bits, at most 16. Past the end of the input it returns zeros and makes count negative.
func (d *Decoder) take(n int) int {
	if d.count < n {
		d.refill()
	}
	v := int(d.bits & (1<<n - 1))
	d.bits >>= n & 63
	d.count -= n
	return v
}

// align drops the bits up to the next byte boundary and gives whole bytes back to the input.
func (d *Decoder) align() {
	d.pos -= d.count >> 3
	d.bits, d.count = 0, 0
}

func (d *Decoder) block() error {
	if err := d.header(); err != nil {
		return err
	}
	return d.body()
}

// header reads what precedes the content of a block.
func (d *Decoder) header() (err error) {
	d.final = d.take(1) == 1
	d.kind = d.take(2)
	if d.count < 0 {
		return ErrTruncated
	}
	switch d.kind {
	case storedBlock:
		return d.storedHeader()
	case fixedBlock:
		return nil
	case dynamicBlock:
		d.litRoot, err = d.readCodes()
		return err
	}
	return ErrCorrupt
}

// body reads the content of a block, or what is left of it.
func (d *Decoder) body() error {
	switch d.kind {
	case storedBlock:
		return d.stored()
	case fixedBlock:
		return d.compressed(&fixed.lit, fixedBits, &fixed.dist)
	}
	return d.compressed(&d.lit, d.litRoot, &d.dist)
}

func (d *Decoder) storedHeader() error {
	d.align()
	if len(d.in)-d.pos < 4 {
		return ErrTruncated
	}
	n, check := binary.LittleEndian.Uint16(d.in[d.pos:]), binary.LittleEndian.Uint16(d.in[d.pos+2:])
	d.pos += 4
	if n != ^check {
		return ErrCorrupt
	}
	d.left = int(n)
	return nil
}

// stored copies what is left of a stored block.
func (d *Decoder) stored() error {
	for d.left > 0 {
		room := len(d.out) - slack - d.n
		if room <= 0 {
			if err := d.grow(); err != nil {
				return err
			}
			continue
		}
		n := copy(d.out[d.n:d.n+min(room, d.left)], d.in[d.pos:])
		if n == 0 {
			return ErrTruncated
		}
		d.n += n
		d.pos += n
		d.left -= n
	}
	return nil
}

// compressed reads the content of a block with the given codes; root is the number of bits that index lit.
func (d *Decoder) compressed(lit *[litTable]entry, root int, dist *[distTable]entry) error {
	for {
		if err := d.decode(lit, root, dist); err != errFull {
			return err
		}
		if err := d.grow(); err != nil {
			return err
		}
	}
}

// decode is compressed without its calls of grow: it saves its state and returns errFull when out has no room for another
// round. Nearly all of the time is spent in its loop, so it is one function that keeps its state in local variables. Fields of d
// would be written back in each step. The loop calls no function either, because the compiler keeps variables in memory that
// must survive a call, however rare the call is.
//
// Each round takes up to four entries of literals, or three and a match, from one refill: 56 bits are enough for three entries
// of at most 12 bits (longer codes are in subtables, which end the sequence) and a length of 15 bits with 5 extra bits. Whether
// the input ran out is checked where a round ends, by the sign of count: until then, missing bits are zeros.
func (d *Decoder) decode(lit *[litTable]entry, root int, dist *[distTable]entry) error {
	mask := uint64(1)<<root - 1
	in, pos, bits, count := d.in, d.pos, d.bits, d.count
	out, n := d.out, d.n
rounds:
	for {
		// refill, written out: a call would spill the state to memory. "& 63" tells the compiler that a shift cannot be too
		// long, so that it leaves out its own check. "count |= 56" is count+8*k for the k whole bytes that fit.
		if pos+8 <= len(in) {
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += (63 - count) >> 3
			count |= 56
		} else {
			for count <= 56 && pos < len(in) {
				bits |= uint64(in[pos]) << (count & 63)
				pos++
				count += 8
			}
		}
		e := lit[bits&mask]
		for {
			if n > len(out)-slack { // once for each round: slack takes what a round can write
				d.pos, d.bits, d.count, d.n = pos, bits, count, n
				return errFull
			}
			// Literals come in runs, so four entries are tried before anything else. Each has one or two literals: two bytes are
			// written, and what follows overwrites the second if there is one literal only. The array pointer costs one bounds
			// check for all. Literals and special entries are told apart by the sign bit and one other bit, the cheapest tests.
			if e.literal() {
				next := (*[8]byte)(out[n:])
				bits >>= e & 63
				count -= int(e & 63)
				binary.LittleEndian.PutUint16(next[0:], e.literals())
				k := e.number()
				if e = lit[bits&mask]; e.literal() {
					bits >>= e & 63
					count -= int(e & 63)
					binary.LittleEndian.PutUint16(next[k:], e.literals())
					k += e.number()
					if e = lit[bits&mask]; e.literal() {
						bits >>= e & 63
						count -= int(e & 63)
						binary.LittleEndian.PutUint16(next[k:], e.literals())
						k += e.number()
						if e = lit[bits&mask]; e.literal() {
							bits >>= e & 63
							count -= int(e & 63)
							binary.LittleEndian.PutUint16(next[k:], e.literals())
							n += k + e.number()
							if count < 0 {
								return ErrTruncated
							}
							continue rounds
						}
					}
				}
				n += k
			}
			if e.special() { // rare: a code of more than root bits, the end of the block, or no code
				if e&subtable != 0 {
					bits >>= e & 63
					count -= int(e & 63)
					at := int(e.value()) + int(bits&(1<<e.codeBits()-1))
					if at >= len(lit) {
						return ErrCorrupt
					}
					e = lit[at]
					if e.literal() {
						bits >>= e & 63
						count -= int(e & 63)
						out[n] = byte(e >> 16)
						n++
						if count < 0 {
							return ErrTruncated
						}
						continue rounds
					}
				}
				if e.special() {
					bits >>= e & 63
					count -= int(e & 63)
					switch {
					case count < 0:
						return ErrTruncated
					case e&endOfBlock == 0:
						return ErrCorrupt
					case n > d.size && !d.part:
						return ErrSize
					}
					d.pos, d.bits, d.count, d.n = pos, bits, count, n
					return nil
				}
			}
			// One entry gives the bits of the code and of the extra bits together, so that both are dropped with one shift.
			length := int(e.value()) + int(bits&(1<<(e&63)-1)>>e.codeBits())
			bits >>= e & 63
			count -= int(e & 63)

			switch {
			case count >= longest: // usually no second refill is needed
			case pos+8 <= len(in):
				bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
				pos += (63 - count) >> 3
				count |= 56
			default:
				for count <= 56 && count >= 0 && pos < len(in) {
					bits |= uint64(in[pos]) << (count & 63)
					pos++
					count += 8
				}
			}
			e = dist[bits&(1<<distBits-1)]
			if e.special() {
				if e&subtable == 0 {
					return orTruncated(count)
				}
				bits >>= distBits
				count -= distBits
				at := int(e.value()) + int(bits&(1<<e.codeBits()-1))
				if at >= len(dist) {
					return ErrCorrupt
				}
				if e = dist[at]; e.special() {
					return orTruncated(count)
				}
			}
			distance := int(e.value()) + int(bits&(1<<(e&63)-1)>>e.codeBits())
			bits >>= e & 63
			count -= int(e & 63)
			if count < 0 {
				return ErrTruncated
			}
			if distance > n {
				return ErrCorrupt
			}

			// Look up the next entry before the match is copied. The processor often mispredicts how many chunks there are, and
			// would begin to wait for the entry only after that.
			if pos+8 <= len(in) {
				bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
				pos += (63 - count) >> 3
				count |= 56
			} else {
				for count <= 56 && pos < len(in) {
					bits |= uint64(in[pos]) << (count & 63)
					pos++
					count += 8
				}
			}
			e = lit[bits&mask]

			// Copy the match in chunks. That may write past the end, which the next round overwrites. If the distance is shorter than
			// a chunk, only the first distance bytes of a copy are right, so n advances by as many; that doubles the distance.
			from, end := n-distance, n+length
			for n < end && distance < chunk {
				*(*[chunk]byte)(out[n:]) = *(*[chunk]byte)(out[from:])
				n += distance
				distance += distance
			}
			for n < end {
				*(*[chunk]byte)(out[n:]) = *(*[chunk]byte)(out[from:])
				n += chunk
				from += chunk
			}
			n = end
		}
	}
}

// orTruncated returns the error for a code that does not exist. If the input ran out, the code was read from zeros that
// are not in it.
func orTruncated(count int) error {
	if count <= 0 {
		return ErrTruncated
	}
	return ErrCorrupt
}
