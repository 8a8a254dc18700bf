package index

import (
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
