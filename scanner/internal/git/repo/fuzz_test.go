package repo

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func FuzzRefFiles(f *testing.F) {
	const id = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	f.Add([]byte("# pack-refs with: peeled\n" + id + " refs/tags/v1\n^" + id + "\n"))
	f.Add([]byte(id + " " + id + " A <a@b> 1 +0000\tmessage\n"))
	f.Add([]byte("ref: refs/heads/main\n"))
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := refCollector{seen: map[string]bool{}}
		c.packed(path)
		entries, _ := readReflog("x", path)
		if lines := bytes.Count(data, []byte{'\n'}) + 1; len(c.refs)+len(c.unreadable) > lines || len(entries) > lines {
			t.Fatalf("%d refs and %d unreadable ones in %d lines", len(c.refs), len(c.unreadable), lines)
		}
		_, _, _ = readRef(path)
	})
}
