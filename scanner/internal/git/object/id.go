// Package object holds the vocabulary of git objects: IDs, types, and the parsers for commits, tags and trees.
//
// The parsers accept what git accepts and never fail on text that git would only warn about. They work on content
// that is already in memory; reading objects is the job of odb.
//
// Limits: SHA-1 IDs only.
package object

import (
	"encoding/hex"
	"fmt"
)

// ID is the SHA-1 hash that names an object.
type ID [20]byte

// EmptyTree is the ID of the tree without entries. Git knows it without storing it.
var EmptyTree = ID{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// String returns the ID as 40 hex digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether every byte is zero, which git writes where there is no object.
func (id ID) IsZero() bool { return id == ID{} }

// ParseID reads 40 hex digits.
func ParseID(s string) (id ID, ok bool) {
	if len(s) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil
}

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
