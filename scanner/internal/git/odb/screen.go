package odb

import "github.com/akguard/akguard/scanner/internal/git/packfile"

// Screen rules out blobs without building them. If nothing in the base object is of interest, something of interest in
// the result can only be where the delta inserts bytes, or where it joins parts that were apart.
type Screen struct {
	// Reach is how many bytes on either side of a position can affect whether something is found there.
	Reach int
	// Matches reports whether content, whole or a part, holds something of interest. Where a part is cut at least Reach
	// bytes away from a position, it must find at that position at least what it finds there in the whole.
	Matches func(content []byte) bool
	// Hints calls visit with the offset of everything in content, whole or a part, without which Matches is false, until visit
	// returns false. A hint shows in HintSize bytes: content that is put together from parts without a hint has one only where
	// HintSize bytes around a joint show it. Whether there is a match at a hint depends on Reach bytes on either side.
	Hints func(content []byte, visit func(at int) bool)
	// HintSize is in bytes.
	HintSize int
	// Dropped takes an object that was ruled out, with its index and its size. It is called concurrently.
	Dropped func(i Index, size int64)
}

// hinted reports whether there is a hint in content.
func (s *Screen) hinted(content []byte) (found bool) {
	s.Hints(content, func(int) bool {
		found = true
		return false
	})
	return found
}

// hints are the offsets of the hints in an object.
type hints struct {
	n  int // tooMany if there are more than are kept
	at [maxHints]int32
}

const maxHints, tooMany = 16, maxHints + 1

func (h *hints) add(at int32) {
	switch {
	case h.n == tooMany, h.n > 0 && h.at[h.n-1] == at:
	case h.n == maxHints:
		h.n = tooMany
	default:
		h.at[h.n] = at
		h.n++
	}
}

// find returns the hints in content.
func (s *Screen) find(content []byte) (h hints) {
	s.Hints(content, func(at int) bool {
		h.add(int32(at))
		return h.n != tooMany
	})
	return h
}

// copied returns the hints that a delta copies from its base, and whether one of them is so close to an edge of what is copied
// that it may belong to a match now.
func (h *hints) copied(base []byte, ops *packfile.Ops, reach int) (in hints, near bool) {
	if h.n == tooMany {
		return *h, true
	}
	if h.n == 0 {
		return hints{}, false
	}
	start := int32(0) // of the operation, in the result
	for i, op := range ops.List {
		if end := op.From + op.Size; !op.Insert {
			for _, at := range h.at[:h.n] {
				if at < op.From || at >= end {
					continue
				}
				fromStart := int(at-op.From) < reach && (i > 0 || op.From > 0)
				toEnd := int(end-at) <= reach && (i < len(ops.List)-1 || int(end) < len(base))
				near = near || fromStart || toEnd
				in.add(start + at - op.From)
			}
		}
		start += op.Size
	}
	return in, near
}

// windows are the parts of a delta's result that its base does not have: each insert together with margins of the copies
// around it, and each place where two copies meet.
type windows struct{ buf []byte }

// enough is how many bytes are searched at once. One search of many windows is quicker than many of one, and what they seem
// to hold where one follows the other costs no more than another look.
const enough = 64 << 10

// any reports whether a condition holds for some of the windows.
func (w *windows) any(base []byte, ops *packfile.Ops, margin int, holds func([]byte) bool) bool {
	w.buf = w.buf[:0]
	for i, op := range ops.List {
		part := ops.Bytes(base, op)
		if op.Insert {
			w.buf = append(w.buf, part...)
			continue
		}
		head, tail := margin, margin
		if i == 0 && op.From == 0 {
			head = 0 // both begin here, so nothing new is to the left
		}
		if i == len(ops.List)-1 && int(op.From+op.Size) == len(base) {
			tail = 0 // both end here
		}
		if head+tail >= len(part) {
			w.buf = append(w.buf, part...)
			continue
		}
		w.buf = append(w.buf, part[:head]...)
		if len(w.buf) >= enough {
			if holds(w.buf) {
				return true
			}
			w.buf = w.buf[:0]
		}
		w.buf = append(w.buf, part[len(part)-tail:]...)
	}
	return len(w.buf) > 0 && holds(w.buf)
}
