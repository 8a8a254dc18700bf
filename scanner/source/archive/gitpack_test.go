package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/archive"
	"github.com/akguard/akguard/scanner/source/files"
)

// TestGitPacks has bundles and packs of git as files, and in one another. Every object in them is read, and what cannot be is
// a skip.
func TestGitPacks(t *testing.T) {
	r, next := planted.New(t), planted.Keys(20)
	var keys []planted.Key
	for _, name := range []string{"a.env", "dir/b.env", "a.env"} {
		k := next()
		keys = append(keys, k)
		r.Write(name, k.Text())
		r.Commit("version")
	}
	inMessage := next()
	keys = append(keys, inMessage)
	r.Git("commit", "-q", "--allow-empty", "-m", inMessage.Text())
	r.Pack()
	dir := t.TempDir()
	r.Git("bundle", "create", "-q", filepath.Join(dir, "all.bundle"), "--all")
	packs, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.pack"))
	pack, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := os.ReadFile(filepath.Join(dir, "all.bundle"))
	if err != nil {
		t.Fatal(err)
	}
	nested := planted.New(t)
	nested.Write("backup.bundle", string(bundle))
	nested.Commit("a bundle")
	nested.Git("bundle", "create", "-q", filepath.Join(dir, "nested.bundle"), "--all")
	within, err := os.ReadFile(filepath.Join(dir, "nested.bundle"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		whole   bool
	}{
		"a bundle": {bundle, true}, "a pack": {pack, true}, "a bundle in a bundle": {within, true},
		"a pack that is cut": {pack[:len(pack)-40], false}, "a list of refs without a pack": {[]byte("# v2 git bundle\nxx refs/heads/main\n"), false},
	} {
		t.Run(name, func(t *testing.T) {
			report := planted.Scan(t, []scanner.Source{archive.In(files.NewReader(bytes.NewReader(c.content)), archive.Options{})}, nil)
			for _, k := range keys {
				if c.whole && report.Of(k) == nil {
					t.Errorf("a key is not found")
				}
			}
			if c.whole != (len(report.Skips) == 0) {
				t.Errorf("skips: %v", report.Skips)
			}
			if c.whole && !slices.ContainsFunc(report.Of(keys[0]).Occurrences[0:1], func(o finding.Occurrence) bool { return strings.Contains(o.Member, "blob ") }) {
				t.Errorf("the place is %+v", report.Of(keys[0]).Occurrences[0])
			}
		})
	}
}
