package survey_test

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"time"
)

// clock is an emulated clock, on which nobody waits: it jumps to when the one who sleeps longest wakes up. Calls take no time by it.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	seen map[string]time.Time // what each goroutine was told last: it sleeps from then on, whatever others did meanwhile
}

func newClock(now time.Time) *clock { return &clock{now: now, seen: map[string]time.Time{}} }

// Now returns the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[goroutine()] = c.now
	return c.now
}

// Sleep advances the clock.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := c.seen[goroutine()].Add(d); until.After(c.now) {
		c.now = until
	}
	return ctx.Err()
}

// goroutine names the caller's goroutine: "goroutine 7".
func goroutine() string {
	var stack [32]byte
	name, _, _ := bytes.Cut(stack[:runtime.Stack(stack[:], false)], []byte(" ["))
	return string(name)
}
