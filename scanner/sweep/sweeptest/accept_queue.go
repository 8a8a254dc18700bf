package sweeptest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/sweep"
)

// AcceptQueue is the test that every queue must pass. open returns an empty queue whose jobs come back when their worker
// is silent for ackWait.
func AcceptQueue(t *testing.T, ackWait time.Duration, open func(*testing.T) sweep.Queue) {
	q := queueTest{ackWait: ackWait}
	for name, test := range map[string]func(*testing.T, sweep.Queue){
		"a job is handed out":           q.handsOut,
		"enqueue is idempotent":         q.idempotent,
		"a silent worker loses its job": q.silent,
		"a beat keeps a job":            q.beat,
		"a late done counts":            q.late,
		"later":                         q.later,
		"contexts":                      q.contexts,
		"many workers":                  q.many,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

type queueTest struct{ ackWait time.Duration }

// patience is how long a test waits for what must come. It is long, because it says nothing of how fast a queue is.
const patience = time.Minute

func (queueTest) handsOut(t *testing.T, q sweep.Queue) {
	want := sweep.Job{Sweep: "s1", Repository: github.Repository{ID: 1 << 40}}
	enqueue(t, q, want)
	waiting(t, q, 1)
	d := next(t, q)
	if !reflect.DeepEqual(d.Job(), want) {
		t.Errorf("%v, want %v", d.Job(), want)
	}
	waiting(t, q, 1)
	done(t, d)
	waiting(t, q, 0)
	nothing(t, q)
}

func (queueTest) idempotent(t *testing.T, q sweep.Queue) {
	for _, sweepID := range []string{"s1", "s1", "s2"} {
		enqueue(t, q, sweep.Job{Sweep: sweepID, Repository: github.Repository{ID: 7}})
	}
	waiting(t, q, 1)
	d := next(t, q)
	if d.Job().Sweep != "s1" {
		t.Errorf("%v replaced the first job", d.Job())
	}
	enqueue(t, q, sweep.Job{Sweep: "s1", Repository: github.Repository{ID: 7}})
	waiting(t, q, 1)
	done(t, d)
	enqueue(t, q, sweep.Job{Sweep: "s2", Repository: github.Repository{ID: 7}})
	if d := next(t, q); d.Job().Sweep != "s2" {
		t.Errorf("%v comes back", d.Job())
	}
}

func (queueTest) silent(t *testing.T, q sweep.Queue) {
	enqueue(t, q, sweep.Job{Repository: github.Repository{ID: 1}})
	next(t, q)
	done(t, next(t, q))
	waiting(t, q, 0)
}

// beat takes the only job and beats for some times ackWait. On a machine that stopped the test meanwhile, it tries again.
func (test queueTest) beat(t *testing.T, q sweep.Queue) {
	enqueue(t, q, sweep.Job{Repository: github.Repository{ID: 1}})
	for range 10 {
		d := next(t, q)
		longest := time.Duration(0)
		last := time.Now()
		for start := last; time.Since(start) < 3*test.ackWait; {
			time.Sleep(test.ackWait / 10)
			if err := d.Beat(); err != nil {
				t.Fatal(err)
			}
			longest = max(longest, time.Since(last))
			last = time.Now()
		}
		if nobody(t, q) {
			done(t, d)
			return
		}
		if longest < test.ackWait/2 {
			t.Fatalf("the job was handed out again, though its worker was never silent for longer than %v", longest)
		}
	}
}

func (queueTest) late(t *testing.T, q sweep.Queue) {
	enqueue(t, q, sweep.Job{Repository: github.Repository{ID: 1}})
	first := next(t, q)
	second := next(t, q)
	done(t, first)
	done(t, second)
	waiting(t, q, 0)
}

func (queueTest) later(t *testing.T, q sweep.Queue) {
	enqueue(t, q, sweep.Job{Repository: github.Repository{ID: 1}})
	enqueue(t, q, sweep.Job{Repository: github.Repository{ID: 2}})
	d := next(t, q)
	// A time within which the other job is surely done, as far as a test may say so.
	later := 2 * time.Second
	start := time.Now()
	if err := d.Later(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	waiting(t, q, 2)
	other := next(t, q)
	if other.Job().Repository.ID != 2 {
		t.Errorf("%v is handed out, want the other", other.Job())
	}
	done(t, other)
	again := next(t, q)
	if again.Job().Repository.ID != 1 || time.Since(start) < later {
		t.Errorf("%v is handed out after %v", again.Job(), time.Since(start))
	}
	done(t, again)
	waiting(t, q, 0)
}

func (queueTest) contexts(t *testing.T, q sweep.Queue) {
	enqueue(t, q, sweep.Job{Repository: github.Repository{ID: 1}})
	d := next(t, q)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errNext := q.Next(ctx)
	_, errWaiting := q.Waiting(ctx)
	for _, err := range []error{q.Enqueue(ctx, sweep.Job{Repository: github.Repository{ID: 2}}), errNext, errWaiting, d.Done(ctx), d.Later(ctx, 0)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want that the context is canceled", err)
		}
	}
}

// many lets workers that beat share jobs, some of which come twice, and one of the workers fall silent now and then.
func (test queueTest) many(t *testing.T, q sweep.Queue) {
	const jobs, workers = 60, 4
	for i := range jobs {
		enqueue(t, q, sweep.Job{Sweep: "s", Repository: github.Repository{ID: int64(1 + i)}})
		enqueue(t, q, sweep.Job{Sweep: "s", Repository: github.Repository{ID: int64(1 + i/2)}})
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	results := make(chan int64)
	for w := range workers {
		go func() {
			for n := w; ; n++ {
				d, err := q.Next(ctx)
				if err != nil {
					return
				}
				if n%20 == 0 {
					continue // as if it had been killed
				}
				if d.Done(ctx) == nil {
					results <- d.Job().Repository.ID
				}
			}
		}()
	}
	seen := make(map[int64]bool)
	for len(seen) < jobs {
		select {
		case id := <-results:
			seen[id] = true
		case <-ctx.Done():
			t.Fatalf("%d of %d jobs are done", len(seen), jobs)
		}
	}
}

func enqueue(t *testing.T, q sweep.Queue, j sweep.Job) {
	t.Helper()
	if err := q.Enqueue(t.Context(), j); err != nil {
		t.Fatal(fmt.Errorf("enqueuing %v: %w", j, err))
	}
}

func next(t *testing.T, q sweep.Queue) sweep.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d, err := q.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func done(t *testing.T, d sweep.Delivery) {
	t.Helper()
	if err := d.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// waiting waits until so many jobs are in the queue, because servers count with a delay.
func waiting(t *testing.T, q sweep.Queue, want int) {
	t.Helper()
	got := -1
	for start := time.Now(); time.Since(start) < patience && got != want; time.Sleep(time.Millisecond) {
		var err error
		if got, err = q.Waiting(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got != want {
		t.Fatalf("%d jobs are waiting, want %d", got, want)
	}
}

func nothing(t *testing.T, q sweep.Queue) {
	t.Helper()
	if !nobody(t, q) {
		t.Error("a job is handed out")
	}
}

// nobody reports whether no job can be had now.
func nobody(t *testing.T, q sweep.Queue) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := q.Next(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return err != nil
}
