package index_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/planted"
)

func TestIndexAsGitReadsIt(t *testing.T) {
	for _, version := range []string{"2", "3", "4"} {
		r := planted.New(t)
		r.Write("a", "a")
		r.Write("dir/deep/er/file with space", "b")
		r.Write("dir/目录/文件", "c")
		r.Link("a", "link")
		r.Git("add", "-A")
		r.Git("commit", "-q", "-m", "one")
		r.Write("dir/new", "d")
		r.Git("add", "-A")
		r.Write("intent", "e")
		r.Git("add", "-N", "intent")
		r.Git("update-index", "--index-version", version)
		checkIndex(t, r)
		conflict(r)
		checkIndex(t, r)
	}
}

// conflict leaves the index with entries of all stages.
func conflict(r *planted.Repo) {
	r.Git("reset", "-q", "--hard")
	r.Git("checkout", "-q", "-b", "other")
	r.Write("a", "theirs")
	r.Commit("theirs")
	r.Git("checkout", "-q", "main")
	r.Write("a", "ours")
	r.Commit("ours")
	r.Fails("merge", "-q", "other")
}

func checkIndex(t *testing.T, r *planted.Repo) {
	t.Helper()
	x, err := index.Read(filepath.Join(r.Dir, ".git", "index"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range x.Entries {
		got = append(got, fmt.Sprintf("%06o %s %d\t%s", e.Mode, e.ID, e.Stage, e.Path))
		if e.IntentToAdd != (e.Path == "intent") {
			t.Errorf("%s: intent %v", e.Path, e.IntentToAdd)
		}
	}
	if want := r.Lines("ls-files", "-s"); !slices.Equal(got, want) {
		t.Errorf("index %v, git says %v", got, want)
	}
	x.Tree.Each(func(dir string, tree object.ID) {
		if want := r.Git("rev-parse", "HEAD:"+dir); want != tree.String() {
			t.Errorf("cached tree of %q: %s, git says %s", dir, tree, want)
		}
	})
}

func TestSparseAndSplitIndex(t *testing.T) {
	r := planted.New(t)
	r.Write("in/a", "a")
	r.Write("out/b", "b")
	r.Commit("one")
	r.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
	x, err := index.Read(filepath.Join(r.Dir, ".git", "index"))
	if err != nil || len(x.Entries) != 2 || x.Entries[0].Path != "in/a" || x.Entries[1].IsBlob() {
		t.Errorf("sparse index: %+v, %v", x, err)
	}
	r.Git("sparse-checkout", "disable")
	r.Git("update-index", "--split-index")
	if _, err := index.Read(filepath.Join(r.Dir, ".git", "index")); !errors.Is(err, index.ErrUnsupported) {
		t.Errorf("split index: %v", err)
	}
}
