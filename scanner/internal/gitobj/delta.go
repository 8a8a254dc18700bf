package gitobj

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var errDelta = errors.New("delta is damaged")

// script is a delta in pieces. It is reused.
type script struct {
	pieces []piece
	delta  []byte // has what is inserted
	size   int    // of the result
}

// piece is a range of the base to copy, or of the delta to insert.
type piece struct {
	from, size int32
	insert     bool
}

// deltaSizes reads a delta's header: the size of its base, the size of its result, and where its instructions
// begin.
func deltaSizes(delta []byte) (base, target int64, n int, err error) {
	base, a := uvarint(delta)
	target, b := uvarint(delta[a:])
	if a == 0 || b == 0 {
		return 0, 0, 0, errDelta
	}
	return base, target, a + b, nil
}

// uvarint reads a little-endian base-128 number and its length, which is 0 for a bad one.
func uvarint(b []byte) (value int64, n int) {
	for shift := 0; n < len(b) && shift < 63; shift += 7 {
		c := b[n]
		n++
		value |= int64(c&0x7f) << shift
		if c < 0x80 {
			return value, n
		}
	}
	return 0, 0
}

// parse reads the instructions of a delta. They fit a base of baseSize bytes and make size bytes. Copies that follow
// one another in the base too are one piece.
func (s *script) parse(delta []byte, baseSize int) error {
	base, size, at, err := deltaSizes(delta)
	switch {
	case err != nil || base != int64(baseSize) || int64(len(delta)) > maxHeld:
		return errDelta
	case size > maxHeld:
		return errTooLarge(size)
	}
	pieces, left := s.pieces[:0], size
	for at < len(delta) {
		p, next := nextPiece(delta, at)
		if at = next; p.size == 0 || !p.insert && int64(p.from)+int64(p.size) > base {
			return errDelta
		}
		if left -= int64(p.size); left < 0 {
			return errDelta
		}
		if last := len(pieces) - 1; last >= 0 && !p.insert && !pieces[last].insert && pieces[last].from+pieces[last].size == p.from {
			pieces[last].size += p.size
			continue
		}
		pieces = append(pieces, p)
	}
	if left != 0 {
		return errDelta
	}
	s.pieces, s.delta, s.size = pieces, delta, int(size)
	return nil
}

// nextPiece reads the instruction at an offset of a delta, and returns where the next one begins. The piece is empty
// if the instruction is damaged.
func nextPiece(delta []byte, at int) (p piece, next int) {
	op := delta[at]
	at++
	if op < 0x80 {
		if next = at + int(op); next > len(delta) {
			return piece{}, next
		}
		return piece{from: int32(at), size: int32(op), insert: true}, next
	}
	next = at + bits.OnesCount8(op&0x7f)
	if next > len(delta) {
		return piece{}, next
	}
	from, size := rangeOf(op, operands(delta, at, next))
	if from > maxHeld {
		return piece{}, next
	}
	return piece{from: int32(from), size: int32(size)}, next
}

// operands returns the up to seven bytes of a copy, the first one lowest.
func operands(delta []byte, at, end int) uint64 {
	if at+8 <= len(delta) {
		return binary.LittleEndian.Uint64(delta[at:])
	}
	var v uint64
	for i := end - 1; i >= at; i-- {
		v = v<<8 | uint64(delta[i])
	}
	return v
}

// rangeOf reads from its operands what a copy copies: bits of op tell which bytes of the numbers there are.
func rangeOf(op byte, v uint64) (from, size uint64) {
	if op&1 != 0 {
		from, v = v&0xff, v>>8
	}
	if op&2 != 0 {
		from, v = from|v&0xff<<8, v>>8
	}
	if op&4 != 0 {
		from, v = from|v&0xff<<16, v>>8
	}
	if op&8 != 0 {
		from, v = from|v&0xff<<24, v>>8
	}
	if op&16 != 0 {
		size, v = v&0xff, v>>8
	}
	if op&32 != 0 {
		size, v = size|v&0xff<<8, v>>8
	}
	if op&64 != 0 {
		size |= v & 0xff << 16
	}
	if size == 0 {
		size = 0x10000
	}
	return from, size
}

// of returns the bytes of a piece.
func (s *script) of(base []byte, p piece) []byte {
	from := base
	if p.insert {
		from = s.delta
	}
	return from[p.from : p.from+p.size]
}

// patch appends what the script makes of base to dst[:0].
func (s *script) patch(dst, base []byte) []byte {
	dst = dst[:0]
	if cap(dst) < s.size {
		dst = make([]byte, 0, s.size)
	}
	for _, p := range s.pieces {
		dst = append(dst, s.of(base, p)...)
	}
	return dst
}

// applyDelta returns the result of delta on base.
func applyDelta(base, delta []byte) ([]byte, error) {
	var s script
	if err := s.parse(delta, len(base)); err != nil {
		return nil, err
	}
	return s.patch(nil, base), nil
}
