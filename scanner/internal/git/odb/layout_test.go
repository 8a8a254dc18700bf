package odb

import (
	"slices"
	"testing"
)

// Delta trees come first, the largest one before the others, then a large entry without deltas, and then small ones.
func TestOrderOfRoots(t *testing.T) {
	const small, large = 100, maxShare + 1
	l := &layout{subtree: []uint32{1, 2, 1, 1, 3, 1, 1, 1}}
	bases := []int32{noEntry, noEntry, 1, noEntry, noEntry, 4, 4, noEntry}
	end := int64(12)
	for i := range bases {
		l.offsets = append(l.offsets, end)
		if end += small; i == 3 {
			end += large
		}
	}
	l.findRoots(bases)
	if want := []int32{4, 1, 3, 0, 7}; !slices.Equal(l.roots, want) {
		t.Errorf("roots %v, want %v", l.roots, want)
	}
}
