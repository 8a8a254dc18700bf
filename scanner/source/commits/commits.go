// Package commits is the source of what a range of commits adds: every blob that one of them introduces, also
// when a later one removes it, a merge's own resolution, and their messages.
package commits

import (
	"container/heap"
	"context"
	"fmt"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
)

// Options names the range: what Head reaches and Base does not. All are required.
type Options struct {
	Repo *repo.Repository
	Base object.ID
	Head object.ID
}

// Source is a range of commits.
type Source struct{ opts Options }

// New returns the source of a range.
func New(opts Options) *Source { return &Source{opts} }

// Scan implements scanner.Source.
func (s *Source) Scan(ctx context.Context, sink scanner.Sink) error {
	w := walk{
		repo: s.opts.Repo, sink: sink, seen: map[object.ID]*node{}, cut: map[object.ID]bool{}, lost: map[object.ID]error{},
	}
	for _, id := range s.opts.Repo.Shallow() {
		w.cut[id] = true
	}
	list, err := w.run(ctx, s.opts.Base, s.opts.Head)
	if err != nil {
		return err
	}
	a := added{repo: s.opts.Repo, sink: sink, seen: map[treediff.File]bool{}}
	for i := len(list) - 1; i >= 0; i-- {
		if err := a.commit(ctx, list[i]); err != nil {
			return err
		}
	}
	return nil
}

// node is a commit on the walk.
type node struct {
	id      object.ID
	info    object.CommitInfo
	message []byte // the whole object
	base    bool   // Base reaches it
	popped  bool   // it has left the queue
}

// walk lists the commits of a range, latest first, as git rev-list does: by time, from both ends at once, until
// all that is left is Base's.
type walk struct {
	repo  *repo.Repository
	sink  scanner.Sink
	seen  map[object.ID]*node
	cut   map[object.ID]bool
	lost  map[object.ID]error // commits that could not be read
	queue queue
	open  int // commits in the queue that Base has not been seen to reach
}

// slack is how many commits past the apparent end are looked at, in case clocks were wrong.
const slack = 32

func (w *walk) run(ctx context.Context, base, head object.ID) ([]*node, error) {
	for _, end := range []struct {
		id   object.ID
		base bool
	}{{base, true}, {head, false}} {
		if err := w.push(end.id, end.base); err != nil {
			return nil, fmt.Errorf("reading the range of commits: %w", err)
		}
	}
	var listed []*node
	for left := slack; len(w.queue) > 0 && (w.open > 0 || left > 0); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := heap.Pop(&w.queue).(*node)
		n.popped = true
		if n.base {
			left--
		} else {
			w.open--
			left = slack
			listed = append(listed, n)
		}
		w.parents(n)
	}
	var out []*node
	for _, n := range listed {
		if !n.base {
			w.checkParents(n)
			out = append(out, n)
		}
	}
	return out, nil
}

func (w *walk) parents(n *node) {
	if w.cut[n.id] {
		return
	}
	for _, p := range n.info.Parents {
		if err := w.push(p, n.base); err != nil {
			w.lost[p] = err
		}
	}
}

// push puts a commit on the queue, or marks what Base reaches.
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
		return fmt.Errorf("object %s is a %s and not a commit", id, o.Type)
	}
	info, err := object.ParseCommit(o.Content)
	if err != nil {
		return err
	}
	n := &node{id: id, info: info, message: o.Content, base: base}
	w.seen[id] = n
	heap.Push(&w.queue, n)
	if !base {
		w.open++
	}
	return nil
}

// mark says that Base reaches a commit, and so what it reaches.
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

// checkParents tells where the range ends too early: the clone is shallow there, or a parent could not be read.
func (w *walk) checkParents(n *node) {
	if w.cut[n.id] {
		w.sink.Skip(finding.Skip{
			Path:   n.id.String(),
			Reason: reason.Text("history is cut here, the clone is shallow; git fetch --unshallow brings the rest"),
		})
		return
	}
	for _, p := range n.info.Parents {
		if err := w.lost[p]; err != nil {
			w.sink.Skip(finding.Skip{Path: p.String(), Reason: reason.Text(fmt.Sprintf("parent of commit %s: %v", n.id, err))})
		}
	}
}
