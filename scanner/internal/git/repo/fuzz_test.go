package repo

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

func FuzzRefFiles(f *testing.F) {
	for _, format := range []object.Format{object.SHA1, object.SHA256} {
		id := format.EmptyTree().String()
		f.Add(uint8(format), []byte("# pack-refs with: peeled\n"+id+" refs/tags/v1\n^"+id+"\n"))
		f.Add(uint8(format), []byte(id+" "+id+" A <a@b> 1 +0000\tmessage\n"))
	}
	f.Add(uint8(0), []byte("ref: refs/heads/main\n"))
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		format := object.Format(n % 2)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := refCollector{format: format, seen: map[string]bool{}}
		c.packed(path)
		entries, _ := readReflog("x", path, format)
		if lines := bytes.Count(data, []byte{'\n'}) + 1; len(c.refs)+len(c.unreadable) > lines || len(entries) > lines {
			t.Fatalf("%d refs and %d unreadable ones in %d lines", len(c.refs), len(c.unreadable), lines)
		}
		_, _, _ = readRef(path, format)
	})
}
