package survey

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/verifier/internal/cloud"
)

// workers is how many calls of one service are under way at once. The pace of the service limits them further.
const workers = 4

// checkpointEvery is after how many answers what was read is handed out.
const checkpointEvery = 25

// job is a question to be asked of something, or a page of events to be read.
type job struct {
	q    *question
	t    target
	page func(ctx context.Context)

	service string
	rank    int
	order   int // of jobs of one rank, the first comes first
}

// queue holds the jobs of each service, and knows when all are done. It is safe for concurrent use.
type queue struct {
	client *cloud.Client

	mu       sync.Mutex
	changed  sync.Cond
	waiting  map[string]*jobs
	busy     map[string]int // how many are under way
	added    int
	done     int
	finished map[string]int // how many were done, by service
	saved    int            // done when checkpoint returned true last
	closed   bool
}

func newQueue(client *cloud.Client) *queue {
	q := &queue{client: client, waiting: map[string]*jobs{}, busy: map[string]int{}, finished: map[string]int{}}
	q.changed.L = &q.mu
	for _, service := range cloud.Services() {
		q.waiting[service] = &jobs{}
	}
	return q
}

func (q *queue) add(j job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.added++
	j.order = q.added
	heap.Push(q.waiting[j.service], j)
	q.changed.Broadcast()
}

// serve starts the workers. They end when the queue is closed.
func (q *queue) serve(do func(job)) *sync.WaitGroup {
	var all sync.WaitGroup
	for service := range q.waiting {
		for range workers {
			all.Go(func() {
				for {
					j, ok := q.take(service)
					if !ok {
						return
					}
					do(j)
					q.finish(service)
				}
			})
		}
	}
	return &all
}

func (q *queue) take(service string) (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.waiting[service].Len() == 0 && !q.closed {
		q.changed.Wait()
	}
	if q.closed {
		return job{}, false
	}
	q.busy[service]++
	return heap.Pop(q.waiting[service]).(job), true
}

func (q *queue) finish(service string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy[service]--
	q.done++
	q.finished[service]++
	q.changed.Broadcast()
}

// wait returns when everything is done, or when no events are waited for and more came than the seen that it returned
// before: then it may be known which others to look up.
func (q *queue) wait(before int) (idle bool, seen int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		seen = q.finished[cloud.ActionTrail]
		switch {
		case q.pending("") == 0:
			return true, seen
		case seen > before && q.pending(cloud.ActionTrail) == 0:
			return false, seen
		}
		q.changed.Wait()
	}
}

// close ends the workers.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// pending is how many jobs of a service wait or are under way; of all services if it is "".
func (q *queue) pending(service string) int {
	n := 0
	for name, jobs := range q.waiting {
		if service == "" || name == service {
			n += jobs.Len() + q.busy[name]
		}
	}
	return n
}

// left is how long the waiting jobs take at the paces of the services, and extra jobs of ActionTrail.
func (q *queue) left(extra int) (done, total int, left time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for service := range q.waiting {
		n := q.pending(service)
		if service == cloud.ActionTrail {
			n += extra
		}
		if calls, per := q.client.Pace(service); calls > 0 {
			left = max(left, time.Duration(n)*per/time.Duration(calls))
		}
	}
	return q.done, q.added + extra, left
}

// checkpoint reports whether it is time to hand out what was read.
func (q *queue) checkpoint() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.done-q.saved < checkpointEvery {
		return false
	}
	q.saved = q.done
	return true
}

// jobs is a heap.
type jobs []job

func (j jobs) Len() int { return len(j) }
func (j jobs) Less(a, b int) bool {
	return j[a].rank < j[b].rank || j[a].rank == j[b].rank && j[a].order < j[b].order
}
func (j jobs) Swap(a, b int) { j[a], j[b] = j[b], j[a] }

// Push implements heap.Interface.
func (j *jobs) Push(x any) { *j = append(*j, x.(job)) }

// Pop implements heap.Interface.
func (j *jobs) Pop() any {
	last := len(*j) - 1
	x := (*j)[last]
	(*j)[last] = job{}
	*j = (*j)[:last]
	return x
}
