package repo_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// A detached HEAD that cannot be read is reported: what only it reaches would count as unreachable.
func TestDamagedHead(t *testing.T) {
	r := planted.New(t)
	r.Write("a", "a")
	r.Commit("one")
	if err := os.WriteFile(filepath.Join(r.Dir, ".git", "HEAD"), []byte("no ID\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if _, unreadable := opened.Refs(); len(unreadable) != 1 || unreadable[0].What != "HEAD" {
		t.Errorf("unreadable: %v", unreadable)
	}
}
