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
		f.Add([]byte(content))
	}
	dir := f.TempDir()
	id := object.ID{1}
	if err := os.MkdirAll(filepath.Dir(loose.Path(dir, id)), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
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
	})
}
