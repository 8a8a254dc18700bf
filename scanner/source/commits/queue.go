package commits

import "bytes"

// queue is a heap of commits, the latest first.
type queue []*node

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q queue) Less(i, j int) bool {
	if q[i].info.Time != q[j].info.Time {
		return q[i].info.Time > q[j].info.Time
	}
	return bytes.Compare(q[i].id[:], q[j].id[:]) > 0
}

// Push implements heap.Interface.
func (q *queue) Push(x any) { *q = append(*q, x.(*node)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
