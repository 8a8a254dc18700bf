package object

import (
	"fmt"
	"hash"

	"github.com/akguard/akguard/rules/reason"
)

// ErrHash is the error for an object whose content does not have the hash that its ID is.
var ErrHash = reason.NewError("git.object-hash")

// NewHash returns the hash of an object of a size, in bytes, whose content is still to be written to it.
func (f Format) NewHash(t Type, size int64) hash.Hash {
	h := f.New()
	fmt.Fprintf(h, "%s %d\x00", t, size)
	return h
}

// Hash returns the ID of an object.
func (f Format) Hash(t Type, content []byte) ID {
	h := f.NewHash(t, int64(len(content)))
	_, _ = h.Write(content) // never fails
	return f.ID(h.Sum(nil))
}
