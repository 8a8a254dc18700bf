//go:build unix

package repo_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// Refs and reflogs behind links are reported, because links may lead anywhere. A link to a ref is a symbolic ref.
func TestLinkedRefs(t *testing.T) {
	base := planted.New(t)
	head := base.Commit("one")
	for path, want := range map[string]string{"refs": "refs", "refs/heads": "refs/heads", "refs/heads/main": "refs/heads/main"} {
		r := base.Copy()
		link(t, filepath.Join(r.Dir, ".git", path), filepath.Join(t.TempDir(), "moved"))
		refs, unreadable := open(t, r.Dir).Refs()
		if len(refs) != 0 || len(unreadable) != 1 || unreadable[0].What != want {
			t.Errorf("%s: %v, %v", path, refs, unreadable)
		}
	}
	r := base.Copy()
	link(t, filepath.Join(r.Dir, ".git", "logs"), filepath.Join(t.TempDir(), "moved"))
	if reflogs, unreadable := open(t, r.Dir).Reflogs(); len(reflogs) != 0 || len(unreadable) != 1 {
		t.Errorf("reflogs %v, %v", reflogs, unreadable)
	}
	r = base.Copy()
	if err := os.Symlink("refs/heads/main", filepath.Join(r.Dir, ".git", "refs", "alias")); err != nil {
		t.Fatal(err)
	}
	refs, unreadable := open(t, r.Dir).Refs()
	named := func(ref repo.Ref) bool { return ref.Name == "refs/heads/main" && ref.Target.String() == head }
	if !slices.ContainsFunc(refs, named) || len(unreadable) != 0 {
		t.Errorf("a symbolic ref that is a link: %v, %v", refs, unreadable)
	}
}

// link moves a file and leaves a link to it in its place.
func link(t *testing.T, path, to string) {
	t.Helper()
	if err := os.Rename(path, to); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}
