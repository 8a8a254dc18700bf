package history

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"

	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/storage"
)

// repository is what a history is read from: a repository on disk, or any repository of go-git.
type repository interface {
	objects() odb.Reader
	Refs() ([]repo.Ref, []odb.Unreadable)
	Reflogs() ([]repo.Ref, []odb.Unreadable)
	Shallow() []object.ID
	Partial() bool
	Commit(id object.ID) (object.CommitInfo, error)
	// staged returns the indexes.
	staged() []*index.Index
}

// onDisk is a repository on disk.
type onDisk struct{ *repo.Repository }

func (r onDisk) objects() odb.Reader { return r.Objects }

// staged reads the repository's index and those of linked worktrees. An index that cannot be read is reported by the
// source of staged content or of the working tree.
func (r onDisk) staged() []*index.Index {
	var out []*index.Index
	files, _ := filepath.Glob(filepath.Join(r.Common, "worktrees", "*", "index"))
	for _, file := range append(files, filepath.Join(r.Common, "index")) {
		if x, err := index.Read(file, filepath.Dir(file), r.Format()); err == nil {
			out = append(out, x)
		}
	}
	return out
}

// reading is a repository of which only some objects are read.
type reading struct {
	repository
	reader odb.Reader
}

func (r reading) objects() odb.Reader { return r.reader }

// headed is a repository in which nothing but some commits is a ref.
type headed struct {
	repository
	heads []object.ID
}

// Refs implements repository. The names are not shown anywhere.
func (r headed) Refs() ([]repo.Ref, []odb.Unreadable) {
	refs := make([]repo.Ref, len(r.heads))
	for i, id := range r.heads {
		refs[i] = repo.Ref{Name: id.String(), Target: id}
	}
	return refs, nil
}

// Reflogs implements repository.
func (headed) Reflogs() ([]repo.Ref, []odb.Unreadable) { return nil, nil }

func (headed) staged() []*index.Index { return nil }

// GoGit returns the history of a repository of go-git: one in memory, or in a storage of the caller's. A storage
// of akguard's own is read in bulk. Others are read through go-git's iterators, which takes longer and finds the same.
//
// Limits: go-git knows no SHA-256 repositories, which are refused, and no reflogs, so what only a reflog reaches counts as
// unreachable.
func GoGit(r *git.Repository) (*Source, error) {
	reader, err := storage.Reader(r.Storer, odb.Limits{})
	if err != nil {
		return nil, fmt.Errorf("reading a history: %w", err)
	}
	return &Source{repo: goGit{r, reader}}, nil
}

// goGit is a repository of go-git.
type goGit struct {
	*git.Repository
	reader odb.Reader
}

func (r goGit) objects() odb.Reader { return r.reader }

// Refs implements repository.
func (r goGit) Refs() ([]repo.Ref, []odb.Unreadable) {
	iter, err := r.Storer.IterReferences()
	if err != nil {
		return nil, []odb.Unreadable{{What: "refs", Err: err}}
	}
	var refs []repo.Ref
	err = iter.ForEach(func(ref *plumbing.Reference) error {
		if ref.Type() == plumbing.HashReference {
			refs = append(refs, repo.Ref{Name: ref.Name().String(), Target: storage.ID(ref.Hash())})
		}
		return nil
	})
	if err != nil {
		return refs, []odb.Unreadable{{What: "refs", Err: err}}
	}
	return refs, nil
}

// Reflogs implements repository.
func (goGit) Reflogs() ([]repo.Ref, []odb.Unreadable) { return nil, nil }

// Shallow implements repository.
func (r goGit) Shallow() []object.ID {
	list, _ := r.Storer.Shallow() // without the list, the missing parents are reported one by one
	var out []object.ID
	for _, h := range list {
		out = append(out, storage.ID(h))
	}
	return out
}

// Partial implements repository.
func (goGit) Partial() bool { return false }

// Commit implements repository.
func (r goGit) Commit(id object.ID) (object.CommitInfo, error) {
	o, err := r.reader.Read(id)
	if err != nil {
		return object.CommitInfo{}, err
	}
	if o.Type != object.Commit {
		return object.CommitInfo{}, errors.New("not a commit")
	}
	return object.ParseCommit(object.SHA1, o.Content)
}

func (r goGit) staged() []*index.Index {
	x, err := r.Storer.Index()
	if err != nil {
		return nil
	}
	var out index.Index
	for _, e := range x.Entries {
		out.Entries = append(out.Entries, index.Entry{Path: e.Name, ID: storage.ID(e.Hash), Mode: uint32(e.Mode)})
	}
	return []*index.Index{&out}
}
