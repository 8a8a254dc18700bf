package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// sparse makes a file of four gigabytes that takes no room on disk.
func sparse(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 4<<30); err != nil {
		t.Fatal(err)
	}
}

// Sparse files, which take no room on disk, take none in memory either, whatever of the repository they replace.
func TestSparseFiles(t *testing.T) {
	for _, name := range []string{
		".git/objects/info/alternates", ".git/packed-refs", ".git/logs/HEAD", ".git/shallow", ".git/config", ".git/commondir",
		".git/objects/info/commit-graph", ".git/objects/info/commit-graphs/commit-graph-chain", ".git/objects/pack/multi-pack-index",
		".git/objects/pack/pack-" + strings.Repeat("a", 40) + ".idx", "inner/.git",
	} {
		t.Run(name, func(t *testing.T) {
			r := planted.New(t)
			r.Write("a", "a")
			r.Commit("one")
			sparse(t, filepath.Join(r.Dir, filepath.FromSlash(name)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if dir, ok := strings.CutSuffix(name, "/.git"); ok {
				if repo.Is(filepath.Join(r.Dir, dir)) {
					t.Error("it is a repository")
				}
			} else if opened, err := repo.Open(r.Dir, repo.Options{}); err == nil {
				opened.Refs()
				opened.Reflogs()
				opened.Shallow()
				_, _ = opened.Resolve("HEAD@{0}")
				_ = opened.Close()
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
				t.Errorf("%d MB were allocated", n>>20)
			}
		})
	}
}

// Refs past a million are counted and reported.
func TestTooManyRefs(t *testing.T) {
	r := planted.New(t)
	r.Write("a", "a")
	r.Commit("one")
	head := r.Git("rev-parse", "HEAD")
	var text strings.Builder
	for i := range 1_000_010 {
		fmt.Fprintf(&text, "%s refs/tags/%07d\n", head, i)
	}
	if err := os.WriteFile(filepath.Join(r.Dir, ".git", "packed-refs"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	refs, unreadable := opened.Refs()
	if len(refs) != 1_000_000 || len(unreadable) != 1 || !strings.Contains(unreadable[0].Err.Error(), "git.too-many-refs") {
		t.Errorf("%d refs, unreadable %v", len(refs), unreadable)
	}
}
