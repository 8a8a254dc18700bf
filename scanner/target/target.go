// Package target turns what a user names (a repository, a folder, a file, standard input) into the sources to
// scan. It decides what kind of thing a path is; what is read of it, and how, is the sources' business.
package target

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/seen"
	"github.com/akguard/akguard/scanner/source/archive"
	"github.com/akguard/akguard/scanner/source/commits"
	"github.com/akguard/akguard/scanner/source/files"
	"github.com/akguard/akguard/scanner/source/history"
	"github.com/akguard/akguard/scanner/source/staged"
	"github.com/akguard/akguard/scanner/source/worktree"
)

// Options says what to scan.
type Options struct {
	Path  string    // "" is the repository around the current folder, or the folder itself; "-" is Stdin
	Stdin io.Reader // read for "-"

	Staged bool   // only what the next commit adds
	Index  string // with Staged: another index file than the repository's own
	Range  string // only what the commits BASE..HEAD add

	Cache string   // folder that remembers which objects have been seen, for the next scan; "" remembers nothing
	Rules seen.Key // a hash of what they are scanned for: under another one, nothing has been seen

	MaxArchiveDepth int // how many archives may lie in one another and are opened; 0 opens none

	MaxMemory int64 // budget for objects of a repository, bytes; default 512 MiB

	NoHistory      bool
	NoWorktree     bool
	NoUnreachable  bool
	IncludeIgnored bool
}

// Target is what will be scanned. Close it after the scan.
type Target struct {
	Sources []scanner.Source
	Note    string // what a user may have expected and is not scanned; "" mostly

	repo    *repo.Repository
	history *history.Source
}

// Reused returns how many objects of a repository the scan did not read, because an earlier one had seen them.
func (t *Target) Reused() int {
	if t.history == nil {
		return 0
	}
	return t.history.Reused()
}

// Unsaved says why the next scan will read everything again; nil if it will not, or if nothing is remembered.
func (t *Target) Unsaved() error {
	if t.history == nil {
		return nil
	}
	return t.history.Unsaved()
}

// Error says that a target cannot be scanned as it was named, and what to do.
type Error struct {
	Err  error
	Hint string
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

func fail(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Hint: hint}
}

// Open finds out what Options name. An error is an *Error.
func Open(opts Options) (*Target, error) {
	t, err := open(opts)
	if err != nil || opts.MaxArchiveDepth == 0 {
		return t, err
	}
	for i, source := range t.Sources {
		t.Sources[i] = archive.In(source, archive.Options{MaxDepth: opts.MaxArchiveDepth})
	}
	return t, nil
}

func open(opts Options) (*Target, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	if opts.Path == "-" {
		return &Target{Sources: []scanner.Source{files.NewReader(opts.Stdin)}}, nil
	}
	path, err := opts.find()
	if err != nil {
		return nil, err
	}
	if repo.Is(path) {
		return openRepo(path, opts)
	}
	return openPlain(path, opts)
}

// Close closes the files that the target holds.
func (t *Target) Close() error {
	if t.repo == nil {
		return nil
	}
	return t.repo.Close()
}

func (o Options) check() error {
	switch {
	case o.MaxArchiveDepth < 0:
		return fail("0 opens no archives", "--max-archive-depth %d is less than none", o.MaxArchiveDepth)
	case o.Staged && o.Range != "":
		return fail("leave one of them out", "--staged and --range exclude each other")
	case o.Path == "-" && (o.Staged || o.Range != ""):
		return fail("name a repository, or nothing for the one around this folder", "standard input has no commits")
	case o.NoHistory && o.NoWorktree:
		return fail("leave one of them out", "with --no-history and --no-worktree nothing is left to scan")
	case (o.Path == "-" || o.Staged || o.Range != "") && o.selects():
		return fail("leave them out", "--no-history, --no-worktree, --no-unreachable and --include-ignored are for whole repositories")
	case o.Cache != "" && (o.Path == "-" || o.Staged || o.Range != "" || o.NoHistory):
		return fail("leave it out", "--cache is for the history of a repository")
	}
	return nil
}

// selects reports whether a part of a repository is left out or added.
func (o Options) selects() bool {
	return o.NoHistory || o.NoWorktree || o.NoUnreachable || o.IncludeIgnored
}

// find returns the path to scan. Without one, and for ranges and staged content, the repository around is meant.
func (o Options) find() (string, error) {
	path := o.Path
	if path == "" {
		path = "."
	}
	if _, err := os.Stat(path); err != nil {
		return "", fail("name a git repository, a folder, a file, or - for standard input",
			"%s: %w", path, pathCause(err))
	}
	if o.Path != "" && !o.Staged && o.Range == "" {
		return path, nil
	}
	root, err := repo.Discover(path)
	switch {
	case err == nil:
		return root, nil
	case !errors.Is(err, repo.ErrNotRepository):
		return "", fail("change to a folder that exists", "finding the current folder: %w", pathCause(err))
	case o.Staged || o.Range != "":
		return "", fail("run it inside a repository, or name one", "%w", err)
	}
	return path, nil
}

func pathCause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// openPlain opens what is not a repository: a folder or a file.
func openPlain(path string, opts Options) (*Target, error) {
	if _, err := os.Lstat(filepath.Join(path, ".git")); err == nil {
		return nil, fail("repair it (git fsck), or scan a copy of its files without .git", "%s: its .git is not a repository that can be read", path)
	}
	if opts.selects() || opts.Cache != "" {
		return nil, fail("leave out the options about history and ignored files", "%w", reason.NewError("git.no-repository-at", path, repo.ErrNotRepository))
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fail("", "%s: %w", path, pathCause(err))
	}
	if !info.IsDir() {
		return &Target{Sources: []scanner.Source{files.NewFile(path)}}, nil
	}
	t := &Target{Sources: []scanner.Source{files.New(files.Options{Root: path})}}
	if root, err := repo.Discover(path); err == nil {
		t.Note = fmt.Sprintf("%s is a folder inside a repository: only its files are scanned; for the history: akguard scan %s", path, root)
	}
	return t, nil
}

func openRepo(path string, opts Options) (*Target, error) {
	opened, err := repo.Open(path, repo.Options{Limits: opts.limits(), ObjectDirs: repo.ObjectDirsFromEnv()})
	if err != nil {
		return nil, fail("akguard reads repositories with SHA-1 object names and plain ref files", "%w", err)
	}
	t := &Target{repo: opened}
	switch {
	case opts.Staged && opened.Worktree == "":
		err = fail("name the repository with the working tree", "%s is bare: nothing is staged in it", path)
	case opts.Staged:
		t.Sources = []scanner.Source{staged.New(staged.Options{Repo: opened, Index: opts.Index})}
	case opts.Range != "":
		err = t.addRange(opts.Range)
	default:
		err = t.addAll(opts)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (o Options) limits() odb.Limits {
	if o.MaxMemory == 0 {
		return odb.Limits{}
	}
	return odb.LimitsFor(o.MaxMemory)
}

// addAll adds the history and the working tree.
func (t *Target) addAll(opts Options) error {
	if !opts.NoHistory {
		if err := t.addHistory(opts); err != nil {
			return err
		}
	}
	if opts.NoWorktree || t.repo.Worktree == "" {
		if len(t.Sources) == 0 {
			return fail("leave out --no-history", "a bare repository has nothing but its history")
		}
		return nil
	}
	tree, err := worktree.New(worktree.Options{Repo: t.repo, IncludeIgnored: opts.IncludeIgnored})
	if err != nil {
		return fail("repair the index, or scan with --no-worktree", "%w", err)
	}
	t.Sources = append(t.Sources, tree)
	if _, err := os.Lstat(filepath.Join(t.repo.Worktree, ".gitmodules")); err == nil && !opts.NoHistory {
		t.Note = "the files of submodules are scanned, and their histories are not: scan each submodule's folder for its own"
	}
	return nil
}

func (t *Target) addHistory(opts Options) error {
	o := history.Options{Repo: t.repo, NoUnreachable: opts.NoUnreachable}
	if opts.Cache != "" {
		var err error
		if o.Seen, err = seen.Open(opts.Cache, filepath.Join(t.repo.Common, "objects"), opts.Rules); err != nil {
			return fail("name another folder, or leave out --cache", "--cache: %w", err)
		}
	}
	t.history = history.New(o)
	t.Sources = append(t.Sources, t.history)
	return nil
}

// addRange adds the commits of a range.
func (t *Target) addRange(spec string) error {
	r, err := t.repo.ResolveRange(spec)
	switch {
	case errors.Is(err, repo.ErrRangeSyntax):
		return fail("write it as BASE..HEAD, such as origin/main..HEAD", "--range %s is not a range", spec)
	case err != nil:
		return fail("fetch it first; in a shallow clone: git fetch --unshallow", "%w", reason.NewError("git.range", spec, err))
	}
	t.Sources = []scanner.Source{commits.New(commits.Options{Repo: t.repo, Range: r})}
	return nil
}

// IndexFromEnv returns the index that git named for a hook, relative paths made absolute: for a partial commit it
// is not the repository's own.
func IndexFromEnv() string {
	name := os.Getenv("GIT_INDEX_FILE")
	if name == "" {
		return ""
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	return abs
}
