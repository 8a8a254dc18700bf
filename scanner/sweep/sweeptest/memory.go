// Package sweeptest has what tests of a sweep need: a queue and a store in memory, and the acceptance test for others.
package sweeptest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/akguard/akguard/scanner/sweep"
)

// Memory is a sweep.Queue and a sweep.Store in memory. It behaves as JetStream does: a job comes back when its worker is
// silent for AckWait, and a worker that is late can still remove a job that another one has by now.
type Memory struct {
	wait time.Duration

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when anything changes
	jobs    []*job        // in the order in which they came
	buckets map[string]*bucket
	made    int // buckets
}

var (
	_ sweep.Queue = (*Memory)(nil)
	_ sweep.Store = (*Memory)(nil)
)

// NewMemory returns an empty queue and store. A job comes back when its worker is silent for ackWait.
func NewMemory(ackWait time.Duration) *Memory {
	return &Memory{wait: ackWait, changed: make(chan struct{}), buckets: make(map[string]*bucket)}
}

type job struct {
	sweep.Job
	due time.Time // when it can be handed out
}

// Enqueue implements sweep.Queue.
func (m *Memory) Enqueue(ctx context.Context, j sweep.Job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	same := func(other *job) bool { return other.Repository.ID == j.Repository.ID }
	if !slices.ContainsFunc(m.jobs, same) {
		m.jobs = append(m.jobs, &job{Job: j})
		m.notify()
	}
	return nil
}

// notify wakes all that wait for a change. The caller holds mu.
func (m *Memory) notify() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// Next implements sweep.Queue.
func (m *Memory) Next(ctx context.Context) (sweep.Delivery, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d, changed, due := m.take()
		if d != nil {
			return d, nil
		}
		timer := time.NewTimer(due)
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// take returns the first job that is due, or when to look again.
func (m *Memory) take() (d *delivery, changed chan struct{}, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wait = time.Hour
	now := time.Now()
	for _, j := range m.jobs {
		if !j.due.After(now) {
			j.due = now.Add(m.wait)
			return &delivery{m, j}, nil, 0
		}
		wait = min(wait, j.due.Sub(now))
	}
	return nil, m.changed, wait
}

// Waiting implements sweep.Queue.
func (m *Memory) Waiting(ctx context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.jobs), ctx.Err()
}

// LoseJobs removes all jobs, as a server that has lost its stream does.
func (m *Memory) LoseJobs() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs = nil
	m.notify()
}

type delivery struct {
	memory *Memory
	job    *job
}

func (d *delivery) Job() sweep.Job { return d.job.Job }

func (d *delivery) Beat() error {
	d.due(d.memory.wait)
	return nil
}

func (d *delivery) due(after time.Duration) {
	d.memory.mu.Lock()
	defer d.memory.mu.Unlock()
	d.job.due = time.Now().Add(after)
	d.memory.notify()
}

func (d *delivery) Done(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.memory.mu.Lock()
	defer d.memory.mu.Unlock()
	d.memory.jobs = slices.DeleteFunc(d.memory.jobs, func(j *job) bool { return j == d.job })
	d.memory.notify()
	return nil
}

func (d *delivery) Later(ctx context.Context, after time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.due(after)
	return nil
}

// Bucket implements sweep.Store.
func (m *Memory) Bucket(ctx context.Context, name string) (sweep.Bucket, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.buckets[name] == nil {
		m.buckets[name] = &bucket{memory: m}
		m.empty(m.buckets[name])
	}
	return m.buckets[name], nil
}

// LoseBucket removes the values of a bucket, as a server that has lost its stream does.
func (m *Memory) LoseBucket(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b := m.buckets[name]; b != nil {
		m.empty(b)
		m.notify()
	}
}

func (m *Memory) empty(b *bucket) {
	m.made++
	b.id, b.last, b.values = fmt.Sprint(m.made), 0, make(map[string]value)
}
