package storage_test

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/storage"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// TestOpen opens repositories that git made, in every form in which it stores objects, and compares what go-git
// iterates with what git lists.
func TestOpen(t *testing.T) {
	for name, commands := range map[string][]string{
		"loose":            nil,
		"packed":           {"gc"},
		"multi-pack-index": {"repack", "multi-pack-index write"},
		"cruft":            {"repack --cruft -d"},
	} {
		t.Run(name, func(t *testing.T) {
			r := planted.New(t)
			for _, content := range []string{"one\n", "one\ntwo\n", "three\n"} {
				r.Write("a.txt", content)
				r.Git("add", ".")
				r.Git("commit", "-qm", content)
			}
			r.Git("tag", "-am", "first", "v1")
			for _, c := range commands {
				r.Git(strings.Fields(c)...)
			}
			compare(t, r.Dir)
		})
	}
}

// TestAlternates opens a clone that borrows its objects, which go-git's own iterators do not list.
func TestAlternates(t *testing.T) {
	r := planted.New(t)
	r.Write("a.txt", "one\n")
	r.Git("add", ".")
	r.Git("commit", "-qm", "first")
	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.CommandContext(t.Context(), "git", "clone", "-q", "--shared", r.Dir, clone).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	compare(t, clone)
}

// compare opens a repository by go-git and compares its objects with git's list, and its HEAD with git's.
func compare(t *testing.T, dir string) {
	t.Helper()
	s := storage.New(filepath.Join(dir, ".git"), odb.Limits{})
	t.Cleanup(func() { _ = s.Close() })
	repo, err := git.Open(s, osfs.New(dir))
	if err != nil {
		t.Fatal(err)
	}
	iter, err := s.IterEncodedObjects(plumbing.AnyObject)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := iter.ForEach(func(o plumbing.EncodedObject) error {
		got = append(got, o.Hash().String()+" "+o.Type().String())
		return s.HasEncodedObject(o.Hash())
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := strings.Fields(gitOutput(t, dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)-%(objecttype)"))
	for i := range want {
		want[i] = strings.Replace(want[i], "-", " ", 1)
	}
	if !slices.Equal(got, want) {
		t.Errorf("go-git lists %q, git %q", got, want)
	}
	head, err := repo.Head()
	if err != nil || head.Hash().String() != strings.TrimSpace(gitOutput(t, dir, "rev-parse", "HEAD")) {
		t.Errorf("HEAD is %v, %v", head, err)
	}
}

func gitOutput(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
