package seen

import (
	"os"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

func TestRecord(t *testing.T) {
	dir, objects := t.TempDir()+"/cache", t.TempDir()
	ids := []object.ID{{1}, {2, 3}, {0xff}}
	r := open(t, dir, objects, Key{1})
	check(t, "before it was saved", r, nil)
	if err := r.Save(ids); err != nil {
		t.Fatal(err)
	}
	check(t, "saved", r, ids)
	check(t, "opened again", open(t, dir, objects, Key{1}), ids)
	check(t, "for other rules", open(t, dir, objects, Key{2}), nil)
	check(t, "for another repository", open(t, dir, t.TempDir(), Key{1}), nil)
	if err := r.Save(ids[:1]); err != nil {
		t.Fatal(err)
	}
	check(t, "replaced", r, ids[:1])
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files are left in the folder, %v", len(files), err)
	}
}

// A record that is not whole counts as empty, wherever it is damaged.
func TestDamage(t *testing.T) {
	dir, objects := t.TempDir(), t.TempDir()
	r := open(t, dir, objects, Key{1})
	if err := r.Save([]object.ID{{1}, {2}}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x10
		if ids := parse(flipped, Key{1}); ids != nil {
			t.Errorf("with byte %d flipped: %v", i, ids)
		}
		if ids := parse(whole[:i], Key{1}); ids != nil {
			t.Errorf("cut to %d bytes: %v", i, ids)
		}
	}
}

func TestCannotOpen(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, t.TempDir(), Key{}); err == nil {
		t.Error("a record was opened in a folder that is a file")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(magic))
	f.Fuzz(func(_ *testing.T, data []byte) { parse(data, Key{}) })
}

func open(t *testing.T, dir, objects string, key Key) *Record {
	t.Helper()
	r, err := Open(dir, objects, key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func check(t *testing.T, when string, r *Record, want []object.ID) {
	t.Helper()
	if ids, err := r.Load(); err != nil || !slices.Equal(ids, want) {
		t.Errorf("%s: %v, %v; want %v", when, ids, err, want)
	}
}
