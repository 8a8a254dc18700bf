package history_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/history"
)

// looseTree writes a tree of one folder, which is faster than git for thousands of them.
func looseTree(t *testing.T, repo *planted.Repo, child string) string {
	t.Helper()
	id, err := hex.DecodeString(child)
	if err != nil {
		t.Fatal(err)
	}
	entry := append([]byte("40000 d\x00"), id...)
	content := append(fmt.Appendf(nil, "tree %d\x00", len(entry)), entry...)
	name := fmt.Sprintf("%x", sha1.Sum(content))
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(content)
	_ = w.Close()
	file := filepath.Join(repo.Dir, "objects", name[:2], name[2:])
	_ = os.MkdirAll(filepath.Dir(file), 0o755)
	if err := os.WriteFile(file, packed.Bytes(), 0o444); err != nil {
		t.Fatal(err)
	}
	return name
}

// Content in folders that nest more deeply than git walks by default is as reachable as any, and has its path.
func TestDeeplyNestedFolders(t *testing.T) {
	const depth = 5000
	repo, k := planted.New(t, "--bare"), planted.Keys(9)()
	tree := repo.Feed("100644 blob "+repo.Blob(k.Text())+"\ta.env\n", "mktree")
	for range depth {
		tree = looseTree(t, repo, tree)
	}
	commit := repo.Feed("deep", "commit-tree", tree)
	repo.Git("update-ref", "refs/heads/main", commit)
	opened, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	r := planted.Scan(t, []scanner.Source{history.New(history.Options{Repo: opened, NoUnreachable: true})}, nil)
	f := r.Of(k)
	if f == nil || len(r.Skips) > 0 {
		t.Fatalf("found is %v, skips %v", f != nil, r.Skips)
	}
	o := f.Occurrences[0]
	if want := strings.Repeat("d/", depth) + "a.env"; !o.Reachable || o.Path != want || o.Commit != commit {
		t.Errorf("reachable is %v, the commit %s and the path %d bytes long, want %s and %d", o.Reachable, o.Commit, len(o.Path), commit, len(want))
	}
}
