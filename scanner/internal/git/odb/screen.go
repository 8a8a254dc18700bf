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

// hints are the offsets of the hints in an object, in order.
type hints struct {
	at   []int32 // not changed once it is there
	many bool    // there are more than maxHints, and at is nil
}

// maxHints is how many hints are kept with an object. Nearly all objects have none, and large ones have dozens.
const maxHints = 1024

func (h hints) none() bool { return len(h.at) == 0 && !h.many }

// and returns the hints of two lists.
func (h hints) and(other hints) hints {
	switch {
	case h.many || other.none():
		return h
	case other.many || h.none():
		return other
	}
	return hintsAt(slices.Concat(h.at, other.at))
}

// hintsAt returns the hints at some offsets, which it takes over.
func hintsAt(at []int32) hints {
	slices.Sort(at)
	if at = slices.Compact(at); len(at) > maxHints {
		return hints{many: true}
	}
	return hints{at: at}
}

// inPlace is the offset function for content that is the whole object.
func inPlace(at int) int32 { return int32(at) }

// copied returns the hints that a delta copies from its base, and those of them that are so close to an edge of what is copied
// that they may belong to a match now.
func (h hints) copied(base []byte, ops *packfile.Ops, reach int) (in, near hints) {
	if h.many || h.none() {
		return h, h
	}
	start := int32(0) // of the operation, in the result
	for i, op := range ops.List {
		if !op.Insert {
			end := op.From + op.Size
			first, _ := slices.BinarySearch(h.at, op.From)
			for _, at := range h.at[first:] {
				if at >= end {
					break
				}
				in.at = append(in.at, start+at-op.From)
				fromStart := int(at-op.From) < reach && (i > 0 || op.From > 0)
				toEnd := int(end-at) <= reach && (i < len(ops.List)-1 || int(end) < len(base))
				if fromStart || toEnd {
					near.at = append(near.at, start+at-op.From)
				}
			}
		}
		start += op.Size
	}
	return hintsAt(in.at), hintsAt(near.at)
}
