package object

import (
	"bytes"
	"testing"
)

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x0012345678901234567890040000 b\x0012345678901234567890"))
	f.Add([]byte("40000 \x0012345678901234567890"))
	f.Add([]byte("100644 "))
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		err := EachEntry(data, func(e TreeEntry) {
			size += len(e.Name) + len(e.ID) + 2
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
	f.Add([]byte("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 99999999999999 x\n\nmessage"))
	f.Add([]byte("object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype commit\ntag v1\ntagger <> -1\n\n"))
	f.Add([]byte("tree x\nparent\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		header, message := SplitMessage(data)
		if len(header)+len(message) != len(data) {
			t.Fatalf("split %d bytes into %d and %d", len(data), len(header), len(message))
		}
		c, _ := ParseCommit(data)
		tag, _ := ParseTag(data)
		if y := c.Author.When.Year(); y > 9999 || tag.Tagger.When.Year() > 9999 {
			t.Fatalf("year %d", y)
		}
	})
}
