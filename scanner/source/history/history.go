// Package history is the source of everything that a git object store holds: every blob once, whatever refers to
// it, and the messages of commits and annotated tags.
//
// Content is scanned as it lies in the packs, without asking which file it is. Where it stands is found out
// afterwards, for hits alone, in one pass over the trees. The same pass finds what the trees name and the store
// does not have: a scan that could not read everything says so. What earlier scans have seen, and found nothing in, can
// be remembered and left out.
package history

import (
	"bytes"
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/seen"
)

// Options says what of a history is scanned. Repo is required.
type Options struct {
	Repo          *repo.Repository
	NoUnreachable bool         // leave out what no ref reaches
	Seen          *seen.Record // objects that are in it are not read again, and what is read is added; may be nil
}

// Source is a repository's history. It is a scanner.Locator: Locate follows Scan.
type Source struct {
	opts   Options
	graph  *graph
	memory *memory
}

// New returns the history of a repository.
func New(opts Options) *Source { return &Source{opts: opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	var err error
	s.graph = newGraph(s.opts.Repo.Objects)
	if s.memory, err = recall(s.opts.Repo.Objects, s.opts.Seen); err != nil {
		return err
	}
	r := &reader{grapher: grapher{graph: s.graph}, memory: s.memory, sink: sink}
	walk := odb.Walk{
		Types:   object.TypesOf(object.Blob, object.Commit, object.Tag),
		Visitor: r,
		Known:   s.memory.isKnown(),
	}
	if f, ok := sink.(scanner.Screener); ok {
		r.screen = f.Screen
		walk.Screen = &odb.Screen{Reach: f.Reach(), Matches: f.Screen, Dropped: f.Dropped}
	}
	if err := s.opts.Repo.Objects.Walk(ctx, walk); err != nil {
		return reason.NewError("git.reading-history", err)
	}
	return nil
}

// Reused returns how many objects were not read, because an earlier scan had seen them.
func (s *Source) Reused() int {
	if s.memory == nil {
		return 0
	}
	return s.memory.count
}

// Unsaved says why the next scan will not know what this one has seen; nil if it will.
func (s *Source) Unsaved() error {
	if s.memory == nil {
		return nil
	}
	return s.memory.unsaved
}

// reader hands objects to a sink and keeps the shape of the history.
type reader struct {
	grapher
	sink   scanner.Sink
	screen func([]byte) bool // may be nil
	memory *memory
}

// Object implements odb.Visitor.
func (r *reader) Object(ctx context.Context, o odb.Object) error {
	switch o.Type {
	case object.Commit:
		r.sink.Commit()
		return r.message(ctx, o, finding.Place{Source: finding.SourceMessage, Commit: o.ID.String()})
	case object.Tag:
		return r.message(ctx, o, finding.Place{Source: finding.SourceMessage, Blob: o.ID.String()})
	}
	r.memory.exclude(o.Index)
	return r.sink.Blob(ctx, scanner.Blob{
		Place:   finding.Place{Source: finding.SourceHistory, Blob: o.ID.String()},
		Content: o.Content, Stream: o.Stream,
	})
}

// Lost implements odb.Visitor.
func (r *reader) Unreadable(l odb.Unreadable) {
	r.memory.lose(l)
	r.sink.Skip(finding.Skip{Path: l.What, Reason: reason.Of(l.Err)})
}

// message scans a commit or a tag: the message, and the headers too, which hold names and whole merged tags.
func (r *reader) message(ctx context.Context, o odb.Object, place finding.Place) error {
	if err := r.add(o); err != nil {
		r.Unreadable(odb.Unreadable{What: o.ID.String(), Err: err})
	}
	if r.memory != nil && (r.screen == nil || r.screen(o.Content)) {
		r.memory.exclude(o.Index)
	}
	header, _ := object.SplitMessage(o.Content)
	return r.sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content, HeaderLines: bytes.Count(header, []byte{'\n'})})
}
