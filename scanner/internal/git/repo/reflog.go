package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// stash is the ref of the latest stash. The others are entries of its reflog.
const stash = "refs/stash"

func (s refFiles) reflogs() ([]Ref, []odb.Unreadable) {
	var out []Ref
	var c refCollector
	seen := map[string]bool{}
	for _, root := range s.roots() {
		logs := filepath.Join(root.dir, "logs")
		_ = filepath.WalkDir(logs, func(path string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(logs, path)
			switch {
			case err != nil && !errors.Is(err, fs.ErrNotExist):
				c.report(path, fileio.WithoutPath(err))
			case err == nil && d.Type().IsRegular() && !seen[path]:
				seen[path] = true
				ref := filepath.ToSlash(rel)
				entries, err := readReflog(reflogName(root.prefix, ref), path, s.format)
				if err != nil {
					c.report(path, fileio.WithoutPath(err))
				}
				for i := range entries {
					entries[i].Stash = ref == stash
				}
				out = append(out, entries...)
			case err == nil && !d.IsDir() && !d.Type().IsRegular():
				c.report(path, errNoFile)
			}
			return nil
		})
	}
	return out, c.unreadable
}

// reflogName is the name of a reflog, which belongs to one worktree unless its ref is shared.
func reflogName(worktree, ref string) string {
	if shared(ref) {
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
	if ref == stash {
		return "stash"
	}
	return ref
}

// readReflog returns the entries that could be read, also with an error.
func readReflog(name, path string, f object.Format) ([]Ref, error) {
	var out []Ref
	err := fileio.Lines(path, func(line []byte) {
		fields := bytes.SplitN(line, []byte{' '}, 3) // old ID, new ID, who and why
		if len(fields) < 3 {
			return
		}
		if id, ok := f.ParseID(string(fields[1])); ok {
			out = append(out, Ref{Target: id})
		}
	})
	slices.Reverse(out)
	for i := range out {
		out[i].Name = fmt.Sprintf("%s@{%d}", name, i)
	}
	return out, err
}
