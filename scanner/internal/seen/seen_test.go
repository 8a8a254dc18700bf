package seen

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

func TestRecord(t *testing.T) {
	dir, objects := t.TempDir()+"/cache", t.TempDir()
	ids := []object.ID{{1}, {2, 3}, {0xff}}
	r := open(t, dir, objects, object.SHA1, Key{1})
	check(t, "before it was saved", r, nil)
	if err := r.Save(listOf(object.SHA1, ids...)); err != nil {
		t.Fatal(err)
	}
	check(t, "saved", r, ids)
	check(t, "opened again", open(t, dir, objects, object.SHA1, Key{1}), ids)
	check(t, "for other rules", open(t, dir, objects, object.SHA1, Key{2}), nil)
	check(t, "for another repository", open(t, dir, t.TempDir(), object.SHA1, Key{1}), nil)
	check(t, "for another format", open(t, dir, objects, object.SHA256, Key{1}), nil)
	if err := r.Save(listOf(object.SHA1, ids[:1]...)); err != nil {
		t.Fatal(err)
	}
	check(t, "replaced", r, ids[:1])
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files are left in the folder, %v", len(files), err)
	}
}

// The IDs of both formats are recorded whole.
func TestFormats(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		r := open(t, t.TempDir(), t.TempDir(), f, Key{1})
		ids := []object.ID{f.Hash(object.Blob, []byte("a")), f.Hash(object.Blob, []byte("b"))}
		if err := r.Save(listOf(f, ids...)); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Load(); err != nil || got.Len() != 2 || got.At(0) != ids[0] || got.At(1) != ids[1] {
			t.Errorf("%s: %v, %v", f, got, err)
		}
	}
}

// A record that is not whole counts as empty, wherever it is damaged.
func TestDamage(t *testing.T) {
	dir, objects := t.TempDir(), t.TempDir()
	r := open(t, dir, objects, object.SHA1, Key{1})
	if err := r.Save(listOf(object.SHA1, object.ID{1}, object.ID{2})); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x10
		if ids := parse(flipped, object.SHA1, Key{1}); ids != nil {
			t.Errorf("with byte %d flipped: %v", i, ids)
		}
		if ids := parse(whole[:i], object.SHA1, Key{1}); ids != nil {
			t.Errorf("cut to %d bytes: %v", i, ids)
		}
	}
}

func TestCannotOpen(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, t.TempDir(), object.SHA1, Key{}); err == nil {
		t.Error("a record was opened in a folder that is a file")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(magic))
	f.Fuzz(func(_ *testing.T, data []byte) { parse(data, object.SHA1, Key{}); parse(data, object.SHA256, Key{}) })
}

func listOf(f object.Format, ids ...object.ID) *object.List {
	list := object.NewList(f)
	for _, id := range ids {
		list.Append(id)
	}
	return &list
}

func open(t *testing.T, dir, objects string, f object.Format, key Key) *Record {
	t.Helper()
	r, err := Open(dir, objects, f, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func check(t *testing.T, when string, r *Record, want []object.ID) {
	t.Helper()
	if ids, err := r.Load(); err != nil || !bytes.Equal(ids.Bytes(), listOf(r.format, want...).Bytes()) {
		t.Errorf("%s: %v, %v; want %v", when, ids, err, want)
	}
}
