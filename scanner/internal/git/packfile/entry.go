package packfile

import (
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Sizes in a pack.
const (
	HeaderSize     = 12 // of the pack
	MaxEntryHeader = 48 // no entry's header is longer: 9 bytes of size and the ID of a base
)

// The types of entries that are deltas.
const (
	OffsetDelta object.Type = 6
	RefDelta    object.Type = 7
)

// ErrEntry is the error for a damaged entry.
var ErrEntry = reason.NewError("git.entry-damaged")

// Entry is the header of one entry of a pack.
type Entry struct {
	Type     object.Type
	Size     int64     // inflated; for a delta, the size of the delta
	Header   int       // bytes of the header
	Base     object.ID // of a RefDelta
	Distance int64     // of an OffsetDelta: how many bytes before this entry its base begins
}

// ParseEntry reads an entry's header from the beginning of b.
func ParseEntry(f object.Format, b []byte) (Entry, error) {
	var e Entry
	if len(b) == 0 {
		return e, ErrEntry
	}
	e.Type, e.Size = object.Type(b[0]>>4&7), int64(b[0]&15)
	n := 1
	for shift := 4; b[n-1] >= 0x80; shift += 7 {
		if n >= len(b) || shift > 56 {
			return e, ErrEntry
		}
		e.Size |= int64(b[n]&0x7f) << shift
		n++
	}
	e.Header = n
	switch {
	case e.Type == OffsetDelta:
		distance, m := OffsetVarint(b[n:])
		if m == 0 {
			return e, ErrEntry
		}
		e.Distance, e.Header = distance, e.Header+m
	case e.Type == RefDelta:
		if len(b)-n < f.Size() {
			return e, ErrEntry
		}
		e.Base, e.Header = f.ID(b[n:]), e.Header+f.Size()
	case !e.Type.Valid():
		return e, ErrEntry
	}
	return e, nil
}

// OffsetVarint reads a number in git's offset encoding (big-endian base 128, each continuation adding one). n is its
// length, or 0 if it does not end within 8 bytes, which no pack offset needs.
func OffsetVarint(b []byte) (value int64, n int) {
	for i := range min(len(b), 8) {
		if i > 0 {
			value++
		}
		value = value<<7 | int64(b[i]&0x7f)
		if b[i] < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}
