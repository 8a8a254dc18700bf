package sevenzip

import (
	"encoding/binary"
	"math/bits"
)

// parser reads a header. After an error it reads zeros, so that only the caller has to check for errors.
type parser struct {
	left    []byte
	max     int // members that may still come
	err     error
	archive *Archive
}

func (p *parser) fail(err error) {
	if p.left = nil; p.err == nil {
		p.err = err
	}
}

func (p *parser) bytes(n int) []byte {
	if n < 0 || n > len(p.left) {
		p.fail(errFormat)
		return nil
	}
	b := p.left[:n]
	p.left = p.left[n:]
	return b
}

func (p *parser) byte() byte {
	if b := p.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// expect reads a byte that must have that value.
func (p *parser) expect(id byte) {
	if p.byte() != id {
		p.fail(errFormat)
	}
}

// has reports whether a byte comes next, and reads it if so.
func (p *parser) has(id byte) bool {
	if len(p.left) == 0 || p.left[0] != id {
		return false
	}
	p.left = p.left[1:]
	return true
}

// number reads a number. The leading ones of its first byte are the count of bytes that follow.
func (p *parser) number() int64 {
	first := p.byte()
	more := bits.LeadingZeros8(^first)
	var eight [8]byte
	copy(eight[:], p.bytes(more))
	n := binary.LittleEndian.Uint64(eight[:])
	if more < 7 {
		n |= uint64(first&(1<<(7-more)-1)) << (8 * more)
	}
	if n > 1<<62 {
		p.fail(errFormat)
		return 0
	}
	return int64(n)
}

// count reads a number of things that take at least one byte of the header each.
func (p *parser) count() int {
	n := p.number()
	if n > int64(len(p.left)) {
		p.fail(errFormat)
		return 0
	}
	return int(n)
}

// flags reads n bits.
func (p *parser) flags(n int) []bool {
	b := p.bytes((n + 7) / 8)
	if p.err != nil {
		return nil
	}
	out := make([]bool, n)
	for i := range out {
		out[i] = b[i/8]&(0x80>>(i%8)) != 0
	}
	return out
}

// sums reads checksums of up to n things.
func (p *parser) sums(n int, set func(i int, sum uint32)) {
	var defined []bool
	if p.byte() == 0 {
		defined = p.flags(n)
	}
	for i := 0; i < n && p.err == nil; i++ {
		if defined == nil || defined[i] {
			if b := p.bytes(4); b != nil {
				set(i, binary.LittleEndian.Uint32(b))
			}
		}
	}
}
