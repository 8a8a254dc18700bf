//go:build unix

package staged_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/staged"
)

// A FIFO in place of MERGE_HEAD is not waited for.
func TestMergeHeadFIFO(t *testing.T) {
	r, k := planted.New(t), planted.Keys(3)()
	r.Write("a", k.Text())
	r.Git("add", "a")
	if err := syscall.Mkfifo(filepath.Join(r.Dir, ".git", "MERGE_HEAD"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if report := planted.Scan(t, []scanner.Source{staged.New(staged.Options{Repo: opened})}, nil); report.Of(k) == nil {
		t.Error("the key was not found")
	}
}
