// Package worktree is the source of a git working tree as it is on disk: the files that git tracks, and untracked files
// that it does not ignore. Submodules and other nested repositories are walked by their own rules. The content of a
// symbolic link is its text, as in git.
//
// Limits: files in a tracked state that were deleted from disk are not scanned here; the history has them.
package worktree

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/ignore"
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
		Root: opts.Repo.Worktree, Source: finding.SourceWorktree, Filter: root.folder(&tracked{tree: root}, opts.Repo.Ignore()), LinkText: true,
	}), nil
}

// folder returns the filter of a folder of the tree, given the ignore rules that apply outside it.
func (t *tree) folder(in *tracked, outside ignore.Rules) *folder {
	f := &folder{tree: t, tracked: in, rel: in.rel}
	if f.rel != "" {
		f.elements = strings.Split(f.rel, "/")
	}
	f.ignore = outside.With(filepath.Join(t.root, filepath.FromSlash(f.rel), ".gitignore"), f.elements)
	return f
}

// folder is the filter of one folder.
type folder struct {
	tree     *tree
	tracked  *tracked
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
	ignored := f.isIgnored(name, true)
	if ignored && !f.tracked.hasFolder(name) {
		return nil, false
	}
	in := f.tracked.folder(name)
	if nested, ok := f.nested(in); ok {
		return nested, true
	}
	sub := f.tree.folder(in, f.ignore)
	sub.ignored = ignored
	return sub, true
}

// nested returns the filter of a nested repository: a submodule, a linked worktree, or a clone. One that cannot be opened
// is walked as an ordinary folder. Files in it that the repository outside tracks are scanned whatever the nested one ignores.
func (f *folder) nested(in *tracked) (files.Filter, bool) {
	dir := filepath.Join(f.tree.root, filepath.FromSlash(in.rel))
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
	return inside.folder(&tracked{tree: inside, outer: in}, repo.Ignore()), true
}

// File implements files.Filter.
func (f *folder) File(name string) bool {
	return f.tracked.hasFile(name) || name != ".git" && !f.isIgnored(name, false)
}

func (f *folder) isIgnored(name string, isDir bool) bool {
	return !f.tree.all && (f.ignored || f.ignore.Match(append(f.elements[:len(f.elements):len(f.elements)], name), isDir))
}
