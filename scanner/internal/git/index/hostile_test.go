package index_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// entry is the fixed part of an entry, which is followed by its path.
var entry = append(append(make([]byte, 24), 0, 0, 0x81, 0xa4), make([]byte, 34)...)

// write writes an index of n entries and one extension.
func write(t *testing.T, version uint32, entries []byte, n int, extension string, body []byte) string {
	t.Helper()
	data := binary.BigEndian.AppendUint32([]byte("DIRC"), version)
	data = append(binary.BigEndian.AppendUint32(data, uint32(n)), entries...)
	if extension != "" {
		data = append(binary.BigEndian.AppendUint32(append(data, extension...), uint32(len(body))), body...)
	}
	name := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(name, append(data, make([]byte, 20)...), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// read reads an index, and fails if that allocates more than a few times the size of the file.
func read(t *testing.T, name string) (*index.Index, error) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x, err := index.Read(name, filepath.Dir(name), object.SHA1)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
		t.Errorf("%d MB were allocated for an index of %d KB", n>>20, info.Size()>>10)
	}
	return x, err
}

// Version 4 writes only what differs between paths: 30,000 entries of 62 bytes can claim a path of 60 KB each.
func TestLongSharedPaths(t *testing.T) {
	entries := append(bytes.Clone(entry), 0)
	entries = append(append(entries, strings.Repeat("d/", 30_000)...), 0)
	for range 30_000 {
		entries = append(append(append(entries, entry...), 1), "f\x00"...)
	}
	_, err := read(t, write(t, 4, entries, 30_001, "", nil))
	if got := reason.Of(err).String(); err == nil || !strings.Contains(got, "git.index-paths") {
		t.Errorf("error %v", err)
	}
}

// A cached tree of 2,000 folders, one in the other, can name 10,000 folders in the innermost.
func TestDeepCachedTree(t *testing.T) {
	id := make([]byte, 20)
	var body []byte
	for range 2000 {
		body = append(append(body, strings.Repeat("n", 120)...), "\x001 1\n"...)
		body = append(body, id...)
	}
	body = append(append(body, "last\x001 10000\n"...), id...)
	for i := range 10_000 {
		body = append(fmt.Appendf(body, "%d\x001 0\n", i), id...)
	}
	x, err := read(t, write(t, 2, nil, 0, "TREE", body))
	if err != nil {
		t.Fatal(err)
	}
	f := x.Tree
	for range 1999 {
		f = f.Folder(strings.Repeat("n", 120))
	}
	if f = f.Folder("last").Folder("9999"); f == nil || !f.Valid {
		t.Errorf("the innermost folder is %+v", f)
	}
}

// A sparse file takes no room on disk, and must take none in memory.
func TestSparseFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(name, []byte("DIRC"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 4<<30); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, name); err == nil {
		t.Error("it was read")
	}
}
