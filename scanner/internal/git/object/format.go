package object

import (
	"crypto/sha1" //nolint:gosec // git's object IDs
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// Format is the object format of a repository: the hash that names its objects and guards its files. A repository has
// one, and so have the object directories that it borrows from. The zero Format is SHA-1, which git uses by default.
type Format uint8

// The object formats.
const (
	SHA1 Format = iota
	SHA256
)

const (
	sha1Size   = sha1.Size
	sha256Size = sha256.Size
)

// ParseFormat returns the format with git's name for it, as in extensions.objectFormat.
func ParseFormat(name string) (f Format, ok bool) {
	switch name {
	case "sha1":
		return SHA1, true
	case "sha256":
		return SHA256, true
	}
	return SHA1, false
}

// String returns git's name for the format.
func (f Format) String() string {
	if f == SHA256 {
		return "sha256"
	}
	return "sha1"
}

// Size is the number of bytes in a hash.
func (f Format) Size() int {
	if f == SHA256 {
		return sha256Size
	}
	return sha1Size
}

// New returns the hash of the format.
func (f Format) New() hash.Hash {
	if f == SHA256 {
		return sha256.New()
	}
	return sha1.New() //nolint:gosec // see above
}

// ID returns the ID whose bytes raw begins with. It must have as many as the format's Size.
func (f Format) ID(raw []byte) (id ID) {
	if f == SHA256 {
		return ID(raw)
	}
	copy(id[:], raw[:sha1Size])
	return id
}

// ParseID reads an ID in hex digits: 40 of a SHA-1 hash, 64 of a SHA-256 hash.
func (f Format) ParseID(s string) (id ID, ok bool) { return f.parseID([]byte(s)) }

func (f Format) parseID(s []byte) (id ID, ok bool) {
	if len(s) != 2*f.Size() {
		return id, false
	}
	_, err := hex.Decode(id[:], s)
	return id, err == nil
}

var (
	emptyTreeSHA1   = SHA1.Hash(Tree, nil)
	emptyTreeSHA256 = SHA256.Hash(Tree, nil)
)

// EmptyTree is the ID of the tree without entries. Git knows it without storing it.
func (f Format) EmptyTree() ID {
	if f == SHA256 {
		return emptyTreeSHA256
	}
	return emptyTreeSHA1
}
