package odb

import (
	"cmp"
	"context"
	"io"
	"runtime"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// Object is one object. During a walk, Content belongs to the walk and is overwritten after the visit; it is nil for a
// blob that is too large to hold, which Stream reads once.
type Object struct {
	ID      object.ID
	Index   Index // of a visited object
	Type    object.Type
	Size    int64
	Content []byte
	Stream  io.Reader
}

// Unreadable is a part of the database that could not be read.
type Unreadable struct {
	What string // an object ID or a path
	Err  error
}

// Visitor receives the objects of a walk. Its methods are called concurrently.
type Visitor interface {
	// Object takes one object. An error ends the walk.
	Object(ctx context.Context, o Object) error
	// Unreadable takes what could not be read; the walk goes on.
	Unreadable(u Unreadable)
}

// Reader reads objects. All sources read through it, so that another store can take the place of DB.
type Reader interface {
	// Walk visits every object of the given types once, in no particular order.
	Walk(ctx context.Context, w Walk) error
	// Trees visits the entries of every tree that the visitor wants.
	Trees(ctx context.Context, t TreeWalk) error
	// Read returns one object whole. The caller must not change the content. The error for an object that does not exist
	// wraps ErrMissing. It may be called concurrently.
	Read(id object.ID) (Object, error)
	// IndexOf returns the index of an object, or NoIndex if it does not exist. It does not read the object.
	IndexOf(id object.ID) Index
	// IndexesOf appends the index of each ID to indexes. It is much faster than as many calls of IndexOf.
	IndexesOf(indexes []Index, ids []object.ID) []Index
	// ID returns the ID of the object with an index.
	ID(i Index) object.ID
	// Format returns the format of the IDs.
	Format() object.Format
	// Count returns the number of objects, packed and loose.
	Count() int
}

// Walk says what a walk visits. Types and Visitor are required.
type Walk struct {
	Types   object.Types
	Visitor Visitor
	Screen  *Screen          // rules out blobs before they are visited; may be nil
	Known   func(Index) bool // objects not to visit; they are read only as bases of others; may be nil
}

// Limits bounds memory and work. The zero Limits means the defaults, those of LimitsFor(512 MiB).
type Limits struct {
	MaxObject int64 // bytes of the largest object that is held whole; larger blobs that are not deltas are streamed
	MaxStream int64 // blobs above this are streamed where possible, and else held by one worker at a time
	CacheSize int64 // bytes of objects that are kept for Read
	MaxDepth  int   // of a delta chain; default 10,000 (git itself writes at most 4,095)
	Workers   int   // concurrent visits; default one for each processor
}

// LimitsFor divides a memory budget, in bytes. At most three large objects are held at once (a base, the result of a
// delta on it, and the base's own base) beside the small objects of all workers: hence a quarter for one object.
func LimitsFor(memory int64) Limits {
	return Limits{MaxObject: memory / 4, MaxStream: min(memory/32, 16<<20), CacheSize: memory / 16}
}

func (l Limits) withDefaults() Limits {
	d := LimitsFor(512 << 20)
	return Limits{
		MaxObject: min(cmp.Or(l.MaxObject, d.MaxObject), packfile.MaxObject), MaxStream: cmp.Or(l.MaxStream, d.MaxStream),
		CacheSize: cmp.Or(l.CacheSize, d.CacheSize), MaxDepth: cmp.Or(l.MaxDepth, 10_000),
		Workers: cmp.Or(l.Workers, runtime.GOMAXPROCS(0)),
	}
}
