// Package staged is the source of what the next commit will add: the blobs of the index, not the files on disk, that no
// parent of that commit has at the same path.
//
// Limits: the sides of an unresolved conflict are not scanned, because they will not be committed.
package staged

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/source/history"
)

// Options says which index is scanned. Repo is required.
type Options struct {
	Repo  *repo.Repository
	Index string // path of the index; "" means the repository's own. git commit PATH uses a temporary one
}

// Source is the staged content of a repository.
type Source struct{ opts Options }

// New returns the staged content of a repository.
func New(opts Options) *Source { return &Source{opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	return s.each(func(e index.Entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return s.blob(ctx, e, sink)
	}, func(folder index.Entry, err error) {
		sink.Skip(finding.Skip{Path: folder.Path, Reason: reason.Of(err)})
	})
}

// Changed returns the IDs of the blobs that the next commit adds, by path.
func (s *Source) Changed() (map[string]object.ID, error) {
	out := map[string]object.ID{}
	err := s.each(func(e index.Entry) error {
		out[e.Path] = e.ID
		return nil
	}, func(index.Entry, error) {}) // a folder that cannot be read has no known changes
	return out, err
}

// each visits the entries that no parent has. The sides of a conflict are left out: they are not what will be committed.
func (s *Source) each(visit func(index.Entry) error, unreadable func(folder index.Entry, err error)) error {
	parents := s.parents()
	staged, err := index.ReadChanged(cmp.Or(s.opts.Index, s.opts.Repo.IndexPath()), s.opts.Repo.GitDir, s.opts.Repo.Format(),
		func(folder string, tree object.ID) bool { return hasFolder(parents, folder, tree) })
	if err != nil {
		return err
	}
	base := newBase(staged, parents)
	return staged.Expand(&index.Expansion{
		Read: func(tree object.ID) ([]object.TreeEntry, error) { return treediff.ReadTree(s.opts.Repo.Objects, tree) },
		Skip: base.has,
		Visit: func(e index.Entry) error {
			if !e.IsBlob() || e.Stage != 0 || base.has(e) {
				return nil
			}
			return visit(e)
		},
		Unreadable: unreadable,
	})
}

// hasFolder reports whether a parent has the same folder.
func hasFolder(parents []*treediff.Folder, folder string, tree object.ID) bool {
	return slices.ContainsFunc(parents, func(f *treediff.Folder) bool {
		for name := range strings.SplitSeq(folder, "/") {
			if f = f.Folder(name); f == nil {
				return false
			}
		}
		return f.ID == tree
	})
}

// Whole implements scanner.Change.
func (s *Source) Whole() scanner.Source { return history.New(history.Options{Repo: s.opts.Repo}) }

// Base implements scanner.Change: it is what the next commit's parents reach.
func (s *Source) Base(context.Context) (scanner.Source, error) {
	var heads []object.ID
	for _, rev := range s.parentNames() {
		if id, err := s.opts.Repo.Resolve(rev); err == nil {
			heads = append(heads, id)
		}
	}
	if len(heads) == 0 {
		return nil, nil
	}
	return history.New(history.Options{Repo: s.opts.Repo, Heads: heads}), nil
}

func (s *Source) blob(ctx context.Context, e index.Entry, sink scanner.Sink) error {
	o, err := s.opts.Repo.Objects.Read(e.ID)
	if err != nil {
		sink.Skip(finding.Skip{Path: e.Path, Reason: reason.Of(err)})
		return nil
	}
	place := finding.Place{Source: finding.SourceIndex, Path: e.Path, Blob: e.ID.String()}
	return sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content})
}

// parents returns the trees of the next commit's parents: HEAD, and what is being merged. A parent that cannot be read
// counts as empty, so that the whole index counts as added.
func (s *Source) parents() []*treediff.Folder {
	var out []*treediff.Folder
	for _, rev := range s.parentNames() {
		if l, err := s.tree(rev); err == nil {
			out = append(out, l)
		}
	}
	return out
}

func (s *Source) parentNames() []string { return append([]string{"HEAD"}, s.merging()...) }

func (s *Source) tree(rev string) (*treediff.Folder, error) {
	id, err := s.opts.Repo.Resolve(rev)
	if err != nil {
		return nil, err
	}
	c, err := s.opts.Repo.Commit(id)
	if err != nil {
		return nil, reason.NewError("git.revision", rev, err)
	}
	return treediff.NewFolder(s.opts.Repo.Objects, c.Tree)
}

// maxMergeHead is in bytes. An octopus merge has a line of 41 for each head, and few have ten.
const maxMergeHead = 64 << 10

func (s *Source) merging() []string {
	data, err := fileio.ReadSmall(filepath.Join(s.opts.Repo.GitDir, "MERGE_HEAD"), maxMergeHead)
	if err != nil {
		return nil
	}
	return strings.Fields(string(data))
}
