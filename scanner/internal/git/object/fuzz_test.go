package object

import (
	"bytes"
	"testing"
)

func FuzzTree(f *testing.F) {
	for _, format := range []Format{SHA1, SHA256} {
		id := string(make([]byte, format.Size()))
		f.Add(uint8(format), []byte("100644 a\x00"+id+"040000 b\x00"+id))
		f.Add(uint8(format), []byte("40000 \x00"+id))
		f.Add(uint8(format), []byte("100644 "))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		size, format := 0, Format(n%2)
		err := EachEntry(format, data, func(e TreeEntry) {
			size += len(e.Name) + format.Size() + 2
			if len(e.Name) == 0 || bytes.IndexByte(e.Name, 0) >= 0 {
				t.Fatalf("name %q", e.Name)
			}
		})
		if size > len(data) || err == nil && len(data) > 0 && size == 0 {
			t.Fatalf("%d bytes of entries in %d, error %v", size, len(data), err)
		}
	})
}

func FuzzCommitAndTag(f *testing.F) {
	for _, format := range []Format{SHA1, SHA256} {
		id := format.EmptyTree().String()
		f.Add(uint8(format), []byte("tree "+id+"\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 99999999999999 x\n\nmessage"))
		f.Add(uint8(format), []byte("object "+id+"\ntype commit\ntag v1\ntagger <> -1\n\n"))
		f.Add(uint8(format), []byte("tree x\nparent\n\n\n"))
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		format := Format(n % 2)
		header, message := SplitMessage(data)
		if len(header)+len(message) != len(data) {
			t.Fatalf("split %d bytes into %d and %d", len(data), len(header), len(message))
		}
		c, _ := ParseCommit(format, data)
		tag, _ := ParseTag(format, data)
		if y := c.Author.When.Year(); y > 9999 || tag.Tagger.When.Year() > 9999 {
			t.Fatalf("year %d", y)
		}
	})
}
