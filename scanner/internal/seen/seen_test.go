package seen

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/verifier/osfile"
)

func TestRecord(t *testing.T) {
	dir, objects := t.TempDir()+"/cache", t.TempDir()
	ids := []object.ID{{1}, {2, 3}, {0xff}}
	r := open(t, dir, objects, object.SHA1, Key{1})
	check(t, "before it was saved", r, nil)
	if err := save(r, ids...); err != nil {
		t.Fatal(err)
	}
	check(t, "saved", r, ids)
	check(t, "opened again", open(t, dir, objects, object.SHA1, Key{1}), ids)
	check(t, "for other rules", open(t, dir, objects, object.SHA1, Key{2}), nil)
	check(t, "for another repository", open(t, dir, t.TempDir(), object.SHA1, Key{1}), nil)
	check(t, "for another format", open(t, dir, objects, object.SHA256, Key{1}), nil)
	if err := save(r, ids[:1]...); err != nil {
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
		if err := save(r, ids...); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Load(); err != nil || got.IDs.Len() != 2 || got.IDs.At(0) != ids[0] || got.IDs.At(1) != ids[1] {
			t.Errorf("%s: %v, %v", f, got, err)
		}
	}
}

// A record that is not whole counts as empty, wherever it is damaged.
func TestDamage(t *testing.T) {
	dir, objects := t.TempDir(), t.TempDir()
	r := open(t, dir, objects, object.SHA1, Key{1})
	if err := save(r, object.ID{1}, object.ID{2}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x10
		if o, ok := parse(flipped, object.SHA1, Key{1}); ok {
			t.Errorf("with byte %d flipped: %v", i, o)
		}
		if o, ok := parse(whole[:i], object.SHA1, Key{1}); ok {
			t.Errorf("cut to %d bytes: %v", i, o)
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

// Whatever is in a file with a right checksum, parsing it does not fail, and saving it again gives the same.
func FuzzParse(f *testing.F) {
	for _, format := range []object.Format{object.SHA1, object.SHA256} {
		r := &Record{format: format}
		var file bytes.Buffer
		if _, err := r.write(&file, someObjects(format)); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes()[:file.Len()-sha256.Size])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		parse(body, object.SHA1, Key{})
		sum := sha256.Sum256(body)
		data := append(slices.Clone(body), sum[:]...)
		for _, format := range []object.Format{object.SHA1, object.SHA256} {
			o, ok := parse(data, format, Key{})
			if !ok {
				continue
			}
			var again bytes.Buffer
			if _, err := (&Record{format: format}).write(&again, o); err != nil {
				t.Fatal(err)
			}
			if back, ok := parse(again.Bytes(), format, Key{}); !ok || !reflect.DeepEqual(back, o) {
				t.Errorf("%v became %v", o, back)
			}
		}
	})
}

func someObjects(f object.Format) Objects {
	blob, _ := NewRead(1234, 1, false)
	commit, _ := NewRead(5, 0, true)
	jar, _ := NewRead(1<<40, 300, false)
	ids := listOf(f, f.Hash(object.Blob, nil), f.Hash(object.Tree, nil), f.Hash(object.Commit, nil), f.Hash(object.Tag, nil))
	return Objects{IDs: *ids, Reads: []Read{blob, 0, commit, jar}, Marks: []Mark{{1}, {2}}}
}

// What was read of an object comes back as it was.
func TestReads(t *testing.T) {
	for _, f := range []object.Format{object.SHA1, object.SHA256} {
		r, want := open(t, t.TempDir(), t.TempDir(), f, Key{1}), someObjects(f)
		var err error
		if want.Sum, err = r.Save(want); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Load(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	if r := someObjects(object.SHA1).Reads[3]; r.Bytes() != 1<<40 || r.Pieces() != 300 || r.Commits() != 0 {
		t.Errorf("%d bytes in %d pieces", r.Bytes(), r.Pieces())
	}
	for _, size := range []int64{-1, 1 << 60} {
		if _, ok := NewRead(size, 1, false); ok {
			t.Errorf("%d bytes were recorded", size)
		}
	}
}

// A result can be read under its state and key only, and if nobody has changed it.
func TestResult(t *testing.T) {
	dir, objects := t.TempDir(), t.TempDir()
	r := open(t, dir, objects, object.SHA1, Key{1})
	if got := r.LoadResult(State{1}); got != nil {
		t.Errorf("before it was saved: %q", got)
	}
	if err := r.SaveResult(State{1}, []byte("content")); err != nil {
		t.Fatal(err)
	}
	if got := string(r.LoadResult(State{1})); got != "content" {
		t.Errorf("saved: %q", got)
	}
	for name, got := range map[string][]byte{
		"another state":      r.LoadResult(State{2}),
		"another key":        open(t, dir, objects, object.SHA1, Key{2}).LoadResult(State{1}),
		"another format":     open(t, dir, objects, object.SHA256, Key{1}).LoadResult(State{1}),
		"another repository": open(t, dir, t.TempDir(), object.SHA1, Key{1}).LoadResult(State{1}),
	} {
		if got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	whole, err := os.ReadFile(r.resultPath())
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 1
		if r.openResult(State{1}, flipped) != nil || r.openResult(State{1}, whole[:i]) != nil {
			t.Errorf("it is read with a change at byte %d", i)
		}
	}
	if err := os.Chmod(r.resultPath(), 0o666); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(r.resultPath()); err == nil && osfile.OthersMayWrite(info) && r.LoadResult(State{1}) != nil {
		t.Error("a file that others may write to is read")
	}
	if err := os.Chmod(r.resultPath(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.SaveResult(State{1}, make([]byte, maxResult)); err != nil || string(r.LoadResult(State{1})) != "content" {
		t.Errorf("too large a result was saved, %v", err)
	}
}

func FuzzResultFile(f *testing.F) {
	r := &Record{format: object.SHA1}
	f.Add(r.sealResult(State{1}, []byte("content")))
	f.Add([]byte(resultMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := r.openResult(State{2}, data); got != nil {
			t.Errorf("%q was not written under the state", got)
		}
	})
}

func listOf(f object.Format, ids ...object.ID) *object.List {
	list := object.NewList(f)
	for _, id := range ids {
		list.Append(id)
	}
	return &list
}

func save(r *Record, ids ...object.ID) error {
	_, err := r.Save(Objects{IDs: *listOf(r.format, ids...), Reads: make([]Read, len(ids))})
	return err
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
	if got, err := r.Load(); err != nil || !bytes.Equal(got.IDs.Bytes(), listOf(r.format, want...).Bytes()) {
		t.Errorf("%s: %v, %v; want %v", when, got, err, want)
	}
}

// The records that were written longest ago make room, and this one stays.
func TestEvict(t *testing.T) {
	dir := t.TempDir()
	var records []*Record
	for i := range 4 {
		r := open(t, dir, t.TempDir(), object.SHA1, Key{1})
		if err := save(r, object.ID{1}); err != nil {
			t.Fatal(err)
		}
		if err := r.SaveResult(State{1}, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{r.path, r.resultPath()} {
			old := time.Now().Add(time.Duration(i-10) * time.Hour)
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
		records = append(records, r)
	}
	foreign := filepath.Join(dir, "verdicts.json")
	if err := os.WriteFile(foreign, make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	records[0].evict(2700) // of two records
	for i, want := range []bool{true, false, false, true} {
		if got := records[i].LoadResult(State{1}) != nil; got != want {
			t.Errorf("record %d is kept: %v, want %v", i, got, want)
		}
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
}

// What is saved about objects belongs to one saved set of them.
func TestGraphFile(t *testing.T) {
	dir, objects := t.TempDir(), t.TempDir()
	r := open(t, dir, objects, object.SHA1, Key{1})
	if got := r.LoadGraph(Sum{1}); got != nil {
		t.Errorf("before it was saved: %q", got)
	}
	if err := r.SaveGraph(Sum{1}, []byte("content")); err != nil {
		t.Fatal(err)
	}
	if got := string(r.LoadGraph(Sum{1})); got != "content" {
		t.Errorf("saved: %q", got)
	}
	if r.LoadGraph(Sum{2}) != nil || open(t, dir, objects, object.SHA1, Key{2}).LoadGraph(Sum{1}) != nil {
		t.Error("it is read for other objects, or for another key")
	}
	whole, err := os.ReadFile(r.graphPath())
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 1
		if r.openGraph(Sum{1}, flipped) != nil || r.openGraph(Sum{1}, whole[:i]) != nil {
			t.Errorf("it is read with a change at byte %d", i)
		}
	}
}

func FuzzGraphFile(f *testing.F) {
	r := &Record{format: object.SHA1}
	f.Add(r.sealGraph(Sum{1}, []byte("content")))
	f.Fuzz(func(t *testing.T, data []byte) {
		got := r.openGraph(Sum{1}, data)
		if got != nil && !bytes.Equal(r.sealGraph(Sum{1}, got), data) {
			t.Errorf("%q is not what is saved for %q", data, got)
		}
	})
}
