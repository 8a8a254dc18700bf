package input_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStorageForms keeps the same repository in every form in which git stores objects, refs and the index. The keys are
// found in each, with path, line, commit and refs.
func TestStorageForms(t *testing.T) {
	g := newGarden(t)
	for _, form := range []struct {
		name string
		do   func(*garden)
	}{
		{"long delta chains", func(g *garden) { g.Git("repack", "-adfq", "--depth=4095", "--window=50") }},
		{"nothing as a delta", func(g *garden) { g.Git("-c", "core.bigFileThreshold=10", "repack", "-adfq") }},
		{"pack index version 1", func(g *garden) { g.Git("-c", "pack.indexVersion=1", "repack", "-adfq") }},
		{"deltas by ID", func(g *garden) { g.Git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq") }},
		{"a cruft pack", func(g *garden) { g.Git("repack", "-dq", "--cruft") }},
		{"an incremental pack", func(g *garden) { g.Git("repack", "-dq") }},
		{"a multi-pack-index", func(g *garden) { g.Git("repack", "-dq"); g.Git("multi-pack-index", "write") }},
		{"a multi-pack-index whose packs have lost their indexes", func(g *garden) {
			g.Git("repack", "-dq")
			g.Git("multi-pack-index", "write")
			g.remove("pack/*.idx")
		}},
		{"a geometric series of packs", func(g *garden) { g.Git("repack", "-dq", "--geometric=2") }},
		{"a chain of commit-graphs", func(g *garden) {
			g.Git("commit-graph", "write", "--reachable", "--split")
		}},
		{"packed refs", func(g *garden) { g.Git("pack-refs", "--all") }},
		{"packs named loose-*", func(g *garden) { g.Git("repack", "-adq"); g.renamePacks("loose-") }},
		{"packs named prefetch-*", func(g *garden) { g.Git("repack", "-adq"); g.renamePacks("prefetch-") }},
		{"an absolute alternate", func(g *garden) { g.lend(1, filepath.Abs) }},
		{"a relative alternate", func(g *garden) { g.lend(1, func(dir string) (string, error) { return g.relative(dir), nil }) }},
		{"a quoted alternate", func(g *garden) {
			g.lend(1, func(dir string) (string, error) { return `"` + strings.ReplaceAll(dir, "o", `\157`) + `"`, nil })
		}},
		{"alternates six deep", func(g *garden) { g.lend(6, filepath.Abs) }},
		{"a split index", func(g *garden) { g.Git("update-index", "--split-index") }},
		{"an index of version 4", func(g *garden) { g.Git("update-index", "--index-version=4") }},
		{"an untracked cache", func(g *garden) { g.Git("update-index", "--untracked-cache") }},
		{"a file system monitor", func(g *garden) {
			g.Git("config", "core.fsmonitor", "true-is-not-run-by-a-scan")
			g.Git("update-index", "--fsmonitor")
		}},
	} {
		t.Run(form.name, func(t *testing.T) {
			own := *g
			own.Repo, own.t = g.Copy(), t
			form.do(&own)
			g.check(t, scan(t, options{Path: own.Dir}), g.plants)
		})
	}
}

// renamePacks gives packs names that begin with prefix.
func (g *garden) renamePacks(prefix string) {
	files, err := filepath.Glob(filepath.Join(g.Dir, ".git", "objects", "pack", "pack-*"))
	if err != nil || len(files) == 0 {
		g.t.Fatal("no packs", err)
	}
	for _, name := range files {
		to := filepath.Join(filepath.Dir(name), prefix+strings.TrimPrefix(filepath.Base(name), "pack-"))
		if err := os.Rename(name, to); err != nil {
			g.t.Fatal(err)
		}
	}
}

// lend moves the objects into the last of a chain of object directories, each an alternate of the one before.
func (g *garden) lend(depth int, write func(dir string) (string, error)) {
	objects := filepath.Join(g.Dir, ".git", "objects")
	dirs := []string{objects}
	for range depth {
		dirs = append(dirs, filepath.Join(g.t.TempDir(), "objects"))
	}
	last := dirs[depth]
	if err := os.Rename(objects, last); err != nil {
		g.t.Fatal(err)
	}
	for i, dir := range dirs[:depth] {
		line, err := write(dirs[i+1])
		if err != nil {
			g.t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, "info"), 0o777); err != nil {
			g.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "info", "alternates"), []byte(line+"\n"), 0o666); err != nil {
			g.t.Fatal(err)
		}
	}
}

// relative returns a path as an alternate of the repository's object directory names it.
func (g *garden) relative(dir string) string {
	rel, err := filepath.Rel(filepath.Join(g.Dir, ".git", "objects"), dir)
	if err != nil {
		g.t.Fatal(err)
	}
	return rel
}

// remove deletes what a pattern names in the object directory.
func (g *garden) remove(pattern string) {
	files, err := filepath.Glob(filepath.Join(g.Dir, ".git", "objects", pattern))
	if err != nil || len(files) == 0 {
		g.t.Fatal("no", pattern, err)
	}
	for _, name := range files {
		if err := os.Remove(name); err != nil {
			g.t.Fatal(err)
		}
	}
}
