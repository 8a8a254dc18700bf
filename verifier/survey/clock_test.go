package survey_test

import (
	"context"
	"sync"
	"testing"
	"time"
)

// clock is an emulated clock, which stands still while nobody sleeps: then it jumps to when the first one wakes up.
type clock struct {
	mu      sync.Mutex
	now     time.Time
	waiting map[chan struct{}]time.Time
}

// newClock returns a clock that runs until the test ends.
func newClock(t testing.TB, now time.Time) *clock {
	c := &clock{now: now, waiting: map[chan struct{}]time.Time{}}
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond): // whoever took a turn in the meantime now sleeps
				c.advance()
			}
		}
	}()
	return c
}

// advance jumps to the first time at which somebody wakes up.
func (c *clock) advance() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first time.Time
	for _, at := range c.waiting {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.After(c.now) {
		c.now = first
	}
	for wake, at := range c.waiting {
		if !at.After(c.now) {
			close(wake)
			delete(c.waiting, wake)
		}
	}
}

// Now returns the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep waits for d by this clock.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	wake := make(chan struct{})
	c.mu.Lock()
	c.waiting[wake] = c.now.Add(d)
	c.mu.Unlock()
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.waiting, wake)
		c.mu.Unlock()
		return ctx.Err()
	}
}
