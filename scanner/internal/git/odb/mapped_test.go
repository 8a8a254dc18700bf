package odb_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// A pack index that is truncated while it is in use ends neither the process nor, where other objects are asked for, the
// scan: what cannot be looked up any more does not exist, or is reported.
func TestIndexTruncatedWhileOpen(t *testing.T) { planted.EachFormat(t, testIndexTruncatedWhileOpen) }

func testIndexTruncatedWhileOpen(t *testing.T) {
	r := planted.New(t)
	versions(r, 10)
	r.Git("repack", "-adfq")
	want := truth(t, r)
	repo := open(t, r.Dir, odb.Limits{})
	files, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.idx"))
	if err := os.Chmod(files[0], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(files[0], 0); err != nil {
		t.Fatal(err)
	}
	got := &recorder{objects: map[string]string{}, unreadable: map[string]string{}}
	err := repo.Objects.Walk(context.Background(), odb.Walk{Types: allTypes, Visitor: got})
	if err == nil && len(got.objects) < len(want) && len(got.unreadable) == 0 {
		t.Errorf("%d of %d objects, and nothing is unreadable", len(got.objects), len(want))
	}
	for id := range want {
		id, ok := repo.Format().ParseID(id)
		if !ok {
			t.Fatal("no ID")
		}
		n := repo.Objects.IndexOf(id)
		if n != odb.NoIndex && repo.Objects.ID(n) != id {
			t.Errorf("the index of %s is that of another object", id)
		}
		if o, err := repo.Objects.Read(id); err == nil && o.ID != id {
			t.Errorf("%s is read as %s", id, o.ID)
		}
		if ids, _ := repo.Objects.(*odb.DB).Abbreviated(id.String()[:8]); len(ids) > 1 {
			t.Errorf("%s: %d objects", id, len(ids))
		}
	}
}
