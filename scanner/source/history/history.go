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
	"cmp"
	"context"
	"errors"
	"slices"

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
	memory  *memory
	earlier *earlier
	unsaved error // why the next scan will not know the result of this one
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
	s.memory = s.newMemory(sink)
	if done, err := s.memory.repeat(ctx, sink); done || err != nil {
		return err
	}
	s.memory.wait()
	if s.memory != nil {
		var err error
		if s.earlier, err = newEarlier(s.memory.repo, s.opts.Seen, s.memory.state); err != nil {
			return err
		}
	}
	r := &reader{memory: s.memory, earlier: s.earlier, sink: sink}
	if err := s.begin(ctx, r); err != nil {
		return err
	}
	err := s.repo.objects().Walk(ctx, s.walk(r))
	r.graph.flush()
	if err != nil {
		return reason.NewError("git.reading-history", err)
	}
	if s.earlier != nil {
		s.memory.result.read.Add(s.earlier.tally)
		sink.(scanner.Screener).Remembered(s.earlier.tally)
		if s.memory.done != nil && s.earlier.past == nil {
			s.graph = nil // it lacks commits
		}
	}
	return nil
}

// begin prepares a reader with the graph of earlier scans or with an empty one.
func (s *Source) begin(ctx context.Context, r *reader) error {
	s.graph = newGraph(s.repo.objects())
	if s.earlier != nil && s.earlier.past != nil {
		s.graph = s.earlier.past.graph
		r.graph = &grapher{graph: s.graph}
		err := s.memory.reread(ctx, r, s.earlier.past.list())
		if err == nil {
			return nil
		}
		if !errors.Is(err, errVanished) {
			return err
		}
		s.earlier.past, s.memory.state.Same = nil, false
		s.graph = newGraph(s.repo.objects())
	}
	r.graph = &grapher{graph: s.graph}
	return nil
}

// walk is the walk over everything that an earlier scan has not read.
func (s *Source) walk(r *reader) odb.Walk {
	walk := odb.Walk{
		Types:   object.TypesOf(object.Blob, object.Commit, object.Tag),
		Visitor: r,
		Known:   s.memory.withDone(s.earlier.knownFunc()),
	}
	if f, ok := r.sink.(scanner.Screener); ok {
		hints := f.Hints()
		walk.Screen = &odb.Screen{Reach: f.Reach(), Matches: f.Screen, HintSize: hints.Size, Hints: hints.Each, Dropped: func(i odb.Index, size int64) {
			s.memory.dropped(size)
			s.earlier.add(i, scanner.Tally{Blobs: 1, Bytes: size})
			f.Dropped(size)
		}}
	}
	return walk
}

// refs returns the refs and the entries of reflogs, as they were when the scan began.
func (s *Source) refs() (refs, reflogs []repo.Ref, damaged []odb.Unreadable) {
	if s.memory != nil {
		return s.memory.state.Refs, s.memory.state.Reflogs, slices.Clone(s.memory.state.Damaged)
	}
	refs, damaged = s.repo.Refs()
	reflogs, more := s.repo.Reflogs()
	return refs, reflogs, append(damaged, more...)
}

// repeatedPlaces returns what an earlier scan of the same state has found out about the places of matches.
func (s *Source) repeatedPlaces(matches []finding.Place, sink scanner.Sink) ([][]finding.Place, bool) {
	if s.memory == nil || s.memory.repeated == nil {
		return nil, false
	}
	out, ok := s.memory.repeated.of(matches)
	if !ok {
		return nil, false
	}
	for _, skip := range s.memory.repeated.skips {
		sink.Skip(skip)
	}
	return out, true
}

// leftOut reports whether the graph lacks commits that were not read.
func (s *Source) leftOut() bool {
	return s.earlier != nil && s.earlier.count > 0 && s.earlier.past == nil
}

// pastLacks reports whether objects are missing that the trees of earlier scans refer to.
func (s *Source) pastLacks() bool {
	return s.earlier != nil && s.earlier.past != nil && s.earlier.past.trees.Lacks()
}

// saveEarlier saves which objects were read.
func (s *Source) saveEarlier() {
	if s.memory.certain() {
		s.earlier.save()
	}
}

// keep saves the result of this scan. A failure is no error of the scan.
func (s *Source) keep(matches []finding.Place, places [][]finding.Place) {
	err := s.memory.save(matches, places)
	if s.earlier != nil {
		err = cmp.Or(s.earlier.unsaved, err)
	}
	s.unsaved = err
}

// Reused returns how many objects were not read because an earlier scan had read them.
func (s *Source) Reused() int {
	if s.earlier == nil {
		return s.memory.reused()
	}
	return s.earlier.count
}

// Unsaved returns why the record of this scan could not be saved, or nil.
func (s *Source) Unsaved() error { return s.unsaved }

// reader hands objects to a sink and builds the graph of commits.
type reader struct {
	graph   *grapher // nil: the graph is not needed
	sink    scanner.Sink
	memory  *memory
	earlier *earlier
}

// Object implements odb.Visitor.
func (r *reader) Object(ctx context.Context, o odb.Object) error {
	if r.memory == nil {
		return r.hand(ctx, o)
	}
	var account scanner.Account
	err := r.hand(account.Within(ctx), o)
	if r.memory.read(o, &account, err != nil) {
		r.earlier.add(o.Index, tallyOf(o.Type, &account))
	}
	return err
}

// hand hands an object to the sink.
func (r *reader) hand(ctx context.Context, o odb.Object) error {
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
	skip := finding.Skip{Path: u.What, Reason: reason.Of(u.Err)}
	r.earlier.excludeUnreadable(u)
	r.memory.skip(skip)
	r.sink.Skip(skip)
}

// message scans a commit or a tag, headers included: they contain names, and the tags of merged branches.
func (r *reader) message(ctx context.Context, o odb.Object, place finding.Place) error {
	if r.graph != nil {
		if err := r.graph.add(o); err != nil {
			r.Unreadable(odb.Unreadable{What: o.ID.String(), Err: err})
		}
	}
	header, _ := object.SplitMessage(o.Content)
	return r.sink.Blob(ctx, scanner.Blob{Place: place, Content: o.Content, HeaderLines: bytes.Count(header, []byte{'\n'})})
}
