package loose_test

import (
	"bytes"
	"compress/zlib"
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/loose"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
)

func FuzzOpen(f *testing.F) {
	for _, content := range []string{"blob 4\x00good", "tree 99999999999999999999\x00", "blob -1\x00", "blob 5", "nothing 0\x00"} {
		f.Add(uint8(object.SHA1), []byte(content))
		f.Add(uint8(object.SHA256), []byte(content))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, n uint8, content []byte) {
		format := object.Format(n % 2)
		id := format.EmptyTree()
		if err := os.MkdirAll(filepath.Dir(loose.Path(dir, id)), 0o700); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(content)
		_ = w.Close()
		for _, data := range [][]byte{b.Bytes(), content} {
			if err := os.WriteFile(loose.Path(dir, id), data, 0o600); err != nil {
				t.Fatal(err)
			}
			o, err := loose.Open(dir, id, new(zlibstream.Inflater))
			if err != nil {
				continue
			}
			if got, err := zlibstream.ReadExactly(nil, o.Body, o.Size); err == nil && int64(len(got)) != o.Size {
				t.Fatalf("%d bytes, the header says %d", len(got), o.Size)
			}
			_ = o.Close()
		}
		if ids, err := loose.List(dir, id.String()[:2], format); err != nil || len(ids) != 1 || ids[0] != id {
			t.Fatalf("%v are listed, %v", ids, err)
		}
	})
}
