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
	// Dropped takes an object that was ruled out, with its index and its size. It is called concurrently.
	Dropped func(i Index, size int64)
}

// windows screens the parts of a delta's result that its base does not have.
type windows struct {
	screen *Screen
	buf    []byte
}

// mayMatch reports whether the result of a delta may be of interest, given that its base is not. It joins each insert
// with the margins of the copies around it. A margin is twice the reach: once to find what the insert touches, and once
// more so that the cut itself is far enough from there.
func (w *windows) mayMatch(base []byte, ops *packfile.Ops) bool {
	w.buf = w.buf[:0]
	margin := 2 * w.screen.Reach
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
		if len(w.buf) > 0 && w.screen.Matches(w.buf) {
			return true
		}
		w.buf = append(w.buf[:0], part[len(part)-tail:]...)
	}
	return len(w.buf) > 0 && w.screen.Matches(w.buf)
}
