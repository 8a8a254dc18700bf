// Package commits is the source of what a range of commits adds: every blob that one of them introduces, even if a later
// one removes it again, the resolution that a merge itself contains, and the messages of commits and annotated tags.
//
// Limits: a content is attributed to the commit of the range that added it. The credential in it may be older; the engine
// asks the whole history for that.
package commits

import (
	"container/heap"
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/source/history"
)

// Options names the range. Both fields are required.
type Options struct {
	Repo  *repo.Repository
	Range repo.Range
}

// Source is a range of commits.
type Source struct{ opts Options }

// New returns the source of a range.
func New(opts Options) *Source { return &Source{opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	w := walk{
		repo: s.opts.Repo, sink: sink, seen: map[object.ID]*node{}, shallow: map[object.ID]bool{}, unreadable: map[object.ID]error{},
	}
	for _, id := range s.opts.Repo.Shallow() {
		w.shallow[id] = true
	}
	list, err := w.run(ctx, s.opts.Range)
	if err != nil {
		return reason.NewError("git.reading-range", err)
	}
	a := added{repo: s.opts.Repo, sink: sink, seen: map[treediff.File]bool{}}
	for i := len(list) - 1; i >= 0; i-- {
		if err := a.commit(ctx, list[i]); err != nil {
			return err
		}
	}
	for _, id := range s.opts.Range.Tags {
		if err := a.tag(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// Whole implements scanner.Change.
func (s *Source) Whole() scanner.Source { return history.New(history.Options{Repo: s.opts.Repo}) }

// Base implements scanner.Change: it is what the bases of the range reach.
func (s *Source) Base(ctx context.Context) (scanner.Source, error) {
	bases := s.opts.Range.Bases
	if r := s.opts.Range; r.Symmetric {
		var err error
		if bases, err = s.opts.Repo.MergeBases(ctx, r.Heads[0], r.Heads[1]); err != nil {
			return nil, err
		}
	}
	if len(bases) == 0 {
		return nil, nil
	}
	return history.New(history.Options{Repo: s.opts.Repo, Heads: bases}), nil
}

// node is a commit on the walk.
type node struct {
	id      object.ID
	info    object.CommitInfo
	content []byte // the whole commit
	base    bool   // a base reaches it
	popped  bool   // it has left the queue
}

// walk lists the commits of a range, latest first, as git rev-list does: by time, from all ends at once, until
// everything that is left is reached by a base.
type walk struct {
	repo       *repo.Repository
	sink       scanner.Sink
	seen       map[object.ID]*node
	shallow    map[object.ID]bool  // commits whose parents were not fetched
	unreadable map[object.ID]error // commits that could not be read
	queue      queue
	open       int // commits in the queue that no base is known to reach
}

// slack is how many commits past the apparent end are looked at, in case the clocks of committers were wrong. Git uses 5
// and checks again; a larger number needs no second pass.
const slack = 32

func (w *walk) run(ctx context.Context, r repo.Range) ([]*node, error) {
	if err := w.start(ctx, r); err != nil {
		return nil, err
	}
	var listed, bases []*node
	for left := slack; len(w.queue) > 0 && (w.open > 0 || left > 0); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := heap.Pop(&w.queue).(*node)
		n.popped = true
		if n.base {
			left--
			bases = append(bases, n)
		} else {
			w.open--
			left = slack
			listed = append(listed, n)
		}
		w.pushParents(n)
	}
	var out []*node
	openEnded := false
	for _, n := range listed {
		if !n.base {
			openEnded = !w.checkParents(n) || openEnded
			out = append(out, n)
		}
	}
	if openEnded {
		w.checkBases(bases)
	}
	return out, nil
}

// start puts the ends of the range on the queue.
func (w *walk) start(ctx context.Context, r repo.Range) error {
	if r.Symmetric {
		var err error
		if r.Bases, err = w.repo.MergeBases(ctx, r.Heads[0], r.Heads[1]); err != nil {
			return err
		}
	}
	for _, id := range r.Bases {
		if err := w.push(id, true); err != nil {
			return err
		}
	}
	for _, id := range r.Heads {
		if err := w.push(id, false); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) pushParents(n *node) {
	if w.shallow[n.id] {
		return
	}
	for _, p := range n.info.Parents {
		if err := w.push(p, n.base); err != nil {
			w.unreadable[p] = err
		}
	}
}

// push puts a commit on the queue, or marks one that a base reaches.
func (w *walk) push(id object.ID, base bool) error {
	if n, ok := w.seen[id]; ok {
		if base {
			w.mark(n)
		}
		return nil
	}
	o, err := w.repo.Objects.Read(id)
	if err != nil {
		return err
	}
	if o.Type != object.Commit {
		return reason.NewError("git.wrong-type", id.String(), o.Type.String(), object.Commit.String())
	}
	info, err := object.ParseCommit(w.repo.Format(), o.Content)
	if err != nil {
		return err
	}
	n := &node{id: id, info: info, content: o.Content, base: base}
	w.seen[id] = n
	heap.Push(&w.queue, n)
	if !base {
		w.open++
	}
	return nil
}

// mark notes that a base reaches a commit, and so everything that the commit reaches.
func (w *walk) mark(n *node) {
	stack := []*node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n.base {
			continue
		}
		n.base = true
		if !n.popped {
			w.open--
		}
		for _, p := range n.info.Parents {
			if parent, ok := w.seen[p]; ok {
				stack = append(stack, parent)
			}
		}
	}
}

// checkParents reports a commit of the range whose parents are missing: they may belong to the range too. It returns
// whether the commit has parents and all of them are known.
func (w *walk) checkParents(n *node) bool {
	if w.shallow[n.id] {
		w.sink.Skip(finding.Skip{Path: n.id.String(), Reason: reason.New("git.shallow")})
		return false
	}
	complete := len(n.info.Parents) > 0
	for _, p := range n.info.Parents {
		if err := w.unreadable[p]; err != nil {
			w.sink.Skip(finding.Skip{Path: p.String(), Reason: reason.New("git.parent-unreadable", n.id.String(), err)})
			complete = false
		}
	}
	return complete
}

// checkBases reports where the history of a base is cut. It matters when the range runs on to the beginning of history
// and not into a base: then the base may reach commits of the range through the part that is missing, and old leaks
// would be blamed on the range.
func (w *walk) checkBases(bases []*node) {
	for _, n := range bases {
		if w.shallow[n.id] {
			w.sink.Skip(finding.Skip{Path: n.id.String(), Reason: reason.New("git.base-shallow")})
			continue
		}
		for _, p := range n.info.Parents {
			if err := w.unreadable[p]; err != nil {
				w.sink.Skip(finding.Skip{Path: p.String(), Reason: reason.New("git.base-parent-unreadable", n.id.String(), err)})
			}
		}
	}
}
