package commitgraph_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

func open(t testing.TB, dir string) *repo.Repository {
	t.Helper()
	r, err := repo.Open(dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// graphOf is what the commit-graph says of each commit.
func graphOf(t *testing.T, r *planted.Repo) map[object.ID]object.CommitInfo {
	t.Helper()
	out := map[object.ID]object.CommitInfo{}
	open(t, r.Dir).CommitGraph(func(id object.ID, info object.CommitInfo) { out[id] = info })
	return out
}

// The commit-graph says what the commits say, also in layers, and of commits with many parents.
func TestCommitGraph(t *testing.T) {
	for seed := range uint64(3) {
		r := planted.History(t, seed, 60, true)
		commits := r.Lines("rev-list", "--reverse", "--all")
		check := func(when string, want []string) {
			t.Helper()
			got := graphOf(t, r)
			if len(got) != len(want) {
				t.Errorf("%s: %d commits, want %d", when, len(got), len(want))
			}
			opened := open(t, r.Dir)
			for id, info := range got {
				commit, err := opened.Commit(id)
				if err != nil {
					t.Fatal(err)
				}
				if commit.Author = (object.Signature{}); !reflect.DeepEqual(info, commit) {
					t.Errorf("%s: commit %s is %v, want %v", when, id, info, commit)
				}
			}
		}
		check("no graph", nil)
		r.Git("commit-graph", "write", "--reachable")
		check("one file", commits)
		if err := os.Remove(filepath.Join(r.Git("rev-parse", "--absolute-git-dir"), "objects", "info", "commit-graph")); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{len(commits) / 3, len(commits) / 2, len(commits)} {
			r.Feed(strings.Join(commits[:n], "\n")+"\n", "commit-graph", "write", "--stdin-commits", "--split=no-merge")
		}
		check("layers", commits)
	}
}

// A damaged graph says nothing, wherever the damage is.
func TestDamagedCommitGraph(t *testing.T) {
	r := planted.New(t)
	for i := range 5 {
		r.Commit(fmt.Sprint(i))
	}
	r.Git("commit-graph", "write", "--reachable")
	path := filepath.Join(r.Dir, ".git", "objects", "info", "commit-graph")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(path, 0o644)
	for i := 0; i < len(data); i += 7 {
		data[i] ^= 0x40
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := graphOf(t, r); len(got) > 0 {
			t.Errorf("with byte %d flipped: %d commits", i, len(got))
		}
		data[i] ^= 0x40
	}
}
