package index

import (
	"slices"
	"testing"
)

func FuzzIndex(f *testing.F) {
	entry := append(make([]byte, 60), 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for version := byte(2); version <= 4; version++ {
		head := []byte{'D', 'I', 'R', 'C', 0, 0, 0, version, 0, 0, 0, 1}
		f.Add(append(append(head, entry...), make([]byte, 20)...))
		f.Add(append(append(append(head, entry...), "TREE\x00\x00\x00\x09\x00-1 1\nb\x000 0\n"...), make([]byte, 20)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parse(data)
		if err == nil && len(x.Entries)*entryHead > len(data) {
			t.Fatalf("%d entries in %d bytes", len(x.Entries), len(data))
		}
	})
}

// FuzzLink merges a split index that has three entries with a shared one of as many as the first byte says.
func FuzzLink(f *testing.F) {
	none := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	first := []byte{0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	ones := []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0}
	id := make([]byte, 20)
	f.Add(byte(3), id)
	f.Add(byte(3), slices.Concat(id, none, first))
	f.Add(byte(80), slices.Concat(id, ones, none))
	f.Fuzz(func(t *testing.T, size byte, data []byte) {
		l, err := parseLink(data)
		if err != nil {
			return
		}
		var shared Index
		for i := range size {
			shared.Entries = append(shared.Entries, Entry{Path: string([]byte{'a', i})})
		}
		x := Index{link: l, Entries: []Entry{{}, {Path: "b"}, {Path: "c"}}}
		if x.merge(&shared) != nil {
			return
		}
		if !slices.IsSortedFunc(x.Entries, compare) || len(x.Entries) > int(size)+3 {
			t.Fatalf("%d entries, of %d and 3", len(x.Entries), size)
		}
	})
}
