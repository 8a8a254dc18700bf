package packfile

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"

	"github.com/akguard/akguard/rules/reason"
)

// MaxObject is the largest object that can be held: positions in an object are 32 bits wide, so that ops are small.
const MaxObject = math.MaxInt32

var errDelta = reason.NewError("git.delta-damaged")

// ErrTooLarge is what errors of TooLarge wrap.
var ErrTooLarge = errors.New("object is too large to hold in memory")

// TooLarge returns the error for an object that is larger than what may be held in memory.
func TooLarge(size int64) error {
	return &reason.Error{Reason: reason.New("git.object-too-large", size), Err: ErrTooLarge}
}

// Ops is a parsed delta. Parse may be called again and reuses the memory.
type Ops struct {
	List []Op
	Size int // of the result

	delta []byte // holds the inserted bytes
}

// Op is one operation of a delta: copy a range of the base, or insert a range of the delta itself.
type Op struct {
	From, Size int32
	Insert     bool
}

// DeltaSizes reads a delta's header: the size of its base, the size of its result, and the offset of its operations.
func DeltaSizes(delta []byte) (base, target int64, n int, err error) {
	base, a := uvarint(delta)
	target, b := uvarint(delta[a:])
	if a == 0 || b == 0 {
		return 0, 0, 0, errDelta
	}
	return base, target, a + b, nil
}

// uvarint reads a little-endian base-128 number. n is its length, or 0 if it does not end.
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

// Parse reads the operations of a delta and checks that they stay within a base of baseSize bytes and produce exactly
// the promised size. Adjacent copies that are also adjacent in the base become one operation: git splits copies at
// 64 KiB, and fewer operations mean fewer windows to screen.
func (o *Ops) Parse(delta []byte, baseSize int) error {
	base, size, at, err := DeltaSizes(delta)
	switch {
	case err != nil || base != int64(baseSize) || int64(len(delta)) > MaxObject:
		return errDelta
	case size > MaxObject:
		return TooLarge(size)
	}
	list, left := o.List[:0], size
	for at < len(delta) {
		var op Op
		if l := &operandsOf[delta[at]&0x7f]; delta[at] >= 0x80 && l.quick && at+9 <= len(delta) { // nearly all copies: no call
			v := binary.LittleEndian.Uint64(delta[at+1:])
			op.From, op.Size = int32(v&l.from), int32(v>>(l.bits&63)&l.size)
			at += int(l.length)
			if op.Size == 0 {
				op.Size = 0x10000
			}
		} else {
			op, at = opAt(delta, at)
		}
		if op.Size == 0 || !op.Insert && int64(op.From)+int64(op.Size) > base {
			return errDelta
		}
		if left -= int64(op.Size); left < 0 {
			return errDelta
		}
		if last := len(list) - 1; last >= 0 && !op.Insert && !list[last].Insert && list[last].From+list[last].Size == op.From {
			list[last].Size += op.Size
			continue
		}
		list = append(list, op)
	}
	if left != 0 {
		return errDelta
	}
	o.List, o.delta, o.Size = list, delta, int(size)
	return nil
}

// opAt parses the operation at an offset of a delta, and returns the offset of the next one. A damaged operation has
// size 0.
func opAt(delta []byte, at int) (op Op, next int) {
	code := delta[at]
	at++
	if code < 0x80 {
		if next = at + int(code); next > len(delta) {
			return Op{}, next
		}
		return Op{From: int32(at), Size: int32(code), Insert: true}, next
	}
	next = at + bits.OnesCount8(code&0x7f)
	if next > len(delta) {
		return Op{}, next
	}
	from, size := copyRange(code, operands(delta, at, next))
	if from > MaxObject {
		return Op{}, next
	}
	return Op{From: int32(from), Size: int32(size)}, next
}

// operands returns the up to seven operand bytes of a copy as one number, the first byte lowest. One 8-byte load covers
// them all except near the end of the delta.
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

// copyRange decodes the operands of a copy. Each bit of code says whether the operand has that byte of the offset
// (bits 0-3) or size (bits 4-6); absent bytes are zero. Usually only upper bytes are absent, and two masks are enough.
func copyRange(code byte, v uint64) (from, size uint64) {
	l := &operandsOf[code&0x7f]
	if !l.dense {
		v = spread(code, v)
		l = &operandsOf[0x7f]
	}
	if from, size = v&l.from, v>>l.bits&l.size; size == 0 {
		size = 0x10000
	}
	return from, size
}

// operandLayout says where the offset and the size of a copy are in its operands.
type operandLayout struct {
	from, size uint64 // masks
	bits       uint8  // that the offset has
	dense      bool   // only upper bytes are absent
	quick      bool   // also, the offset has at most three bytes, and the size at least one
	length     uint8  // of the operation
}

// operandsOf has the layout for each code of a copy.
var operandsOf = func() (list [0x80]operandLayout) {
	for code := range list {
		from, size := code&15, code>>4
		l := &list[code]
		l.bits = uint8(8 * bits.OnesCount(uint(from)))
		l.from, l.size = 1<<l.bits-1, 1<<(8*bits.OnesCount(uint(size)))-1
		l.dense = from&(from+1) == 0 && size&(size+1) == 0
		l.quick = l.dense && from <= 7 && size > 0
		l.length = uint8(1 + bits.OnesCount(uint(code)))
	}
	return list
}()

// spread inserts a zero for each absent byte of the operands.
func spread(code byte, v uint64) (all uint64) {
	for i := range 7 {
		if code>>i&1 != 0 {
			all |= v & 0xff << (8 * i)
			v >>= 8
		}
	}
	return all
}

// Source returns what an operation takes its bytes from: the base, or the delta.
func (o *Ops) Source(base []byte, op Op) []byte {
	if op.Insert {
		return o.delta
	}
	return base
}

// Apply appends the result of the operations on base to dst[:0].
func (o *Ops) Apply(dst, base []byte) []byte {
	dst = dst[:0]
	if cap(dst) < o.Size {
		dst = make([]byte, 0, o.Size)
	}
	for _, op := range o.List {
		dst = Append(dst, o.Source(base, op), int(op.From), int(op.From+op.Size))
	}
	return dst
}

// Append appends src[from:to] to dst. Most operations have a few dozen bytes, for which a call of memmove takes longer than the
// copy. So a whole chunk is copied instead, if both slices have room for it.
func Append(dst, src []byte, from, to int) []byte {
	const chunk = 48
	n := len(dst)
	if to-from <= chunk && len(src)-from >= chunk && cap(dst)-n >= chunk {
		*(*[chunk]byte)(dst[n : n+chunk]) = *(*[chunk]byte)(src[from:])
		return dst[:n+to-from]
	}
	return append(dst, src[from:to]...)
}

// ApplyDelta returns the result of a delta on base.
func ApplyDelta(base, delta []byte) ([]byte, error) {
	var o Ops
	if err := o.Parse(delta, len(base)); err != nil {
		return nil, err
	}
	return o.Apply(nil, base), nil
}
