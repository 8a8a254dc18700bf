package gitobj

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
)

// OID is the name of an object.
type OID [20]byte

// String returns the name as 40 hex digits.
func (id OID) String() string { return hex.EncodeToString(id[:]) }

// ParseOID reads 40 hex digits.
func ParseOID(s string) (id OID, ok bool) {
	if len(s) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil
}

// Type is the type of an object, with git's own numbers.
type Type uint8

// The types of objects.
const (
	Commit Type = 1
	Tree   Type = 2
	Blob   Type = 3
	Tag    Type = 4
)

// The types of pack entries that are not objects by themselves.
const (
	offsetDelta Type = 6
	refDelta    Type = 7
)

var typeNames = [...]string{Commit: "commit", Tree: "tree", Blob: "blob", Tag: "tag"}

// String returns git's name of the type.
func (t Type) String() string {
	if t.valid() {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

func (t Type) valid() bool { return t >= Commit && t <= Tag }

// Types is a set of object types.
type Types uint8

// TypesOf returns the set of the given types.
func TypesOf(list ...Type) Types {
	var s Types
	for _, t := range list {
		s |= 1 << t
	}
	return s
}

// Has reports whether t is in the set.
func (s Types) Has(t Type) bool { return s&(1<<t) != 0 }

// Object is one object. Content belongs to the reader and is overwritten after the visit; it is nil for a blob
// too large to hold, which Stream then reads once.
type Object struct {
	ID      OID
	Type    Type
	Size    int64
	Content []byte
	Stream  io.Reader
}

// Loss is something of a repository that could not be read.
type Loss struct {
	What string // an object name or a path
	Why  error
}

// Visitor receives what a walk finds. Its methods are called concurrently.
type Visitor interface {
	// Object takes one object. An error ends the walk.
	Object(ctx context.Context, o Object) error
	// Lost takes what could not be read; the walk goes on.
	Lost(Loss)
}

// Reader is an object database. Everything above this package reads objects through it.
type Reader interface {
	// Walk visits every object of the given types once, in no particular order.
	Walk(ctx context.Context, types Types, v Visitor) error
	// Read returns one object whole. The content belongs to the caller, who must not change it.
	// A missing object is an error that wraps ErrMissing.
	Read(id OID) (Object, error)
	// Has reports whether the object is there, without reading it.
	Has(id OID) bool
}

// Limits bounds what reading may cost. The zero Limits means the defaults.
type Limits struct {
	MaxObject int64 // bytes of an object that is held whole; default 256 MiB. Undeltified blobs past it are streamed
	MaxStream int64 // bytes of a blob past which it is streamed where it can be; default 16 MiB
	MaxDepth  int   // length of a delta chain; default 10,000
	CacheSize int64 // bytes of objects kept for Read; default 32 MiB
	Workers   int   // concurrent visits; default one for each processor
}
