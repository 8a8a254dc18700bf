package gitobj

import "errors"

var errDelta = errors.New("delta is damaged")

// piece is one instruction of a delta: bytes to insert, or a range of the base to copy.
type piece struct {
	insert []byte // nil for a copy
	from   int    // of a copy: where it begins in the base
	size   int
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

// parseDelta appends the pieces of a delta to dst[:0]. They fit a base of baseSize bytes and make target bytes.
// Copies that follow one another in the base too are one piece.
func parseDelta(dst []piece, delta []byte, baseSize int) (pieces []piece, target int, err error) {
	base, size, n, err := deltaSizes(delta)
	if err != nil || base != int64(baseSize) {
		return nil, 0, errDelta
	}
	dst, left := dst[:0], size
	for delta = delta[n:]; len(delta) > 0; {
		var p piece
		if p, delta, err = nextPiece(delta); err != nil || p.size > baseSize-p.from && p.insert == nil {
			return nil, 0, errDelta
		}
		if left -= int64(p.size); left < 0 {
			return nil, 0, errDelta
		}
		if last := len(dst) - 1; last >= 0 && p.insert == nil && dst[last].insert == nil && dst[last].from+dst[last].size == p.from {
			dst[last].size += p.size
			continue
		}
		dst = append(dst, p)
	}
	if left != 0 {
		return nil, 0, errDelta
	}
	return dst, int(size), nil
}

// nextPiece reads one instruction; rest is what follows it.
func nextPiece(delta []byte) (p piece, rest []byte, err error) {
	op := delta[0]
	switch {
	case op == 0, op < 0x80 && int(op) >= len(delta):
		return p, nil, errDelta
	case op < 0x80:
		return piece{insert: delta[1 : 1+op], size: int(op)}, delta[1+op:], nil
	}
	rest = delta[1:]
	for bit := range 7 {
		if op&(1<<bit) == 0 {
			continue
		}
		if len(rest) == 0 {
			return p, nil, errDelta
		}
		if bit < 4 {
			p.from |= int(rest[0]) << (8 * bit)
		} else {
			p.size |= int(rest[0]) << (8 * (bit - 4))
		}
		rest = rest[1:]
	}
	if p.size == 0 {
		p.size = 0x10000
	}
	return p, rest, nil
}

// patch appends what the pieces make of base to dst[:0].
func patch(dst, base []byte, pieces []piece, target int) []byte {
	dst = dst[:0]
	if cap(dst) < target {
		dst = make([]byte, 0, target)
	}
	for _, p := range pieces {
		if p.insert != nil {
			dst = append(dst, p.insert...)
		} else {
			dst = append(dst, base[p.from:p.from+p.size]...)
		}
	}
	return dst
}

// applyDelta returns the result of delta on base.
func applyDelta(base, delta []byte) ([]byte, error) {
	pieces, target, err := parseDelta(nil, delta, len(base))
	if err != nil {
		return nil, err
	}
	return patch(nil, base, pieces, target), nil
}
