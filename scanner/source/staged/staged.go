// Package staged is the source of what the next commit will add: the blobs of the index, not the files on disk, that no
// parent of that commit has at the same path.
//
// Limits: the sides of an unresolved conflict are not scanned, because they will not be committed.
package staged

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
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
	staged, err := index.Read(cmp.Or(s.opts.Index, s.opts.Repo.IndexPath()))
	if err != nil {
		return err
	}
	base := &base{index: staged, parents: s.parents(), same: map[string]bool{}}
	for _, e := range staged.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.IsBlob() && e.Stage == 0 && !base.has(e) { // the sides of a conflict are not what will be committed
			if err := s.blob(ctx, e, sink); err != nil {
				return err
			}
		}
	}
	return nil
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

// base is what the next commit's parents already have.
type base struct {
	index   *index.Index
	parents []*treediff.Lookup
	same    map[string]bool // folders of the index: whether a parent has the same tree there
	inside  string          // the folder of the last entry, if a parent has the same tree there
}

// has reports whether a parent has the same entry. Entries come sorted by path, so that a folder that a parent has is
// skipped as a whole.
func (b *base) has(e index.Entry) bool {
	if b.inside != "" && strings.HasPrefix(e.Path, b.inside) {
		return true
	}
	b.inside = ""
	for i, c := range e.Path {
		if c == '/' && b.hasFolder(e.Path[:i]) {
			b.inside = e.Path[:i+1]
			return true
		}
	}
	for _, p := range b.parents {
		if old, ok := p.Find(e.Path); ok && old.ID == e.ID {
			return true
		}
	}
	return false
}

func (b *base) hasFolder(dir string) bool {
	same, known := b.same[dir]
	if tree, ok := b.index.Trees[dir]; ok && !known {
		for _, p := range b.parents {
			old, ok := p.Find(dir)
			same = same || ok && old.ID == tree
		}
		b.same[dir] = same
	}
	return same
}

// parents returns the trees of the next commit's parents: HEAD, and what is being merged. A parent that cannot be read
// counts as empty, so that the whole index counts as added.
func (s *Source) parents() []*treediff.Lookup {
	var out []*treediff.Lookup
	for _, rev := range append([]string{"HEAD"}, s.merging()...) {
		if l, err := s.tree(rev); err == nil {
			out = append(out, l)
		}
	}
	return out
}

func (s *Source) tree(rev string) (*treediff.Lookup, error) {
	id, err := s.opts.Repo.Resolve(rev)
	if err != nil {
		return nil, err
	}
	c, err := s.opts.Repo.Commit(id)
	if err != nil {
		return nil, reason.NewError("git.revision", rev, err)
	}
	return treediff.NewLookup(s.opts.Repo.Objects, c.Tree)
}

func (s *Source) merging() []string {
	data, err := os.ReadFile(filepath.Join(s.opts.Repo.GitDir, "MERGE_HEAD"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(data))
}
