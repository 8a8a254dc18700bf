package repo

import (
	"container/heap"
	"context"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Flags of a commit in the search for merge bases.
const (
	fromLeft  = 1
	fromRight = 2
	fromBoth  = fromLeft | fromRight
	stale     = 4 // an ancestor of a common ancestor
)

// mergeBaseWalk searches for merge bases.
type mergeBaseWalk struct {
	repo  *Repository
	seen  map[object.ID]*mergeBaseNode
	queue mergeBaseQueue
	fresh int // commits in the queue that are not stale
}

type mergeBaseNode struct {
	id     object.ID
	info   object.CommitInfo
	flags  int
	queued bool
}

// push adds flags to a commit, and puts it on the queue if they are new.
func (w *mergeBaseWalk) push(id object.ID, flags int) error {
	n := w.seen[id]
	if n == nil {
		info, err := w.repo.Commit(id)
		if err != nil {
			return err
		}
		n = &mergeBaseNode{id: id, info: info}
		w.seen[id] = n
	}
	if n.flags|flags == n.flags {
		return nil
	}
	if n.queued && n.flags&stale == 0 {
		w.fresh--
	}
	n.flags |= flags
	if n.flags&stale == 0 {
		w.fresh++
	}
	if !n.queued {
		n.queued = true
		heap.Push(&w.queue, n)
	}
	return nil
}

func (w *mergeBaseWalk) run(ctx context.Context) ([]object.ID, error) {
	var bases []*mergeBaseNode
	for w.fresh > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := heap.Pop(&w.queue).(*mergeBaseNode)
		n.queued = false
		if n.flags&stale == 0 {
			w.fresh--
		}
		flags := n.flags
		if flags&fromBoth == fromBoth {
			if flags&stale == 0 {
				bases = append(bases, n)
			}
			flags |= stale
		}
		for _, p := range n.info.Parents {
			_ = w.push(p, flags) // a parent that cannot be read is reported by the walk over the range
		}
	}
	var out []object.ID
	for _, n := range bases {
		if n.flags&stale == 0 {
			out = append(out, n.id)
		}
	}
	return out, nil
}

// mergeBaseQueue is a heap of commits, the latest first.
type mergeBaseQueue []*mergeBaseNode

func (q mergeBaseQueue) Len() int           { return len(q) }
func (q mergeBaseQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q mergeBaseQueue) Less(i, j int) bool { return q[i].info.Time > q[j].info.Time }

// Push implements heap.Interface.
func (q *mergeBaseQueue) Push(x any) { *q = append(*q, x.(*mergeBaseNode)) }

// Pop implements heap.Interface.
func (q *mergeBaseQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
