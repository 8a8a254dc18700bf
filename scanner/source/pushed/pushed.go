// Package pushed is the source of what a push brings, for the hook of a server. Git has put the objects of the push into a
// folder of their own, the quarantine, and they are read from there in bulk: the cost is that of the push, whatever the
// repository holds. Only if a credential is found is the repository asked for commits and paths.
//
// Limits: content that the repository has already is not read again, even if no ref reached it until now. Commits are an
// exception: those that the push makes reachable are read, wherever they are.
package pushed

import (
	"context"
	"errors"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/source/commits"
	"github.com/akguard/akguard/scanner/source/history"
)

// Options describe a push. Repo, which reads the quarantine too, and Quarantine are required.
type Options struct {
	Repo       *repo.Repository
	Quarantine string      // the object directory of the push; "" if it brings no objects
	Heads      []object.ID // what the refs will be; commits, or tags
	Bases      []object.ID // what the refs of the repository are now
	Limits     odb.Limits
}

// Source is what a push brings. It is a scanner.Locator and a scanner.Change.
type Source struct {
	opts Options
	db   *odb.DB // of the quarantine
}

// New opens the quarantine. The source must be closed.
func New(opts Options) *Source {
	s := &Source{opts: opts}
	if opts.Quarantine != "" {
		s.db = odb.Open([]string{opts.Quarantine}, opts.Repo.Format(), opts.Limits)
	}
	return s
}

// Close closes the quarantine.
func (s *Source) Close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	if s.db != nil {
		if err := history.New(history.Options{Repo: s.opts.Repo, Objects: s.db}).Scan(ctx, sink); err != nil {
			return err
		}
	}
	heads, err := s.outside(ctx)
	if err != nil || len(heads) == 0 {
		return err
	}
	return commits.New(commits.Options{Repo: s.opts.Repo, Range: repo.Range{Heads: heads, Bases: s.opts.Bases}}).Scan(ctx, sink)
}

// outside returns the commits that the push makes reachable and that the repository has already: a ref will name them, or a
// commit of the push has them as a parent. What refs name now is left out.
func (s *Source) outside(ctx context.Context) ([]object.ID, error) {
	known := map[object.ID]bool{}
	for _, id := range s.opts.Bases {
		known[id] = true
	}
	var out []object.ID
	queue := append([]object.ID(nil), s.opts.Heads...)
	for len(queue) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if known[id] {
			continue
		}
		known[id] = true
		next, inPush, err := s.parents(id)
		if err != nil {
			return nil, err
		}
		if !inPush {
			out = append(out, id)
		}
		queue = append(queue, next...)
	}
	return out, nil
}

// parents returns what an object of the push builds on. An object that is not in the push is only returned if it is a commit.
func (s *Source) parents(id object.ID) (next []object.ID, inPush bool, err error) {
	inPush = s.db != nil && s.db.IndexOf(id) != odb.NoIndex
	o, err := s.opts.Repo.Objects.Read(id)
	switch {
	case err != nil && inPush:
		return nil, true, nil // it was reported when the push was read
	case err != nil:
		return nil, true, err
	case o.Type == object.Tag:
		tag, err := object.ParseTag(s.opts.Repo.Format(), o.Content)
		if err != nil {
			return nil, true, nil
		}
		return []object.ID{tag.Target}, true, nil
	case o.Type != object.Commit:
		return nil, true, nil
	case !inPush:
		return nil, false, nil
	}
	info, err := object.ParseCommit(s.opts.Repo.Format(), o.Content)
	if err != nil {
		return nil, true, nil
	}
	return info.Parents, true, nil
}

// Locate implements scanner.Locator. What the repository lacks apart from the push is not reported. Content whose commit is not
// found keeps the place that it has, so that a limit on commits and paths never hides a credential.
func (s *Source) Locate(ctx context.Context, matches []finding.Place, _ scanner.Sink) ([][]finding.Place, error) {
	found, err := history.New(history.Options{Repo: s.opts.Repo, Heads: s.opts.Heads}).Locate(ctx, matches, silent{})
	for i, places := range found {
		if len(places) == 0 {
			found[i] = []finding.Place{matches[i]}
		}
	}
	return found, err
}

// Whole implements scanner.Change.
func (s *Source) Whole() scanner.Source { return history.New(history.Options{Repo: s.opts.Repo}) }

// Base implements scanner.Change: it is what the refs of the repository reach now.
func (s *Source) Base(context.Context) (scanner.Source, error) {
	if len(s.opts.Bases) == 0 {
		return nil, nil
	}
	return history.New(history.Options{Repo: s.opts.Repo, Heads: s.opts.Bases}), nil
}

// Objects is how many objects the push brings.
func (s *Source) Objects() int {
	if s.db == nil {
		return 0
	}
	return s.db.Count()
}

// silent is a Sink for nothing.
type silent struct{}

func (silent) Blob(context.Context, scanner.Blob) error {
	return errors.New("a source that is asked for places scans nothing")
}
func (silent) Skip(finding.Skip) {}
func (silent) Commit()           {}
