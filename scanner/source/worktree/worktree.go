// Package worktree is the source of a git working tree as it is on disk: the files that git tracks, and untracked files
// that it does not ignore. Submodules and other nested repositories are walked by their own rules. The content of a
// symbolic link is its text, as in git.
//
// Limits: files in a tracked state that were deleted from disk are not scanned here; the history has them.
package worktree

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/ignore"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/source/files"
)

// Options says which working tree is scanned. Repo is required, and has one.
type Options struct {
	Repo           *repo.Repository
	IncludeIgnored bool // files that git ignores too
}

// New returns the source of a working tree. The error is that its index cannot be read.
func New(opts Options) (scanner.Source, error) {
	root, err := newTree(opts.Repo, opts.IncludeIgnored)
	if err != nil {
		return nil, reason.NewError("git.reading-worktree", err)
	}
	return files.New(files.Options{
		Root: opts.Repo.Worktree, Source: finding.SourceWorktree, Filter: root.folder("", opts.Repo.Ignore()), LinkText: true,
	}), nil
}

// tree is what git tracks in one working tree.
type tree struct {
	root    string
	all     bool            // ignored files too
	tracked map[string]bool // files and submodules, by path
	folders map[string]bool // folders with tracked files
}

// maxPath is longer than any path of a system, so a longer one needs no entries for its folders: a path of 200,000 folders
// would take as many steps as its length squared.
const maxPath = 4096

func newTree(repo *repo.Repository, all bool) (*tree, error) {
	t := &tree{root: repo.Worktree, all: all, tracked: map[string]bool{}, folders: map[string]bool{}}
	tracked, err := index.Read(repo.IndexPath(), repo.GitDir)
	if err != nil {
		return nil, err
	}
	for _, e := range tracked.Entries {
		t.tracked[e.Path] = true
		if len(e.Path) > maxPath {
			continue
		}
		for dir := path.Dir(e.Path); dir != "." && !t.folders[dir]; dir = path.Dir(dir) {
			t.folders[dir] = true
		}
	}
	return t, nil
}

// folder returns the filter of a folder of the tree, given the ignore rules that apply outside it.
func (t *tree) folder(rel string, outside ignore.Rules) *folder {
	f := &folder{tree: t, rel: rel}
	if rel != "" {
		f.elements = strings.Split(rel, "/")
	}
	f.ignore = outside.With(filepath.Join(t.root, filepath.FromSlash(rel), ".gitignore"), f.elements)
	return f
}

// folder is the filter of one folder.
type folder struct {
	tree     *tree
	rel      string
	elements []string
	ignore   ignore.Rules
	ignored  bool // git ignores the folder: only tracked files in it are scanned
}

// Folder implements files.Filter.
func (f *folder) Folder(name string) (files.Filter, bool) {
	if name == ".git" {
		return nil, false
	}
	rel := path.Join(f.rel, name)
	ignored := f.isIgnored(name, true)
	if ignored && !f.tree.folders[rel] && !f.tree.tracked[rel] {
		return nil, false
	}
	if nested, ok := f.nested(rel); ok {
		return nested, true
	}
	sub := f.tree.folder(rel, f.ignore)
	sub.ignored = ignored
	return sub, true
}

// nested returns the filter of a nested repository: a submodule, a linked worktree, or a clone. One that cannot be opened
// is walked as an ordinary folder.
func (f *folder) nested(rel string) (files.Filter, bool) {
	dir := filepath.Join(f.tree.root, filepath.FromSlash(rel))
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err != nil {
		return nil, false
	}
	repo, err := repo.OpenWorktree(dir)
	if err != nil || repo.Worktree == "" {
		return nil, false
	}
	inside, err := newTree(repo, f.tree.all)
	if err != nil {
		return nil, false
	}
	return inside.folder("", repo.Ignore()), true
}

// File implements files.Filter.
func (f *folder) File(name string) bool {
	return f.tree.tracked[path.Join(f.rel, name)] || name != ".git" && !f.isIgnored(name, false)
}

func (f *folder) isIgnored(name string, isDir bool) bool {
	return !f.tree.all && (f.ignored || f.ignore.Match(append(f.elements[:len(f.elements):len(f.elements)], name), isDir))
}
