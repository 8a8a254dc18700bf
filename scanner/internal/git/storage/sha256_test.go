package storage_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/storage"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// unreadable is a Visitor that keeps what cannot be read.
type unreadable struct {
	odb.Visitor
	errs []error
}

func (u *unreadable) Unreadable(l odb.Unreadable) { u.errs = append(u.errs, l.Err) }

// Through go-git, a SHA-256 repository is refused however it is asked, and never looks empty.
func TestSHA256IsRefused(t *testing.T) {
	planted.SetFormat(t, object.SHA256)
	r, _ := commits(t)
	dir := filepath.Join(r.Dir, ".git")
	ours := storage.New(dir, odb.Limits{})
	t.Cleanup(func() { _ = ours.Close() })
	theirs := filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRUDefault())
	_, iterErr := ours.IterEncodedObjects(plumbing.AnyObject)
	_, objectErr := ours.EncodedObject(plumbing.AnyObject, plumbing.ZeroHash)
	_, readerErr := storage.Reader(ours, odb.Limits{})
	_, theirsErr := storage.Reader(theirs, odb.Limits{})
	for what, err := range map[string]error{
		"iterating": iterErr, "reading an object": objectErr, "asking for an object": ours.HasEncodedObject(plumbing.ZeroHash),
		"our reader": readerErr, "a reader of go-git's storage": theirsErr,
	} {
		if err == nil || !strings.Contains(err.Error(), "git.go-git-object-format(sha256)") {
			t.Errorf("%s: %v", what, err)
		}
	}
	var u unreadable
	if err := ours.Objects().Walk(t.Context(), odb.Walk{Types: object.TypesOf(object.Blob), Visitor: &u}); err != nil || len(u.errs) != 1 {
		t.Errorf("a walk reports %v, %v", u.errs, err)
	}
}
