// Package inflate decompresses zlib and deflate streams (RFC 1950, 1951) that lie in memory whole and whose size is
// known, as those of git objects and of most members of a zip do. Knowing both is what makes it fast: there is no window to keep and no buffer to fill, bits
// come eight bytes at a time, and matches are copied where they belong. On the objects of git's own repository it
// takes about 40 % of the time of the best streaming decoder.
//
// It trusts nothing: it neither reads nor writes out of bounds, gives memory only as content comes, and accepts
// exactly what the standard library accepts, which a differential fuzz test holds it to. It uses no unsafe code.
package inflate

import (
	"encoding/binary"
	"hash/adler32"

	"github.com/akguard/akguard/rules/reason"
)

// The errors of Zlib.
var (
	ErrCorrupt   = reason.NewError("inflate.corrupt")
	ErrTruncated = reason.NewError("inflate.truncated")
	ErrSize      = reason.NewError("inflate.size")
)

// Decoder decompresses streams, one at a time. The zero Decoder is ready; it reuses its tables.
type Decoder struct {
	// Unchecked leaves out the checksum of the content, for a caller who has checked the stream itself.
	Unchecked bool

	lit  [litTable]entry
	dist [distTable]entry
	pre  [preTable]entry
	lens [maxLit + maxDist]uint8

	in    []byte
	pos   int    // of the next byte of in that is not in bits
	bits  uint64 // the next bits of the stream, lowest first
	count int    // how many of them are there; negative past the end of in
	out   []byte // size and slack, or less while a large stream has not shown that it is as large as it says
	n     int    // bytes of out that are written
	size  int
	final bool
}

const (
	// slack is how far past its end the output may be written to, by a copy or by literals, before that is noticed.
	slack = 320
	// chunk is how much of a short match is copied at once.
	chunk = 16
	// longest is how many bits a distance takes at most, extra bits included.
	longest = maxCode + 13
	// trusted is how much output a claimed size alone gets.
	trusted = 1 << 20
)

// Zlib decompresses the zlib stream at the beginning of src, which must have size bytes, into dst[:0] and returns
// it, with the length of the stream. A dst with room for size and 320 bytes more is enough. What follows the stream
// in src does not matter, and a few bytes of it make the end quicker.
func (d *Decoder) Zlib(dst, src []byte, size int) (out []byte, consumed int, err error) {
	if len(src) < 2 {
		return nil, 0, ErrTruncated
	}
	if header := binary.BigEndian.Uint16(src); src[0]&0x0f != 8 || src[0]>>4 > 7 || header%31 != 0 || src[1]&0x20 != 0 {
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

// Deflate is Zlib for a stream without header and checksum (RFC 1951), as in a zip.
func (d *Decoder) Deflate(dst, src []byte, size int) (out []byte, consumed int, err error) {
	d.in, d.pos, d.bits, d.count = src, 0, 0, 0
	d.n, d.size, d.final = 0, size, false
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

// room makes out of dst, or anew where that is too small.
func (d *Decoder) room(dst []byte) {
	if cap(dst) >= d.size+slack {
		d.out = dst[:d.size+slack]
		return
	}
	d.out = make([]byte, min(d.size, trusted)+slack)
}

// grow makes room for more output, when that which is there is used up. It answers ErrSize if there is more output
// than there should be.
func (d *Decoder) grow() error {
	have := len(d.out) - slack
	if have >= d.size {
		return ErrSize
	}
	out := make([]byte, min(2*have+slack, d.size)+slack)
	copy(out, d.out[:d.n])
	d.out = out
	return nil
}

// refill gets at least 56 bits, or all that is left.
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

// take returns the next n bits, at most 16.
func (d *Decoder) take(n int) int {
	if d.count < n {
		d.refill()
	}
	v := int(d.bits & (1<<n - 1))
	d.bits >>= n & 63
	d.count -= n
	return v
}

// align goes on at the next whole byte.
func (d *Decoder) align() {
	d.pos -= d.count >> 3
	d.bits, d.count = 0, 0
}

func (d *Decoder) block() error {
	d.final = d.take(1) == 1
	kind := d.take(2)
	if d.count < 0 {
		return ErrTruncated
	}
	switch kind {
	case 0:
		return d.stored()
	case 1:
		return d.compressed(&fixed.lit, &fixed.dist)
	case 2:
		if err := d.readCodes(); err != nil {
			return err
		}
		return d.compressed(&d.lit, &d.dist)
	}
	return ErrCorrupt
}

// stored copies a block that is not compressed.
func (d *Decoder) stored() error {
	d.align()
	if len(d.in)-d.pos < 4 {
		return ErrTruncated
	}
	n, check := binary.LittleEndian.Uint16(d.in[d.pos:]), binary.LittleEndian.Uint16(d.in[d.pos+2:])
	d.pos += 4
	if n != ^check {
		return ErrCorrupt
	}
	if len(d.in)-d.pos < int(n) {
		return ErrTruncated
	}
	for d.n+int(n) > len(d.out)-slack {
		if err := d.grow(); err != nil {
			return err
		}
	}
	copy(d.out[d.n:], d.in[d.pos:d.pos+int(n)])
	d.n += int(n)
	d.pos += int(n)
	return nil
}

// compressed decodes a block with the given codes. It is the loop where the time goes: its state is in
// local variables, and each round takes up to three literals, or two and a match, from one refill.
func (d *Decoder) compressed(lit *[litTable]entry, dist *[distTable]entry) error {
	in, pos, bits, count := d.in, d.pos, d.bits, d.count
	out, n := d.out, d.n
	limit := len(out) - slack
	for {
		if n > limit {
			d.n = n
			if err := d.grow(); err != nil {
				return err
			}
			out, limit = d.out, len(d.out)-slack
		}
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
		e := lit[bits&(1<<litBits-1)]
		if e.literal() {
			next := (*[3]byte)(out[n:])
			bits >>= e & 63
			count -= int(e & 63)
			next[0] = byte(e >> 16)
			n++
			if e = lit[bits&(1<<litBits-1)]; e.literal() {
				bits >>= e & 63
				count -= int(e & 63)
				next[1] = byte(e >> 16)
				n++
				if e = lit[bits&(1<<litBits-1)]; e.literal() {
					bits >>= e & 63
					count -= int(e & 63)
					next[2] = byte(e >> 16)
					n++
					if count < 0 {
						return ErrTruncated
					}
					continue
				}
			}
		}
		if e.special() {
			if e&subtable != 0 {
				bits >>= litBits
				count -= litBits
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
					continue
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
				case n > d.size:
					return ErrSize
				}
				d.pos, d.bits, d.count, d.n = pos, bits, count, n
				return nil
			}
		}
		length := int(e.value()) + int(bits&(1<<(e&63)-1)>>e.codeBits())
		bits >>= e & 63
		count -= int(e & 63)

		switch {
		case count >= longest: // of a distance, there is enough
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

		// Copy. Chunks may overlap what they read only if the distance is a chunk or more; what is written past the end is
		// written over.
		from, end := n-distance, n+length
		switch {
		case distance >= chunk && length <= 64:
			for n < end {
				*(*[chunk]byte)(out[n:]) = *(*[chunk]byte)(out[from:])
				n += chunk
				from += chunk
			}
		case distance >= length:
			copy(out[n:end], out[from:from+length])
		default:
			for n < end { // each round doubles what repeats
				n += copy(out[n:end], out[from:n])
			}
		}
		n = end
	}
}

// orTruncated is the error for a code that does not exist: past the end of the input that proves nothing.
func orTruncated(count int) error {
	if count <= 0 {
		return ErrTruncated
	}
	return ErrCorrupt
}
