package storage_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/storage"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// TestForeign reads one repository by the bulk path and by go-git's own storage: both must visit the same objects and
// the same tree entries.
func TestForeign(t *testing.T) {
	r := planted.New(t)
	for i := range 20 {
		r.Write(fmt.Sprintf("dir%d/a.txt", i%3), fmt.Sprintf("line %d\n", i))
		r.Git("add", ".")
		r.Git("commit", "-qm", fmt.Sprint(i))
	}
	r.Git("tag", "-am", "first", "v1")
	r.Git("gc", "-q")
	ours := storage.New(r.Dir+"/.git", odb.Limits{})
	t.Cleanup(func() { _ = ours.Close() })
	theirs := filesystem.NewStorage(osfs.New(r.Dir+"/.git"), cache.NewObjectLRUDefault())
	reader, err := storage.Reader(theirs, odb.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, got := record(t, ours.Objects()), record(t, reader)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("go-git's storage gives\n%q\nand ours\n%q", got, want)
	}
	if reader.Count() != ours.Objects().Count() {
		t.Errorf("%d objects, want %d", reader.Count(), ours.Objects().Count())
	}
	if _, err := reader.Read(object.ID{1}); err == nil {
		t.Error("an object that does not exist is read")
	}
}

// recorder lists what a reader visits.
type recorder struct {
	mu   sync.Mutex
	seen []string
}

func (r *recorder) add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, text)
}

func (r *recorder) Object(_ context.Context, o odb.Object) error {
	r.add(fmt.Sprintf("%s %s %q", o.ID, o.Type, o.Content))
	return nil
}

func (r *recorder) Unreadable(u odb.Unreadable) {
	r.add(fmt.Sprintf("unreadable %s: %v", u.What, u.Err))
}

// trees records the entries of trees, whatever base they are described by.
type trees struct {
	*recorder
	reader odb.Reader
}

func (v trees) Keep(e object.TreeEntry) bool {
	v.add(fmt.Sprintf("entry %s %q", e.ID, e.Name))
	return true
}

func (trees) Visit(odb.TreeChange) {}

// record returns all that a reader visits, each once, sorted.
func record(t *testing.T, reader odb.Reader) []string {
	t.Helper()
	r := &recorder{}
	types := object.TypesOf(object.Blob, object.Commit, object.Tag, object.Tree)
	if err := reader.Walk(t.Context(), odb.Walk{Types: types, Visitor: r}); err != nil {
		t.Fatal(err)
	}
	walk := odb.TreeWalk{Visitor: func() odb.TreeVisitor { return trees{r, reader} }, Unreadable: r.Unreadable}
	if err := reader.Trees(t.Context(), walk); err != nil {
		t.Fatal(err)
	}
	slices.Sort(r.seen)
	return slices.Compact(r.seen)
}
