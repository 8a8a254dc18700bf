package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
)

// Own reads a file in the top folder of what is scanned: as it is on disk or, without a working tree, in the commit of HEAD.
// A repository on a server has it after the scan of its source. The error is fs.ErrNotExist if there is no such file. A file
// of more than limit bytes is an error too.
func (i *Input) Own(name string, limit int64) ([]byte, error) {
	switch r := i.repository(); {
	case i.folder != "":
		return fileio.ReadSmall(filepath.Join(i.folder, name), limit)
	case r == nil:
		return nil, fs.ErrNotExist
	case r.Worktree != "":
		return fileio.ReadSmall(filepath.Join(r.Worktree, name), limit)
	}
	return i.OwnAt("HEAD", name, limit)
}

// Top returns the top folder of what a path names: the working tree of a repository, or the folder itself. An empty path is
// the current folder.
func Top(path string) string {
	if path == "" {
		path = "."
	}
	if root, err := repo.Discover(path); err == nil {
		return root
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

// OwnAt reads a file in the top folder of a commit. The error is fs.ErrNotExist if the commit does not have it.
func (i *Input) OwnAt(revision, name string, limit int64) ([]byte, error) {
	r := i.repository()
	if r == nil {
		return nil, fs.ErrNotExist
	}
	id, err := r.Resolve(revision)
	if err != nil {
		return nil, errors.Join(fs.ErrNotExist, err)
	}
	commit, err := r.Commit(id)
	if err != nil {
		return nil, err
	}
	top, err := treediff.NewFolder(r.Objects, commit.Tree)
	if err != nil {
		return nil, err
	}
	entry, ok := top.Entry(name)
	if !ok || !entry.IsBlob() {
		return nil, fs.ErrNotExist
	}
	o, err := r.Objects.Read(entry.ID)
	if err != nil {
		return nil, err
	}
	if int64(len(o.Content)) > limit {
		return nil, fileio.TooLarge(name, limit)
	}
	return o.Content, nil
}

// repository returns the repository that is scanned. It is nil for a folder or a file, and before a repository is fetched.
func (i *Input) repository() *repo.Repository {
	if i.remote != nil {
		return i.remote.Repository()
	}
	return i.repo
}
