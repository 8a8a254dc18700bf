package main

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// A stopwatch measures the time of a thread that always has something to do, which on an idle machine is that of a clock.
// Where other processes are busy, the thread gets only its share of the processors, and so does the process whose time is
// measured: what takes a second takes about a second on the stopwatch, however busy the machine is. What hangs does not end
// sooner.
type stopwatch struct {
	start time.Duration
	stop  sync.Once
}

// startStopwatch returns a stopwatch that runs until it is read.
func startStopwatch() *stopwatch { return &stopwatch{start: busy.begin()} }

// read stops the stopwatch and returns the time since it was started.
func (s *stopwatch) read() time.Duration {
	took := busy.now() - s.start
	s.stop.Do(busy.end)
	return took
}

// busy is the thread of all stopwatches. It runs while one of them does.
var busy thread

type thread struct {
	mu    sync.Mutex
	users int
	works bool
	spent time.Duration // by the thread, and by those before it
}

func (b *thread) begin() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users++; !b.works {
		b.works = true
		go b.work()
	}
	return b.spent
}

func (b *thread) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users--
}

func (b *thread) now() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spent
}

// work spends time until nobody needs it.
func (b *thread) work() {
	runtime.LockOSThread() // and the thread ends with it
	last := threadTime()
	for more := true; more; {
		for range 100_000 {
			_ = more
		}
		now := threadTime()
		b.mu.Lock()
		b.spent += now - last
		more = b.users > 0
		b.works = more
		b.mu.Unlock()
		last = now
	}
}

// pause waits long enough for a process to do what takes it that time.
func pause(d time.Duration) {
	w := startStopwatch()
	defer w.read()
	for busy.now()-w.start < d {
		time.Sleep(time.Millisecond)
	}
}

// await waits until something has happened. It gives up only after a time that no busy machine needs.
func await(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 12_000 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("still waiting for %s", what)
}
