// Package history is the source of everything that a git object store holds: every blob once, whatever refers to
// it, and the messages of commits and annotated tags.
//
// Content is scanned in the order of the packs, without asking which file it is. Commits and paths are looked up later,
// only for content with matches, in one pass over the trees. The same pass finds objects that are referred to and
// missing, so that an incomplete scan says so. Objects in which earlier scans found nothing can be left out.
//
// Limits: a history is held as arrays of 32-bit indexes, some 100 bytes for each commit. Replace refs and grafts are not
// applied, because the objects that they hide are in the repository all the same.
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

// Options says which part of a history is scanned. Repo is required.
type Options struct {
	Repo          *repo.Repository
	NoUnreachable bool         // report nothing that no ref or stash reaches
	Objects       odb.Reader   // what Scan reads; nil: the objects of Repo
	Heads         []object.ID  // locate content only in what these commits reach; none: everywhere
	Seen          *seen.Record // objects in it are not read again, and those read are added; may be nil
	// Continued says that the objects are those that were added since an earlier scan, which read the ones that they refer to
	// and that are not there. So what is missing is not reported.
	Continued bool
}

// Source is a repository's history. It is a scanner.Locator: Locate follows Scan.
type Source struct {
	repo    repository
	opts    Options
	graph   *graph // nil if Scan was not called: the content was scanned elsewhere
	earlier *earlier
}

// New returns the history of a repository.
func New(opts Options) *Source {
	s := &Source{repo: onDisk{opts.Repo}, opts: opts}
	if opts.Objects != nil {
		s.repo = reading{s.repo, opts.Objects}
	}
	if len(opts.Heads) > 0 {
		s.repo, s.opts.NoUnreachable = headed{s.repo, opts.Heads}, true
	}
	return s
}

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	var err error
	s.graph = newGraph(s.repo.objects())
	if s.earlier, err = newEarlier(s.repo.objects(), s.opts.Seen); err != nil {
		return err
	}
	r := &reader{grapher: grapher{graph: s.graph}, earlier: s.earlier, sink: sink}
	walk := odb.Walk{
		Types:   object.TypesOf(object.Blob, object.Commit, object.Tag),
		Visitor: r,
		Known:   s.earlier.knownFunc(),
	}
	if f, ok := sink.(scanner.Screener); ok {
		r.screen = f.Screen
		hints := f.Hints()
		walk.Screen = &odb.Screen{Reach: f.Reach(), Matches: f.Screen, HintSize: hints.Size, Hints: hints.Each, Dropped: func(i odb.Index, size int64) {
			s.earlier.add(i)
			f.Dropped(size)
		}}
	}
	if err := s.repo.objects().Walk(ctx, walk); err != nil {
		return reason.NewError("git.reading-history", err)
	}
	return nil
}

// Reused returns how many objects were not read because an earlier scan had read them.
func (s *Source) Reused() int {
	if s.earlier == nil {
		return 0
	}
	return s.earlier.count
}

// Unsaved returns why the record of this scan could not be saved, or nil.
func (s *Source) Unsaved() error {
	if s.earlier == nil {
		return nil
	}
	return s.earlier.unsaved
}

// reader hands objects to a sink and builds the graph of commits.
type reader struct {
	grapher
	sink    scanner.Sink
	screen  func([]byte) bool // may be nil
	earlier *earlier
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
	return r.sink.Blob(ctx, scanner.Blob{
		Place:   finding.Place{Source: finding.SourceHistory, Blob: o.ID.String()},
		Content: o.Content, Stream: o.Stream,
	})
}

// Unreadable implements odb.Visitor.
func (r *reader) Unreadable(u odb.Unreadable) {
	r.earlier.excludeUnreadable(u)
	r.sink.Skip(finding.Skip{Path: u.What, Reason: reason.Of(u.Err)})
}

// message scans a commit or a tag, headers included: they contain names, and the tags of merged branches.
func (r *reader) message(ctx context.Context, o odb.Object, place finding.Place) error {
	if err := r.add(o); err != nil {
		r.Unreadable(odb.Unreadable{What: o.ID.String(), Err: err})
	} else if r.earlier != nil && r.screen != nil && !r.screen(o.Content) {
		r.earlier.add(o.Index)
	}
	header, _ := object.SplitMessage(o.Content)
	return r.sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content, HeaderLines: bytes.Count(header, []byte{'\n'})})
}
