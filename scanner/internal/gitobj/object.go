package gitobj

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"runtime"
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
	Number  Number // of a visited object
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
	Walk(ctx context.Context, w Walk) error
	// Trees visits the entries of every tree that are of interest.
	Trees(ctx context.Context, t TreeWalk) error
	// Read returns one object whole. The content belongs to the caller, who must not change it.
	// A missing object is an error that wraps ErrMissing.
	Read(id OID) (Object, error)
	// Number returns the number of an object, or NoNumber if it is not there. It reads nothing of the object.
	Number(id OID) Number
	// ID returns the name of the object with a number.
	ID(n Number) OID
	// Count returns how many objects there are, packed and loose.
	Count() int
}

// Walk says what a walk visits. Types and Visitor are required.
type Walk struct {
	Types   Types
	Visitor Visitor
	Screen  *Screen           // rules out blobs before they are visited; may be nil
	Known   func(Number) bool // leaves out objects, which are read only where others are built on them; may be nil
}

// Limits bounds what reading may cost. The zero Limits means the defaults, those of LimitsFor(512 MiB).
type Limits struct {
	MaxObject int64 // bytes of an object that is held whole. Larger blobs that are no delta are streamed
	MaxStream int64 // bytes of a blob past which it is streamed where it can be, and else held by one worker at a time
	CacheSize int64 // bytes of objects kept for Read
	MaxDepth  int   // length of a delta chain; default 10,000
	Workers   int   // concurrent visits; default one for each processor
}

// maxHeld is the most that MaxObject can be: positions in an object are of 32 bits.
const maxHeld = math.MaxInt32

// LimitsFor divides a budget of memory, in bytes: a base, what a delta makes of it, and a base of that base are
// held at once, beside what all workers hold of smaller objects.
func LimitsFor(memory int64) Limits {
	return Limits{MaxObject: memory / 4, MaxStream: min(memory/32, 16<<20), CacheSize: memory / 16}
}

func (l Limits) withDefaults() Limits {
	d := LimitsFor(512 << 20)
	return Limits{
		MaxObject: min(cmp.Or(l.MaxObject, d.MaxObject), maxHeld), MaxStream: cmp.Or(l.MaxStream, d.MaxStream),
		CacheSize: cmp.Or(l.CacheSize, d.CacheSize), MaxDepth: cmp.Or(l.MaxDepth, 10_000),
		Workers: cmp.Or(l.Workers, runtime.GOMAXPROCS(0)),
	}
}
