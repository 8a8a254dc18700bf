package treediff_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// Added says what git diff-tree says: the files that no parent has as they are.
func TestAddedAsGitDiffs(t *testing.T) { planted.EachFormat(t, testAddedAsGitDiffs) }

func testAddedAsGitDiffs(t *testing.T) {
	r := planted.History(t, 7, 80, false)
	opened, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, line := range r.Lines("rev-list", "--all", "--parents") {
		fields := strings.Fields(line)
		want := listing(r, fields[0])
		for _, parent := range fields[1:] {
			for file := range listing(r, parent) {
				delete(want, file)
			}
		}
		blobs := map[string]bool{}
		for file := range want {
			blobs[strings.Fields(file)[0]] = true
		}
		got := addedBlobs(t, opened, fields[0], fields[1:])
		if fmt.Sprint(got) != fmt.Sprint(blobs) {
			t.Fatalf("commit %s adds %v, git says %v", fields[0], got, blobs)
		}
	}
}

func listing(r *planted.Repo, commit string) map[string]bool {
	out := map[string]bool{}
	for _, file := range r.Lines("ls-tree", "-r", "--format=%(objecttype) %(objectname) %(path)", commit) {
		if blob, ok := strings.CutPrefix(file, "blob "); ok {
			out[blob] = true
		}
	}
	return out
}

func addedBlobs(t *testing.T, r *repo.Repository, commit string, parents []string) map[string]bool {
	t.Helper()
	tree := func(name string) object.ID {
		id, _ := r.Format().ParseID(name)
		c, err := r.Commit(id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Tree
	}
	var bases []object.ID
	for _, p := range parents {
		bases = append(bases, tree(p))
	}
	out := map[string]bool{}
	err := treediff.Added(context.Background(), treediff.Options{
		Objects: r.Objects, Tree: tree(commit), Bases: bases,
		Visit:      func(f treediff.File) error { out[f.ID.String()] = true; return nil },
		Unreadable: func(u odb.Unreadable) { t.Errorf("unreadable: %v", u) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
