package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
)

// tally counts repositories by how they came out.
type tally struct {
	checked, same, incomplete, refused int
	failed                             []string
}

// checkAll checks every repository below root.
func checkAll(ctx context.Context, git, root string) error {
	repositories, err := findRepositories(root)
	if err != nil {
		return err
	}
	cache, err := os.MkdirTemp("", "gitsuite-cache-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(cache)
	var t tally
	for _, dir := range repositories {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t.check(ctx, git, dir, cache)
	}
	for _, f := range t.failed {
		fmt.Println("FAIL", f)
	}
	fmt.Printf("%d repositories: %d read as git lists them, %d incomplete and said so, %d refused with a reason, %d failed\n",
		t.checked, t.same, t.incomplete, t.refused, len(t.failed))
	if len(t.failed) > 0 {
		return errors.New("akguard and git differ")
	}
	return nil
}

// findRepositories returns the git folders below root.
func findRepositories(root string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // the suite makes folders that cannot be read
		}
		_, headErr := os.Lstat(filepath.Join(path, "HEAD"))
		_, objectsErr := os.Stat(filepath.Join(path, "objects"))
		if headErr == nil && objectsErr == nil {
			out = append(out, path)
			return fs.SkipDir
		}
		return nil
	})
	return out, err
}

// check scans one repository twice, the second time with the record of the first, and compares with git.
func (t *tally) check(ctx context.Context, git, dir, cache string) {
	t.checked++
	fail := func(format string, args ...any) {
		t.failed = append(t.failed, dir+": "+fmt.Sprintf(format, args...))
	}
	first, err := scan(ctx, dir, cache)
	if err != nil {
		t.refused++
		return
	}
	want, gitErr := listed(ctx, git, dir)
	missing := difference(want, first.objects)
	switch extra := difference(first.objects, want); {
	case gitErr != nil && len(first.skips) == 0 && len(first.objects) == 0:
		fail("git fails (%v), and akguard calls it complete", gitErr)
		return
	case gitErr == nil && len(missing) > 0 && len(first.skips) == 0:
		fail("%d objects not read and nothing skipped, such as %s", len(missing), missing[0])
		return
	case gitErr == nil && len(extra) > 0:
		fail("%d objects that git does not list, such as %s", len(extra), extra[0])
		return
	}
	second, err := scan(ctx, dir, cache)
	if err != nil {
		fail("the second scan fails: %v", err)
		return
	}
	if len(first.skips) > 0 != (len(second.skips) > 0) {
		fail("the first scan skips %d, the second %d", len(first.skips), len(second.skips))
		return
	}
	if len(first.skips) > 0 {
		t.incomplete++
		return
	}
	t.same++
}

// recorder is a sink that lists what it is given.
type recorder struct {
	mu      sync.Mutex
	objects map[string]bool
	skips   []finding.Skip
}

// Blob implements scanner.Sink.
func (r *recorder) Blob(_ context.Context, b scanner.Blob) error {
	if b.Stream != nil {
		if _, err := io.Copy(io.Discard, b.Stream); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := b.Blob
	if id == "" {
		id = b.Commit
	}
	r.objects[id] = true
	return nil
}

// Skip implements scanner.Sink.
func (r *recorder) Skip(s finding.Skip) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skips = append(r.skips, s)
}

// Commit implements scanner.Sink.
func (r *recorder) Commit() {}

// scan reads the history of a repository.
func scan(ctx context.Context, dir, cache string) (r *recorder, err error) {
	defer func() {
		if p := recover(); p != nil {
			panic(fmt.Sprintf("%s: %v", dir, p)) // a crash ends the run, with the repository's name
		}
	}()
	in, err := input.Repository(dir, input.RepositoryOptions{NoWorktree: true, Cache: cache, Rules: sha256.Sum256(nil)})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r = &recorder{objects: map[string]bool{}}
	for _, source := range in.Sources {
		if err := source.Scan(ctx, r); err != nil {
			return nil, err
		}
		if l, ok := source.(scanner.Locator); ok {
			if _, err := l.Locate(ctx, nil, r); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// listed returns the commits, tags and blobs that git lists.
func listed(ctx context.Context, git, dir string) (map[string]bool, error) {
	cmd := exec.CommandContext(ctx, git, "--git-dir="+dir, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objecttype)")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, firstLine(problem.String()))
	}
	objects := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		id, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
		if kind == "commit" || kind == "tag" || kind == "blob" {
			objects[id] = true
		}
	}
	return objects, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// difference returns what is in a and not in b, sorted.
func difference(a, b map[string]bool) []string {
	out := slices.Sorted(maps.Keys(a))
	return slices.DeleteFunc(out, func(id string) bool { return b[id] })
}
