package input

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/seen"
	"github.com/akguard/akguard/scanner/source/commits"
	"github.com/akguard/akguard/scanner/source/history"
	"github.com/akguard/akguard/scanner/source/staged"
	"github.com/akguard/akguard/scanner/source/worktree"
	"github.com/akguard/akguard/verifier/osfile"
)

// RepositoryOptions say which parts of a repository are scanned.
type RepositoryOptions struct {
	Options
	NoHistory      bool
	NoWorktree     bool
	NoUnreachable  bool
	IncludeIgnored bool

	Cache string   // folder that remembers which objects were read, for the next scan; "" remembers nothing
	Rules seen.Key // a hash of what the objects are scanned for; another hash remembers nothing
}

// selects reports whether some option differs from the default.
func (o RepositoryOptions) selects() bool {
	return o.NoHistory || o.NoWorktree || o.NoUnreachable || o.IncludeIgnored || o.Cache != ""
}

// Repository is the history and the working tree of a repository.
func Repository(path string, o RepositoryOptions) (*Input, error) {
	return inRepository(path, o.Options, func(r *repo.Repository) (*Input, error) {
		var sources []scanner.Source
		past, err := o.history(r)
		if err != nil {
			return nil, err
		}
		if past != nil {
			sources = append(sources, past)
		}
		if !o.NoWorktree && r.Worktree != "" {
			tree, err := worktree.New(worktree.Options{Repo: r, IncludeIgnored: o.IncludeIgnored})
			if err != nil {
				return nil, failed("input.damaged-index", err)
			}
			sources = append(sources, tree)
		}
		if len(sources) == 0 {
			return nil, failed("input.nothing-but-history")
		}
		in := o.of(sources...)
		in.history, in.Note = past, o.note(r)
		return in, nil
	})
}

// history returns the history of a repository; nil if it is left out.
func (o RepositoryOptions) history(r *repo.Repository) (*history.Source, error) {
	if o.NoHistory {
		return nil, nil
	}
	opts := history.Options{Repo: r, NoUnreachable: o.NoUnreachable}
	if o.Cache != "" {
		var err error
		if opts.Seen, err = seen.Open(o.Cache, filepath.Join(r.Common, "objects"), r.Format(), o.cacheKey()); err != nil {
			return nil, failed("input.cache", err)
		}
	}
	return history.New(opts), nil
}

// cacheKey is a hash of everything that decides what an object is scanned for. An archive that is not opened contains
// nothing that a rule could match, so how deep they are opened is part of it, and so is the memory, which decides which
// objects are too large.
func (o RepositoryOptions) cacheKey() seen.Key {
	return sha256.Sum256(fmt.Appendf(nil, "%x archives %d memory %d", o.Rules, o.MaxArchiveDepth, o.MaxMemory))
}

// note says that the histories of submodules are not scanned, if there are any.
func (o RepositoryOptions) note(r *repo.Repository) reason.Reason {
	if o.NoHistory || o.NoWorktree || r.Worktree == "" {
		return reason.Reason{}
	}
	if _, err := os.Lstat(filepath.Join(r.Worktree, ".gitmodules")); err != nil {
		return reason.Reason{}
	}
	return reason.New("input.submodules")
}

// Staged is what the next commit of the repository around a path adds. Index is another index file than the
// repository's own; "" is its own.
func Staged(path, index string, o Options) (*Input, error) {
	root, err := around(path)
	if err != nil {
		return nil, err
	}
	return inRepository(root, o, func(r *repo.Repository) (*Input, error) {
		if r.Worktree == "" {
			return nil, failed("input.staged-bare", root)
		}
		return o.of(staged.New(staged.Options{Repo: r, Index: index})), nil
	})
}

// Range is what the commits of a range of the repository around a path add.
func Range(path, spec string, o Options) (*Input, error) {
	root, err := around(path)
	if err != nil {
		return nil, err
	}
	return inRepository(root, o, func(r *repo.Repository) (*Input, error) {
		resolved, err := r.ResolveRange(spec)
		switch {
		case errors.Is(err, repo.ErrRangeSyntax):
			return nil, failed("input.range-syntax", spec)
		case errors.Is(err, repo.ErrEmptyRange):
			return nil, failed("input.range-empty", spec)
		case err != nil && len(r.Shallow()) > 0:
			return nil, failed("input.range-shallow", spec, err)
		case err != nil:
			return nil, failed("input.range", spec, err)
		}
		return o.of(commits.New(commits.Options{Repo: r, Range: resolved})), nil
	})
}

// around returns the root of the repository around a path; "" is the current folder.
func around(path string) (string, error) {
	if path == "" {
		path = "."
	}
	if err := exists(path); err != nil {
		return "", err
	}
	root, err := repo.Discover(path)
	switch {
	case errors.Is(err, repo.ErrNotRepository):
		return "", failed("input.no-repository", err)
	case err != nil:
		return "", failed("input.no-current-folder", osfile.WithoutPath(err))
	}
	return root, nil
}

// inRepository opens a repository and makes an input of it, which closes it.
func inRepository(path string, o Options, open func(*repo.Repository) (*Input, error)) (*Input, error) {
	r, err := repo.Open(path, repo.Options{Limits: o.limits(), ObjectDirs: repo.ObjectDirsFromEnv()})
	if err != nil {
		return nil, failed("input.unreadable-repository", err)
	}
	in, err := open(r)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	in.repo, in.root = r, r.Worktree
	return in, nil
}

func (o Options) limits() odb.Limits {
	if o.MaxMemory == 0 {
		return odb.Limits{}
	}
	return odb.LimitsFor(o.MaxMemory)
}

// IndexFromEnv returns the index that git names for a hook, as an absolute path. For a partial commit it is not the
// repository's own.
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
