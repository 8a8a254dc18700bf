// Package object holds the vocabulary of git objects: IDs, types, and the parsers for commits, tags and trees.
//
// The parsers accept what git accepts and never fail on text that git would only warn about. They work on content
// that is already in memory; reading objects is the job of odb. Where a parser meets IDs it takes the Format of the
// repository, which says how long they are.
package object

import (
	"encoding/hex"
	"fmt"
)

// ID is the hash that names an object. A SHA-1 hash has zeros after its 20 bytes, as in git, so that both formats share
// one comparable type. No SHA-256 hash that anybody can find ends in so many zeros.
type ID [sha256Size]byte

// String returns the ID as hex digits: 40 or, of a SHA-256 hash, 64.
func (id ID) String() string {
	if [sha256Size - sha1Size]byte(id[sha1Size:]) == [sha256Size - sha1Size]byte{} {
		return hex.EncodeToString(id[:sha1Size])
	}
	return hex.EncodeToString(id[:])
}

// IsZero reports whether every byte is zero, which git writes where there is no object.
func (id ID) IsZero() bool { return id == ID{} }

// Type is the type of an object. The values are those of pack entries.
type Type uint8

// The object types.
const (
	Commit Type = 1
	Tree   Type = 2
	Blob   Type = 3
	Tag    Type = 4
)

var typeNames = [...]string{Commit: "commit", Tree: "tree", Blob: "blob", Tag: "tag"}

// String returns git's name for the type.
func (t Type) String() string {
	if t.Valid() {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

// Valid reports whether t is one of the four object types.
func (t Type) Valid() bool { return t >= Commit && t <= Tag }

// ParseType returns the type with git's name for it, or 0.
func ParseType(name string) Type {
	for t := Commit; t <= Tag; t++ {
		if typeNames[t] == name {
			return t
		}
	}
	return 0
}

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
