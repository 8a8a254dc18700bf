package repo

import (
	"bytes"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Reflogs returns every entry of every reflog, the latest of each first, with git's names for them: HEAD@{0}, main@{2},
// stash@{1}.
func (r *Repository) Reflogs() []Ref {
	var out []Ref
	seen := map[string]bool{}
	roots := []struct{ prefix, dir string }{{"", r.GitDir}, {"main-worktree/", r.Common}}
	for _, name := range subdirs(filepath.Join(r.Common, "worktrees")) {
		roots = append(roots, struct{ prefix, dir string }{"worktrees/" + name + "/", filepath.Join(r.Common, "worktrees", name)})
	}
	for _, root := range roots {
		logs := filepath.Join(root.dir, "logs")
		_ = filepath.WalkDir(logs, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			rel, _ := filepath.Rel(logs, path)
			if name := reflogName(root.prefix, filepath.ToSlash(rel)); !seen[path] {
				seen[path] = true
				out = append(out, readReflog(name, path)...)
			}
			return nil
		})
	}
	return out
}

// reflogName is the name of a reflog. Reflogs of refs are shared; the others belong to one worktree.
func reflogName(worktree, ref string) string {
	if strings.HasPrefix(ref, "refs/") {
		return shortName(ref)
	}
	return worktree + ref
}

// shortName is the name that git writes before @{n}.
func shortName(ref string) string {
	for _, prefix := range []string{"refs/heads/", "refs/remotes/"} {
		if short, ok := strings.CutPrefix(ref, prefix); ok {
			return short
		}
	}
	if ref == "refs/stash" {
		return "stash"
	}
	return ref
}

func readReflog(name, path string) []Ref {
	var out []Ref
	_ = fileio.Lines(path, func(line []byte) {
		fields := bytes.SplitN(line, []byte{' '}, 3) // old ID, new ID, who and why
		if len(fields) < 3 {
			return
		}
		if id, ok := object.ParseID(string(fields[1])); ok {
			out = append(out, Ref{Target: id})
		}
	})
	slices.Reverse(out)
	for i := range out {
		out[i].Name = fmt.Sprintf("%s@{%d}", name, i)
	}
	return out
}
