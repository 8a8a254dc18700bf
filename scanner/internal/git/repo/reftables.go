package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/reftable"
)

// refTables keeps refs and reflogs in reftables: one stack for the refs that worktrees share and those of the main one,
// and one for each linked worktree. The file HEAD is a placeholder there.
type refTables struct{ *Repository }

func (s refTables) refs(c *refCollector) {
	for _, root := range s.roots() {
		for _, ref := range reftable.Refs(tables(root.dir), s.format, s.reporter(root, c.report)) {
			switch {
			case ref.Symbolic != "": // the ref that it points to is in the list
			case shared(ref.Name):
				c.add(ref.Name, ref.Target)
			case ref.Name == "HEAD", strings.HasPrefix(ref.Name, "refs/"): // as in files, ORIG_HEAD and the like keep nothing
				c.add(root.prefix+ref.Name, ref.Target)
			}
		}
	}
}

func (s refTables) reflogs() ([]Ref, []odb.Unreadable) {
	var out []Ref
	var c refCollector
	seen := map[string]bool{}
	for _, root := range s.roots() {
		if seen[root.dir] {
			continue
		}
		seen[root.dir] = true
		for _, e := range reftable.Logs(tables(root.dir), s.format, s.reporter(root, c.report)) {
			if !e.Target.IsZero() {
				name := fmt.Sprintf("%s@{%d}", reflogName(root.prefix, e.Ref), e.Number)
				out = append(out, Ref{Name: name, Target: e.Target, Stash: e.Ref == stash})
			}
		}
	}
	return out, c.unreadable
}

// ref looks in the stack that a name belongs to. What git fetch and git merge leave behind is in files.
func (s refTables) ref(name string) (id object.ID, symbolic string, ok bool) {
	dir := s.GitDir
	rest, main := strings.CutPrefix(name, "main-worktree/")
	worktree, own, linked := strings.Cut(strings.TrimPrefix(name, "worktrees/"), "/")
	switch {
	case name == "FETCH_HEAD", name == "MERGE_HEAD":
		id, symbolic, err := readRef(filepath.Join(dir, name), s.format)
		return id, symbolic, err == nil
	case main:
		dir, name = s.Common, rest
	case linked && strings.HasPrefix(name, "worktrees/"):
		dir, name = filepath.Join(s.Common, "worktrees", worktree), own
	case shared(name):
		dir = s.Common
	}
	ref, ok := reftable.Find(tables(dir), name, s.format)
	return ref.Target, ref.Symbolic, ok
}

// reporter passes on what cannot be read, but not that a linked worktree has no tables: it has been removed by hand.
func (s refTables) reporter(at root, report reftable.Report) reftable.Report {
	return func(path string, err error) {
		removed := filepath.Base(path) == "tables.list" && errors.Is(err, fs.ErrNotExist)
		if !removed || at.dir == s.Common {
			report(path, err)
		}
	}
}

func tables(dir string) string { return filepath.Join(dir, "reftable") }
