package input_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// A repository whose objects are named by SHA-256 is scanned as one with SHA-1: every place that git has, in every form of
// storage, and what a commit or a range adds.
func TestSHA256(t *testing.T) {
	planted.SetFormat(t, object.SHA256)
	if g := newGarden(t); len(g.Git("rev-parse", "HEAD")) != 64 {
		t.Fatal("the repository has another format")
	}
	for name, test := range map[string]func(*testing.T){
		"planted": TestPlantedRepository, "forms": TestStorageForms, "reftables": TestReftables, "alternate": TestAlternate,
		"detached HEAD": TestDetachedHead, "staged": TestStaged, "staged again": TestStagedAgain, "range": TestRange,
		"tag of a blob": TestTagOfBlob,
	} {
		t.Run(name, test)
	}
}

// A repository inside another has an object format of its own.
func TestNestedFormats(t *testing.T) {
	for _, formats := range [][2]object.Format{{object.SHA1, object.SHA256}, {object.SHA256, object.SHA1}} {
		next := planted.Keys(3)
		var repos [2]*planted.Repo
		var keys []planted.Key
		for i, f := range formats {
			planted.SetFormat(t, f)
			committed, staged, untracked := next(), next(), next()
			r := planted.New(t)
			r.Write("committed.env", committed.Text())
			r.Commit("a key")
			r.Write("staged.env", staged.Text())
			r.Git("add", "staged.env")
			r.Write("untracked.env", untracked.Text())
			repos[i], keys = r, append(keys, committed, staged, untracked)
		}
		inner := filepath.Join(repos[0].Dir, "vendor", "inner")
		if err := os.MkdirAll(filepath.Dir(inner), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(repos[1].Dir, inner); err != nil {
			t.Fatal(err)
		}
		for path, keys := range map[string][]planted.Key{repos[0].Dir: keys, inner: keys[3:]} {
			r := scan(t, options{Path: path})
			for i, k := range keys {
				if r.Of(k) == nil {
					t.Errorf("%v: key %d is not found in %s", formats, i, path)
				}
			}
			if len(r.Findings) != len(keys) || !r.Sum.Complete {
				t.Errorf("%v: %d findings in %s, skips %v", formats, len(r.Findings), path, r.Skips)
			}
		}
	}
}
