package storage_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/storage"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// The tests in this file show where go-git differs from git, so that akguard has a part of its own. docs/dependencies.md
// lists them. A test that fails after an update of go-git says that a part may go.

// countObjects counts the objects that a storage lists, until its iterator ends or fails.
func countObjects(s storer.EncodedObjectStorer) (n int, err error) {
	iter, err := s.IterEncodedObjects(plumbing.AnyObject)
	if err != nil {
		return 0, err
	}
	defer iter.Close()
	for {
		switch _, err := iter.Next(); {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		}
		n++
	}
}

// both opens the storage of a repository by go-git and by akguard.
func both(t *testing.T, gitDir string) (theirs, ours storer.EncodedObjectStorer) {
	t.Helper()
	own := storage.New(gitDir, odb.Limits{})
	t.Cleanup(func() { _ = own.Close() })
	files := filesystem.NewStorageWithOptions(osfs.New(gitDir), cache.NewObjectLRUDefault(), filesystem.Options{AlternatesFS: osfs.New("/")})
	return files, own
}

// commits makes a repository with a few commits, and returns it with the number of its objects.
func commits(t *testing.T) (*planted.Repo, int) {
	t.Helper()
	r := planted.New(t)
	for _, content := range []string{"one\n", "two\n", "three\n"} {
		r.Write("a.txt", content)
		r.Commit(content)
	}
	return r, len(r.Lines("cat-file", "--batch-all-objects", "--batch-check"))
}

func compareCounts(t *testing.T, gitDir string, want int, theirsLess bool) {
	t.Helper()
	theirs, ours := both(t, gitDir)
	if n, err := countObjects(ours); n != want || err != nil {
		t.Errorf("akguard lists %d objects, %v, want %d", n, err, want)
	}
	if n, err := countObjects(theirs); (n < want || err != nil) != theirsLess {
		t.Errorf("go-git lists %d of %d objects, %v: it no longer differs", n, want, err)
	}
}

// go-git's iterators do not list what a repository borrows.
func TestAlternatesAreNotListed(t *testing.T) {
	r, n := commits(t)
	r.Git("clone", "-q", "--shared", r.Dir, "../borrower")
	compareCounts(t, r.At("../borrower/.git").Dir, n, true)
}

// go-git ignores the multi-pack-index, which git uses where the index of a pack is gone.
func TestMultiPackIndexIsIgnored(t *testing.T) {
	r, n := commits(t)
	r.Git("repack", "-adq")
	r.Git("multi-pack-index", "write")
	indexes, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.idx"))
	for _, name := range indexes {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	compareCounts(t, filepath.Join(r.Dir, ".git"), n, true)
}

// One damaged object ends go-git's iterator. akguard reports it and reads on.
func TestDamageEndsTheIterator(t *testing.T) {
	r, n := commits(t)
	blob := r.Git("rev-parse", "HEAD:a.txt")
	name := filepath.Join(r.Dir, ".git", "objects", blob[:2], blob[2:])
	if err := errors.Join(os.Chmod(name, 0o600), os.WriteFile(name, []byte("not zlib"), 0o600)); err != nil {
		t.Fatal(err)
	}
	theirs, ours := both(t, filepath.Join(r.Dir, ".git"))
	iter, err := ours.IterEncodedObjects(plumbing.AnyObject)
	if err != nil {
		t.Fatal(err)
	}
	read, failed := 0, 0
	for {
		_, err := iter.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			failed++
			continue
		}
		read++
	}
	if read != n-1 || failed != 1 {
		t.Errorf("akguard reads %d of %d objects and reports %d", read, n, failed)
	}
	if n, err := countObjects(theirs); err == nil {
		t.Errorf("go-git lists %d objects: it no longer ends at the damage", n)
	}
}

// go-git reads an object whose content does not have its hash.
func TestHashIsNotChecked(t *testing.T) {
	r, _ := commits(t)
	objects := filepath.Join(r.Dir, ".git", "objects")
	one, two := r.Git("rev-parse", "HEAD:a.txt"), r.Git("rev-parse", "HEAD~1:a.txt")
	content, err := os.ReadFile(filepath.Join(objects, two[:2], two[2:]))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(objects, one[:2], one[2:])
	if err := errors.Join(os.Chmod(name, 0o600), os.WriteFile(name, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	theirs, ours := both(t, filepath.Join(r.Dir, ".git"))
	if _, err := ours.EncodedObject(plumbing.BlobObject, plumbing.NewHash(one)); err == nil {
		t.Error("akguard reads an object with another hash")
	}
	if _, err := theirs.EncodedObject(plumbing.BlobObject, plumbing.NewHash(one)); err != nil {
		t.Errorf("go-git refuses an object with another hash: %v; it no longer differs", err)
	}
}

// go-git's PlainOpen refuses repositories that git itself writes. git.Open on a storage does not look at the format.
func TestPlainOpenRefuses(t *testing.T) {
	r, n := commits(t)
	r.Git("config", "core.repositoryFormatVersion", "1")
	r.Git("config", "extensions.worktreeConfig", "true")
	if _, err := git.PlainOpen(r.Dir); err == nil {
		t.Error("go-git opens a repository with worktreeConfig: it no longer differs")
	}
	compareCounts(t, filepath.Join(r.Dir, ".git"), n, false)
}

// go-git's log of all refs leaves out commits that only a reflog or nothing reaches. akguard iterates the objects.
func TestLogLosesCommits(t *testing.T) {
	r, _ := commits(t)
	r.Git("reset", "-q", "--hard", "HEAD~1")
	opened, err := git.PlainOpen(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	log, err := opened.Log(&git.LogOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := log.ForEach(func(*object.Commit) error { n++; return nil }); err != nil || n != 2 {
		t.Errorf("go-git's log has %d commits, %v, want the 2 that a ref reaches", n, err)
	}
	_, ours := both(t, filepath.Join(r.Dir, ".git"))
	iter, err := ours.IterEncodedObjects(plumbing.CommitObject)
	if err != nil {
		t.Fatal(err)
	}
	n = 0
	if err := iter.ForEach(func(plumbing.EncodedObject) error { n++; return nil }); err != nil || n != 3 {
		t.Errorf("akguard iterates %d commits, %v, want 3", n, err)
	}
}

// go-git's revisions lack forms that people and CI systems write.
func TestRevisions(t *testing.T) {
	r, _ := commits(t)
	r.Git("tag", "-am", "a tag", "v1")
	theirs, err := git.PlainOpen(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	for rev, theirsRight := range map[string]bool{
		"HEAD": true, "main~2": true, "HEAD^": true, "v1": true, r.Git("rev-parse", "HEAD")[:8]: true,
		"v1^{commit}": true, "HEAD@{1}": false,
	} {
		want := r.Git("rev-parse", rev+"^{commit}")
		if got, err := ours.Resolve(rev); err != nil || got.String() != want {
			t.Errorf("akguard resolves %s to %s, %v, want %s", rev, got, err, want)
		}
		got, err := theirs.ResolveRevision(plumbing.Revision(rev))
		if right := err == nil && got.String() == want; right != theirsRight {
			t.Errorf("go-git resolves %s to %v, %v: right is %v", rev, got, err, right)
		}
	}
}
