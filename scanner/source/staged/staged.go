// Package staged is the source of what the next commit will add: the blobs of the index, not the files on disk,
// that no parent of that commit has at the same path.
package staged

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// Options says which index is scanned. Repo is required.
type Options struct {
	Repo  *gitobj.Repo
	Index string // file of the index; "" is the repository's own. A partial commit has one of its own
}

// Source is the staged content of a repository.
type Source struct{ opts Options }

// New returns the staged content of a repository.
func New(opts Options) *Source { return &Source{opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	entries, err := s.opts.Repo.Index(s.opts.Index)
	if err != nil {
		return err
	}
	parents := s.parents()
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !e.IsBlob() || has(parents, e) {
			continue
		}
		o, err := s.opts.Repo.Objects.Read(e.ID)
		if err != nil {
			sink.Skip(scanner.Skip{Path: e.Path, Reason: err.Error()})
			continue
		}
		place := scanner.Place{Source: scanner.SourceIndex, Path: e.Path, Blob: e.ID.String()}
		if err := sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content}); err != nil {
			return err
		}
	}
	return nil
}

// has reports whether a parent holds the entry as it is.
func has(parents []*gitobj.Lookup, e gitobj.IndexEntry) bool {
	for _, p := range parents {
		if old, ok := p.Find(e.Path); ok && old.ID == e.ID {
			return true
		}
	}
	return false
}

// parents returns the trees of the next commit's parents: HEAD, and what is being merged. One that cannot be
// read holds nothing, so that all of the index counts as added.
func (s *Source) parents() []*gitobj.Lookup {
	var out []*gitobj.Lookup
	for _, rev := range append([]string{"HEAD"}, s.merging()...) {
		if l, err := s.tree(rev); err == nil {
			out = append(out, l)
		}
	}
	return out
}

func (s *Source) tree(rev string) (*gitobj.Lookup, error) {
	id, err := s.opts.Repo.Resolve(rev)
	if err != nil {
		return nil, err
	}
	c, err := s.opts.Repo.Commit(id)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", rev, err)
	}
	return s.opts.Repo.Lookup(c.Tree)
}

func (s *Source) merging() []string {
	data, err := os.ReadFile(filepath.Join(s.opts.Repo.GitDir, "MERGE_HEAD"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(data))
}
