package object

import (
	"crypto/sha1" //nolint:gosec // git's object IDs
	"fmt"
	"hash"

	"github.com/akguard/akguard/rules/reason"
)

// ErrHash is the error for an object whose content does not have the hash that its ID is.
var ErrHash = reason.NewError("git.object-hash")

// NewHash returns the hash of an object of a size, in bytes, whose content is still to be written to it.
func NewHash(t Type, size int64) hash.Hash {
	h := sha1.New() //nolint:gosec // see above
	fmt.Fprintf(h, "%s %d\x00", t, size)
	return h
}

// Hash returns the ID of an object.
func Hash(t Type, content []byte) ID {
	h := NewHash(t, int64(len(content)))
	_, _ = h.Write(content) // never fails
	return ID(h.Sum(nil))
}
