package staged

import (
	"runtime"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// A path of 200,000 folders costs what its bytes cost, and no more folders are entered than a parent has.
func TestDeepPath(t *testing.T) {
	r := planted.New(t)
	r.Write("a/a/f", "a")
	r.Commit("one")
	opened, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	id := r.ID(r.Git("rev-parse", "HEAD^{tree}"))
	root, err := treediff.NewFolder(opened.Objects, id)
	if err != nil {
		t.Fatal(err)
	}
	b := newBase(&index.Index{}, []*treediff.Folder{root})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	deep := index.Entry{Path: strings.Repeat("a/", 200_000) + "f", Mode: 0o100644}
	if first, again := b.has(deep), b.has(deep); first || again || b.has(index.Entry{Path: "a/a/f", Mode: 0o100644}) {
		t.Error("the parent has it")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; b.steps > 10 || n > 4<<20 {
		t.Errorf("%d folders were entered, %d KB allocated", b.steps, n>>10)
	}
	blob := r.ID(r.Git("rev-parse", "HEAD:a/a/f"))
	if !b.has(index.Entry{Path: "a/a/f", ID: blob, Mode: 0o100644}) {
		t.Error("the parent does not have its own file")
	}
}
