package inflate

import (
	"errors"
	"io"
)

const (
	window = 32 << 10 // how far a match may look back
	// partSize is the content that a Reader decodes at most before it hands it out. It is a few windows, because one window
	// is moved to the front for each part, and all of it fits into the second-level cache.
	partSize = 96 << 10
)

// Reader decompresses a zlib stream of unknown size, which is in memory as a whole. It keeps a buffer of a fixed size, so
// what a stream unpacks to is limited by how much the caller reads. A damaged or truncated stream yields everything that
// precedes the damage, as the standard library does.
//
// It does not compare the checksum, which programs that display documents do not either, but the checksum must be there.
type Reader struct {
	d     Decoder
	buf   []byte
	given int  // bytes of buf that were handed out
	open  bool // within a block
	err   error
}

// Reset begins to read the stream at the beginning of src, which may continue after it. src must not change while it is
// being read.
func (r *Reader) Reset(src []byte) error {
	d := &r.d
	d.in, d.pos, d.bits, d.count, d.n = nil, 0, 0, 0, 0
	d.final, d.part = false, true
	r.given, r.open, r.err = 0, false, nil
	switch {
	case len(src) < 2:
		r.err = ErrTruncated
	case !isHeader(src):
		r.err = ErrCorrupt
	default:
		d.in, d.pos = src, 2
	}
	return r.err
}

// Consumed returns how many bytes of the stream were read.
func (r *Reader) Consumed() int { return min(r.d.pos, len(r.d.in)) }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.given == r.d.n {
		if r.err != nil {
			return 0, r.err
		}
		r.room(len(p))
		if err := r.more(); !errors.Is(err, errFull) {
			r.err = err
		}
	}
	n := copy(p, r.buf[r.given:r.d.n])
	r.given += n
	return n, nil
}

// room makes room for about as much content as is wanted. Whoever reads only the beginning does not pay for more.
func (r *Reader) room(wanted int) {
	d := &r.d
	if r.buf == nil {
		r.buf = make([]byte, window+partSize+slack)
	}
	end := d.n + min(wanted, partSize)
	if end > window+partSize {
		d.n = copy(r.buf, r.buf[d.n-window:d.n])
		r.given = d.n
		end = d.n + min(wanted, partSize)
	}
	d.out = r.buf[:end+slack]
}

// more decodes until the room is used or the stream ends, which is io.EOF.
func (r *Reader) more() error {
	d := &r.d
	for {
		if !r.open {
			if d.final {
				return r.trailer()
			}
			if err := d.header(); err != nil {
				return err
			}
			r.open = true
		}
		if err := d.body(); err != nil {
			if !errors.Is(err, errFull) {
				d.untilDamage()
			}
			return err
		}
		r.open = false
	}
}

func (r *Reader) trailer() error {
	d := &r.d
	d.align()
	if len(d.in)-d.pos < 4 {
		return ErrTruncated
	}
	d.pos += 4
	return io.EOF
}

// untilDamage decodes the intact part of a block in which decode found damage. It starts where decode started, because an
// error leaves the state unchanged, and goes code by code: decode checks for the end of the input once in a round only, when it
// may have written what it read from missing bits.
func (d *Decoder) untilDamage() {
	lit, root, dist := &d.lit, d.litRoot, &d.dist
	switch d.kind {
	case storedBlock:
		return
	case fixedBlock:
		lit, root, dist = &fixed.lit, fixedBits, &fixed.dist
	}
	for {
		e, ok := d.code(lit[:], root)
		switch {
		case !ok || e.special():
			return
		case e.literal():
			d.out[d.n] = byte(e >> 16)
			d.n++
			continue
		}
		length := int(e.value()) + d.take(int(e&63-e.codeBits()))
		if e, ok = d.code(dist[:], distBits); !ok || e.special() {
			return
		}
		distance := int(e.value()) + d.take(int(e&63-e.codeBits()))
		if d.count < 0 || distance > d.n {
			return
		}
		for range length {
			d.out[d.n] = d.out[d.n-distance]
			d.n++
		}
	}
}

// code takes the next code, without the extra bits, and returns its entry: of two literals the first. It is not ok if the
// input ends within the code or there is no such code.
func (d *Decoder) code(table []entry, root int) (e entry, ok bool) {
	if d.count < maxCode {
		d.refill()
	}
	e = table[d.bits&(1<<root-1)]
	if e.special() && e&subtable != 0 {
		at := int(e.value()) + int(d.bits>>root&(1<<e.codeBits()-1))
		if at >= len(table) {
			return 0, false
		}
		e = table[at]
		d.take(root)
	}
	d.take(int(e.codeBits()))
	return e, d.count >= 0
}
