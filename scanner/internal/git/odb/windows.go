package odb

import (
	"cmp"
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// windows are parts of a delta's result, one after the other.
type windows struct {
	buf   []byte
	parts []part
}

// part says where a part begins, in the buffer and in the result.
type part struct{ in, of int32 }

// enough is how many bytes are searched at once. One search of many windows is quicker than many of one, and what they seem
// to hold where one follows the other costs no more than another look.
const enough = 64 << 10

func (w *windows) reset() { w.buf, w.parts = w.buf[:0], w.parts[:0] }

// add adds src[from:to], which is at an offset of the result.
func (w *windows) add(src []byte, from, to, of int32) {
	in := int32(len(w.buf))
	if last := len(w.parts) - 1; last < 0 || w.parts[last].of+in-w.parts[last].in != of {
		w.parts = append(w.parts, part{in, of})
	}
	w.buf = packfile.Append(w.buf, src, int(from), int(to))
}

// offset returns where in the result a byte of the buffer is.
func (w *windows) offset(at int) int32 {
	i, found := slices.BinarySearchFunc(w.parts, int32(at), func(p part, at int32) int { return cmp.Compare(p.in, at) })
	if !found {
		i--
	}
	return w.parts[i].of + int32(at) - w.parts[i].in
}

// any reports whether a condition holds for some of what the base does not have: each insert together with margins of the copies
// around it, and each place where two copies meet.
func (w *windows) any(base []byte, ops *packfile.Ops, margin int32, holds func([]byte) bool) bool {
	w.reset()
	start := int32(0) // of the operation, in the result
	for i, op := range ops.List {
		head, tail := margin, margin
		if i == 0 && op.From == 0 {
			head = 0 // both begin here, so nothing new is to the left
		}
		if i == len(ops.List)-1 && int(op.From+op.Size) == len(base) {
			tail = 0 // both end here
		}
		src, end := ops.Source(base, op), op.From+op.Size
		if op.Insert || head+tail >= op.Size {
			w.add(src, op.From, end, start)
			start += op.Size
			continue
		}
		w.add(src, op.From, op.From+head, start)
		if len(w.buf) >= enough {
			if holds(w.buf) {
				return true
			}
			w.reset()
		}
		start += op.Size
		w.add(src, end-tail, end, start-tail)
	}
	return len(w.buf) > 0 && holds(w.buf)
}

// around reports whether a condition holds for the parts of the result around some places, which are in order.
func (w *windows) around(base []byte, ops *packfile.Ops, places []int32, margin int32, holds func([]byte) bool) bool {
	w.reset()
	start, taken := int32(0), int32(0) // of the operation, and up to where parts were taken, in the result
	for _, op := range ops.List {
		src, end := ops.Source(base, op), start+op.Size
		for len(places) > 0 {
			from, to := max(start, taken, places[0]-margin), min(end, places[0]+margin)
			if from < to {
				w.add(src, op.From+from-start, op.From+to-start, from)
				taken = to
			}
			if places[0]+margin > end {
				break // it goes on in the next operation
			}
			places = places[1:]
		}
		start = end
	}
	return holds(w.buf)
}
