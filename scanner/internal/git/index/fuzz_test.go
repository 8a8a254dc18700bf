package index

import (
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

func FuzzIndex(f *testing.F) {
	for _, format := range []object.Format{object.SHA1, object.SHA256} {
		entry := append(make([]byte, entryStat+format.Size()), 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 0)
		for version := byte(2); version <= 4; version++ {
			head := []byte{'D', 'I', 'R', 'C', 0, 0, 0, version, 0, 0, 0, 1}
			f.Add(uint8(format), append(append(head, entry...), make([]byte, format.Size())...))
			tree := "TREE\x00\x00\x00\x09\x00-1 1\nb\x000 0\n"
			f.Add(uint8(format), append(append(append(head, entry...), tree...), make([]byte, format.Size())...))
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		format := object.Format(n % 2)
		x, err := parse(data, format)
		if err == nil && len(x.Entries)*(entryStat+format.Size()+entryFlags) > len(data) {
			t.Fatalf("%d entries in %d bytes", len(x.Entries), len(data))
		}
		y, err2 := parseChanged(data, format, func(string, object.ID) bool { return false })
		if (err == nil) != (err2 == nil) || err == nil && !slices.Equal(x.Entries, y.Entries) {
			t.Fatalf("the whole index: %v, %v; what has changed: %v, %v", x, err, y, err2)
		}
	})
}

// FuzzLink merges a split index that has three entries with a shared one of as many as the first byte says.
func FuzzLink(f *testing.F) {
	none := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	first := []byte{0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	ones := []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0}
	for _, format := range []object.Format{object.SHA1, object.SHA256} {
		id := make([]byte, format.Size())
		f.Add(uint8(format), byte(3), id)
		f.Add(uint8(format), byte(3), slices.Concat(id, none, first))
		f.Add(uint8(format), byte(80), slices.Concat(id, ones, none))
	}
	f.Fuzz(func(t *testing.T, n uint8, size byte, data []byte) {
		l, err := parseLink(data, object.Format(n%2))
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
