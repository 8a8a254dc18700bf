// Package history is the source of everything that a git object store holds: every blob once, whatever refers to
// it, and the messages of commits and annotated tags.
//
// Content is scanned as it lies in the packs, without asking which file it is. Where it stands is found out
// afterwards, for hits alone, in one pass over the trees. The same pass finds what the trees name and the store
// does not have: a scan that could not read everything says so.
package history

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// Options says what of a history is scanned. Repo is required.
type Options struct {
	Repo          *gitobj.Repo
	NoUnreachable bool // leave out what no ref reaches
}

// Source is a repository's history. It is a scanner.Locator: Locate follows Scan.
type Source struct {
	opts  Options
	graph *graph
}

// New returns the history of a repository.
func New(opts Options) *Source { return &Source{opts: opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	s.graph = newGraph(s.opts.Repo.Objects)
	walk := gitobj.Walk{
		Types:   gitobj.TypesOf(gitobj.Blob, gitobj.Commit, gitobj.Tag),
		Visitor: &reader{graph: s.graph, sink: sink},
	}
	if f, ok := sink.(scanner.Screener); ok {
		walk.Screen = &gitobj.Screen{Reach: f.Reach(), Piece: f.Screen, Dropped: f.Dropped}
	}
	if err := s.opts.Repo.Objects.Walk(ctx, walk); err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	return nil
}

// reader hands objects to a sink and keeps the shape of the history.
type reader struct {
	sink  scanner.Sink
	mu    sync.Mutex
	graph *graph
}

// Object implements gitobj.Visitor.
func (r *reader) Object(ctx context.Context, o gitobj.Object) error {
	switch o.Type {
	case gitobj.Commit:
		return r.commit(ctx, o)
	case gitobj.Tag:
		return r.tag(ctx, o)
	}
	return r.sink.Blob(ctx, scanner.Blob{
		Place:   scanner.Place{Source: scanner.SourceHistory, Blob: o.ID.String()},
		Content: o.Content, Stream: o.Stream,
	})
}

// Lost implements gitobj.Visitor.
func (r *reader) Lost(l gitobj.Loss) { r.sink.Skip(scanner.Skip{Path: l.What, Reason: l.Why.Error()}) }

func (r *reader) commit(ctx context.Context, o gitobj.Object) error {
	info, err := gitobj.ParseCommit(o.Content)
	if err != nil {
		r.Lost(gitobj.Loss{What: o.ID.String(), Why: err})
	} else {
		r.mu.Lock()
		r.graph.addCommit(o.Number, info)
		r.mu.Unlock()
	}
	r.sink.Commit()
	return r.message(ctx, o, scanner.Place{Source: scanner.SourceMessage, Commit: o.ID.String()})
}

func (r *reader) tag(ctx context.Context, o gitobj.Object) error {
	info, err := gitobj.ParseTag(o.Content)
	if err != nil {
		r.Lost(gitobj.Loss{What: o.ID.String(), Why: err})
	} else {
		r.mu.Lock()
		r.graph.addTag(o.ID, info)
		r.mu.Unlock()
	}
	return r.message(ctx, o, scanner.Place{Source: scanner.SourceMessage, Blob: o.ID.String()})
}

// message scans a commit or a tag: the message, and the headers too, which hold names and whole merged tags.
func (r *reader) message(ctx context.Context, o gitobj.Object, place scanner.Place) error {
	header, _ := gitobj.Split(o.Content)
	return r.sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content, HeaderLines: bytes.Count(header, []byte{'\n'})})
}
