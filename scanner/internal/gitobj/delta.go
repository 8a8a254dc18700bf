package gitobj

import "errors"

var errDelta = errors.New("delta is damaged")

// deltaSizes reads a delta's header: the size of its base, the size of its result, and where its instructions
// begin.
func deltaSizes(delta []byte) (base, target int64, n int, err error) {
	base, a := uvarint(delta)
	target, b := uvarint(delta[max(a, 0):])
	if a <= 0 || b <= 0 {
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

// applyDelta appends the result of delta on base to dst[:0] and returns it.
func applyDelta(dst, base, delta []byte) ([]byte, error) {
	baseSize, target, n, err := deltaSizes(delta)
	if err != nil || baseSize != int64(len(base)) {
		return nil, errDelta
	}
	dst = dst[:0]
	for delta = delta[n:]; len(delta) > 0; {
		op := delta[0]
		var piece []byte
		switch {
		case op == 0:
			return nil, errDelta
		case op < 0x80:
			if int(op) >= len(delta) {
				return nil, errDelta
			}
			piece, delta = delta[1:1+op], delta[1+op:]
		default:
			var offset, size int
			if offset, size, delta, err = copyOp(delta); err != nil || offset+size > len(base) {
				return nil, errDelta
			}
			piece = base[offset : offset+size]
		}
		if int64(len(dst)+len(piece)) > target {
			return nil, errDelta
		}
		dst = append(dst, piece...)
	}
	if int64(len(dst)) != target {
		return nil, errDelta
	}
	return dst, nil
}

// copyOp reads a copy instruction; rest is what follows it.
func copyOp(delta []byte) (offset, size int, rest []byte, err error) {
	op, rest := delta[0], delta[1:]
	for bit := range 7 {
		if op&(1<<bit) == 0 {
			continue
		}
		if len(rest) == 0 {
			return 0, 0, nil, errDelta
		}
		if bit < 4 {
			offset |= int(rest[0]) << (8 * bit)
		} else {
			size |= int(rest[0]) << (8 * (bit - 4))
		}
		rest = rest[1:]
	}
	if size == 0 {
		size = 0x10000
	}
	return offset, size, rest, nil
}
