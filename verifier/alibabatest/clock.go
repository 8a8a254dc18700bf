package alibabatest

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"time"
)

// Clock is an emulated clock, on which nobody waits: it jumps to when the one who sleeps longest wakes up. Calls take no time by
// it. Give its methods to the server and to the client, and hours of paced calls take a moment. It is safe for concurrent use.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	seen map[string]time.Time // what each goroutine was told last: it sleeps from then on, whatever others did meanwhile
}

// NewClock returns a clock that shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now, seen: map[string]time.Time{}} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[goroutine()] = c.now
	return c.now
}

// Sleep advances the clock.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
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
