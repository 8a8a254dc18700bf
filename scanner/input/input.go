// Package input turns what a user names into the sources to scan, with one constructor for each mode. It decides what kind
// of thing a path is; the sources decide what they read of it, and how. It knows no flags.
package input

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/source/archive"
	"github.com/akguard/akguard/scanner/source/files"
	"github.com/akguard/akguard/scanner/source/history"
	"github.com/akguard/akguard/scanner/source/pushed"
	"github.com/akguard/akguard/scanner/source/remote"
	"github.com/akguard/akguard/verifier/osfile"
)

// Input is what will be scanned. Close it after the scan.
type Input struct {
	Sources []scanner.Source
	Note    reason.Reason // what a user may expect but is not scanned; zero if there is nothing

	folder  string   // that is scanned without a repository
	root    string   // the folder that paths are relative to; "" if it is not on the disk
	tree    *os.Root // opened when it is asked for
	web     string   // the address of a repository on a server, for browsers
	repo    *repo.Repository
	history *history.Source
	remote  *remote.Source
	pushed  *pushed.Source
}

// Options are those of every mode.
type Options struct {
	MaxArchiveDepth int   // how deep archives are opened in one another; 0 opens none
	MaxMemory       int64 // budget for the objects of a repository, in bytes; default 512 MiB
}

// Tree returns the files that are scanned as they are on the disk, by their paths in the report; nil if they are not there.
// Links that lead out of the tree do not work.
func (i *Input) Tree() fs.FS {
	if i.tree == nil && i.root != "" {
		i.tree, _ = os.OpenRoot(i.root) // a report does without
	}
	if i.tree == nil {
		return nil
	}
	return i.tree.FS()
}

// Close closes the files that the input holds.
func (i *Input) Close() error {
	if i.tree != nil {
		_ = i.tree.Close()
	}
	switch {
	case i.repo != nil:
		return i.repo.Close()
	case i.remote != nil:
		return i.remote.Close()
	}
	return nil
}

// Abandon removes temporary files while a scan may still hang in a read. The process is expected to end.
func (i *Input) Abandon() {
	if i.remote != nil {
		i.remote.Abandon()
	}
}

// Reused returns how many objects of a repository the scan did not read because an earlier one had.
func (i *Input) Reused() int {
	if i.history == nil {
		return 0
	}
	return i.history.Reused()
}

// Unsaved returns why the next scan will read everything again; nil if it will not, or if nothing is remembered.
func (i *Input) Unsaved() error {
	if i.history == nil {
		return nil
	}
	return i.history.Unsaved()
}

// failed returns an error with a reason, and the hint that has the same code and ".hint". If the last argument is an error,
// it is the cause.
func failed(code string, args ...any) error {
	err := reason.NewError(code, args...)
	err.Hint = reason.New(code+".hint", args...)
	return err
}

// of makes an input of sources, and opens the archives in them.
func (o Options) of(sources ...scanner.Source) *Input {
	if o.MaxArchiveDepth > 0 {
		for i, source := range sources {
			sources[i] = archive.In(source, archive.Options{MaxDepth: o.MaxArchiveDepth})
		}
	}
	return &Input{Sources: sources}
}

// Path is a repository, a folder or a file. An empty path is the repository around the current folder or, outside of one,
// the folder itself. The options of repositories are refused for anything else.
func Path(path string, o RepositoryOptions) (*Input, error) {
	path, err := rooted(path)
	if err != nil {
		return nil, err
	}
	if repo.Is(path) {
		return Repository(path, o)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, failed("input.not-found", path, osfile.WithoutPath(err))
	case o.selects():
		return nil, failed("input.not-a-repository", path, repo.ErrNotRepository)
	case info.IsDir():
		return Folder(path, o.Options)
	}
	return File(path, o.Options)
}

// rooted returns a path that exists, which for an empty one is the root of the repository around.
func rooted(path string) (string, error) {
	if path != "" {
		return path, exists(path)
	}
	root, err := repo.Discover(".")
	switch {
	case err == nil:
		return root, nil
	case errors.Is(err, repo.ErrNotRepository):
		return ".", exists(".")
	}
	return "", failed("input.no-current-folder", osfile.WithoutPath(err))
}

func exists(path string) error {
	if _, err := os.Stat(path); err != nil {
		return failed("input.not-found", path, osfile.WithoutPath(err))
	}
	return nil
}

// Folder is the files of a folder that is not a repository.
func Folder(path string, o Options) (*Input, error) {
	if _, err := os.Lstat(filepath.Join(path, ".git")); err == nil {
		return nil, failed("input.broken-repository", path)
	}
	in := o.of(files.New(files.Options{Root: path}))
	in.folder = path
	in.root = path
	if root, err := repo.Discover(path); err == nil {
		in.Note = reason.New("input.inside-repository", path, root)
	}
	return in, nil
}

// File is one file.
func File(path string, o Options) (*Input, error) {
	in := o.of(files.NewFile(path))
	in.root = "." // the report names the file as the user did
	return in, nil
}

// Stdin is standard input, or any other reader.
func Stdin(r io.Reader, o Options) (*Input, error) {
	if f, ok := r.(*os.File); ok && files.Closed(f) {
		return nil, failed("input.stdin-closed")
	}
	return o.of(files.NewReader(r)), nil
}
