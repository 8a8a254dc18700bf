package treeindex

import (
	"encoding/binary"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// idSet is a set of object IDs: of blobs that matter, or of objects that do not exist, which may be millions. It holds 64 bits
// of each ID in a hash table. That two objects share them, so that one counts as the other, is less likely than a disk error.
// The zero idSet is empty.
type idSet struct {
	slots []uint64 // 0 is an empty slot; the length is a power of two
	count int
}

func (s *idSet) add(id object.ID) { s.addHash(hashOf(id)) }

func (s *idSet) has(id object.ID) bool {
	if s.count == 0 {
		return false
	}
	h := hashOf(id)
	return s.slots[s.slot(h)] == h
}

// hashOf returns the bits of an ID that are kept. They are not all 0.
func hashOf(id object.ID) uint64 { return binary.BigEndian.Uint64(id[:]) | 1 }

func (s *idSet) addHash(h uint64) {
	if s.count*4 >= len(s.slots)*3 {
		s.grow()
	}
	if at := s.slot(h); s.slots[at] == 0 {
		s.slots[at] = h
		s.count++
	}
}

// slot returns the slot that has a hash, or the empty one where it belongs.
func (s *idSet) slot(h uint64) int {
	mask := len(s.slots) - 1
	at := int(h>>32) & mask
	for s.slots[at] != 0 && s.slots[at] != h {
		at = (at + 1) & mask
	}
	return at
}

func (s *idSet) grow() {
	old := s.slots
	s.slots = make([]uint64, max(64, 2*len(old)))
	for _, h := range old {
		if h != 0 {
			s.slots[s.slot(h)] = h
		}
	}
}

// union adds the IDs of another set.
func (s *idSet) union(other *idSet) {
	for _, h := range other.slots {
		if h != 0 {
			s.addHash(h)
		}
	}
}
