// Package remote is the source of a repository on a server. It fetches every ref (branches, tags, pull requests, notes) into
// a folder of its own, and scans the objects as they arrive: nothing is checked out, no code of the repository runs, and
// content is not read a second time. Commits and paths are looked up afterwards in what was fetched.
//
// Limits: a server does not send what no ref reaches, unless it is asked for by ID.
package remote

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/fetch"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/source/history"
)

// Options says what to fetch. URL is required.
type Options struct {
	URL            string // https, ssh, git or file; also user@host:path
	User, Password string // for https; a token is a password
	// Renew returns the password to use in place of one that the server has refused; may be nil.
	Renew  func(ctx context.Context, refused string) (string, error)
	Depth  int // commits of each ref; 0 means all
	Limits odb.Limits
	Temp   string // folder for the objects while they are scanned; "" is the system's
	// Choose decides what to scan, when the server has listed its refs; nil: all that they reach.
	Choose func(ctx context.Context, refs map[string]object.ID) (Choice, error)
	// Commit is called with each commit that arrives, concurrently; may be nil.
	Commit func(content []byte)
	// MaxPack and MaxRefs cap the bytes of the pack, and of the list of refs over http; 0 means as much as can be read.
	MaxPack, MaxRefs int64
}

// Choice says what to scan of a repository.
type Choice struct {
	Nothing bool // what an earlier scan has read is all that there is
	// Known is what an earlier scan has read: objects that these commits reach. The server leaves them out.
	Known []object.ID
	// Lost are commits that no ref reaches any more. They are fetched by ID, and places name the refs given here.
	Lost map[object.ID]string
}

// Source is a repository on a server. It is a scanner.Locator: Locate follows Scan. Close removes what was fetched.
type Source struct {
	opts    Options
	repo    *repo.Repository
	history *history.Source
	result  fetch.Result
	known   bool // Choice.Known was not empty

	mu  sync.Mutex
	dir string // of what was fetched; "" before
}

// IsURL reports whether a name is a URL of a repository, or user@host:path.
func IsURL(name string) bool { return fetch.IsURL(name) }

// Complete reports whether a URL names a server and a repository on it.
func Complete(url string) bool { return fetch.Complete(url) }

// Redact returns a URL without its user information, for a report.
func Redact(url string) string { return fetch.Redact(url) }

// NotFound reports whether an error of Scan says that there is no such repository, as far as the server lets one know.
func NotFound(err error) bool { return fetch.NotFound(err) }

// New returns the source. Nothing is fetched before Scan.
func New(opts Options) *Source { return &Source{opts: opts} }

// Repository returns what was fetched, or nil before Scan has returned.
func (s *Source) Repository() *repo.Repository { return s.repo }

// Refs returns the refs of the server, after Scan.
func (s *Source) Refs() map[string]object.ID { return s.result.Refs }

// Head returns the ref that HEAD of the server points to, after Scan; "" if the server does not say.
func (s *Source) Head() string { return s.result.Head }

// Unserved returns those of Choice.Lost that the server does not serve any more, after Scan.
func (s *Source) Unserved() []object.ID { return s.result.Refused }

// Close removes what was fetched. It may be called at any time, and more than once.
func (s *Source) Close() error {
	var errs []error
	if s.repo != nil {
		errs = append(errs, s.repo.Close())
		s.repo = nil
	}
	return errors.Join(append(errs, s.remove())...)
}

// Abandon removes what was fetched while Scan may still hang in a read.
func (s *Source) Abandon() { _ = s.remove() }

func (s *Source) remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// folder makes the folder for what is fetched.
func (s *Source) folder() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir, err := os.MkdirTemp(s.opts.Temp, "akguard-fetch-")
	s.dir = dir
	return dir, err
}

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	dir, err := s.folder()
	if err != nil {
		return reason.NewError("git.fetch-folder", err)
	}
	result, err := fetch.Fetch(ctx, fetch.Options{
		URL: s.opts.URL, Dir: dir, User: s.opts.User, Password: s.opts.Password, Depth: s.opts.Depth,
		Renew: s.opts.Renew, MaxRefs: s.opts.MaxRefs, Choose: s.choose,
		Objects: odb.ReceiveOptions{Limits: s.opts.Limits, Walk: walk(sink, s.opts.Commit), MaxSize: s.opts.MaxPack},
	})
	if s.result = result; err != nil || result.Unasked {
		return err
	}
	for _, id := range result.Shallow {
		sink.Skip(finding.Skip{Path: id.String(), Reason: reason.New("git.fetch-shallow")})
	}
	if s.repo, err = repo.Open(dir, repo.Options{Limits: s.opts.Limits}); err != nil {
		return reason.NewError("git.fetch-folder", err)
	}
	s.history = history.New(history.Options{Repo: s.repo, Continued: s.known})
	return nil
}

func (s *Source) choose(ctx context.Context, refs map[string]object.ID) (fetch.Choice, error) {
	if s.opts.Choose == nil {
		return fetch.Choice{}, nil
	}
	c, err := s.opts.Choose(ctx, refs)
	s.known = len(c.Known) > 0
	return fetch.Choice{Nothing: c.Nothing, Haves: c.Known, Commits: c.Lost}, err
}

// Locate implements scanner.Locator.
func (s *Source) Locate(ctx context.Context, matches []finding.Place, sink scanner.Sink) ([][]finding.Place, error) {
	if s.history == nil {
		return make([][]finding.Place, len(matches)), nil
	}
	return s.history.Locate(ctx, matches, sink)
}

// walk hands the objects that arrive to a sink.
func walk(sink scanner.Sink, commit func([]byte)) odb.Walk {
	w := odb.Walk{Types: object.TypesOf(object.Blob, object.Commit, object.Tag), Visitor: visitor{sink, commit}}
	if screener, ok := sink.(scanner.Screener); ok {
		hints := screener.Hints()
		w.Screen = &odb.Screen{
			Reach: screener.Reach(), Matches: screener.Screen, HintSize: hints.Size, Hints: hints.Each,
			Dropped: func(_ odb.Index, size int64) { screener.Dropped(size) },
		}
	}
	return w
}

// visitor hands objects to a sink.
type visitor struct {
	sink   scanner.Sink
	commit func(content []byte) // may be nil
}

// Object implements odb.Visitor.
func (v visitor) Object(ctx context.Context, o odb.Object) error {
	b := scanner.Blob{Place: finding.Place{Source: finding.SourceHistory, Blob: o.ID.String()}, Content: o.Content, Stream: o.Stream}
	switch o.Type {
	case object.Commit:
		v.sink.Commit()
		if v.commit != nil {
			v.commit(o.Content)
		}
		b.Place = finding.Place{Source: finding.SourceMessage, Commit: o.ID.String()}
	case object.Tag:
		b.Place = finding.Place{Source: finding.SourceMessage, Blob: o.ID.String()}
	}
	if o.Type != object.Blob {
		header, _ := object.SplitMessage(o.Content)
		b.HeaderLines = bytes.Count(header, []byte{'\n'})
	}
	return v.sink.Blob(ctx, b)
}

// Unreadable implements odb.Visitor. A pack with an object that cannot be read is refused as a whole.
func (visitor) Unreadable(odb.Unreadable) {}
