package odb

import (
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

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

// and returns the hints of two lists, in order.
func (h hints) and(other hints) (all hints) {
	if h.n == tooMany || other.n == tooMany {
		return hints{n: tooMany}
	}
	var both [2 * maxHints]int32
	n := copy(both[:], h.at[:h.n])
	n += copy(both[n:], other.at[:other.n])
	slices.Sort(both[:n])
	for _, at := range both[:n] {
		all.add(at)
	}
	return all
}

// find returns the hints in content, in order.
func (s *Screen) find(content []byte) (h hints) {
	s.Hints(content, func(at int) bool {
		h.add(int32(at))
		return h.n != tooMany
	})
	return h.and(hints{})
}

// copied returns the hints that a delta copies from its base, and those of them that are so close to an edge of what is copied
// that they may belong to a match now.
func (h *hints) copied(base []byte, ops *packfile.Ops, reach int) (in, near hints) {
	if h.n == 0 || h.n == tooMany {
		return *h, *h
	}
	start := int32(0) // of the operation, in the result
	for i, op := range ops.List {
		if end := op.From + op.Size; !op.Insert {
			for _, at := range h.at[:h.n] {
				if at < op.From || at >= end {
					continue
				}
				in.add(start + at - op.From)
				fromStart := int(at-op.From) < reach && (i > 0 || op.From > 0)
				toEnd := int(end-at) <= reach && (i < len(ops.List)-1 || int(end) < len(base))
				if fromStart || toEnd {
					near.add(start + at - op.From)
				}
			}
		}
		start += op.Size
	}
	return in, near
}
