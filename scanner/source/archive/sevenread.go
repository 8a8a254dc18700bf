package archive

import (
	"encoding/binary"
	"math/bits"
)

// sevenParser reads a header. After an error it reads zeros.
type sevenParser struct {
	left []byte
	max  int
	err  error
	s    *sevenZip
}

func (p *sevenParser) fail(err error) {
	if p.left = nil; p.err == nil {
		p.err = err
	}
}

func (p *sevenParser) bytes(n int) []byte {
	if n < 0 || n > len(p.left) {
		p.fail(errSeven)
		return nil
	}
	b := p.left[:n]
	p.left = p.left[n:]
	return b
}

func (p *sevenParser) byte() byte {
	if b := p.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// expect reads a byte that must be there.
func (p *sevenParser) expect(id byte) {
	if p.byte() != id {
		p.fail(errSeven)
	}
}

// has reports whether a byte comes next, and reads it.
func (p *sevenParser) has(id byte) bool {
	if len(p.left) == 0 || p.left[0] != id {
		return false
	}
	p.left = p.left[1:]
	return true
}

// number reads a number, of which the first byte tells the length.
func (p *sevenParser) number() int64 {
	first := p.byte()
	more := bits.LeadingZeros8(^first)
	var eight [8]byte
	copy(eight[:], p.bytes(more))
	n := binary.LittleEndian.Uint64(eight[:])
	if more < 7 {
		n |= uint64(first&(1<<(7-more)-1)) << (8 * more)
	}
	if n > 1<<62 {
		p.fail(errSeven)
		return 0
	}
	return int64(n)
}

// count reads a number of things that each take at least a byte.
func (p *sevenParser) count() int {
	n := p.number()
	if n > int64(len(p.left)) {
		p.fail(errSeven)
		return 0
	}
	return int(n)
}

// flags reads n bits.
func (p *sevenParser) flags(n int) []bool {
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

// sums reads checksums into n places.
func (p *sevenParser) sums(n int, set func(i int, sum uint32)) {
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
