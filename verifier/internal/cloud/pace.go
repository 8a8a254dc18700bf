package cloud

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// rate allows so many calls in any stretch of time that is as long as per.
type rate struct {
	calls int
	per   time.Duration
}

// pace makes calls wait for their turn. A nil pace lets all calls through.
type pace struct {
	rate
	now func() time.Time // time.Now but in tests

	mu   sync.Mutex
	last []time.Time // of the last calls, as many as the rate allows; the oldest first
}

// paceMargin is added to each stretch, because calls that are sent a second apart may arrive closer together.
const paceMargin = 100 * time.Millisecond

func newPace(r rate) *pace { return &pace{rate: r, now: time.Now} }

// reserve takes the next turn, and returns how long it is away.
func (p *pace) reserve() time.Duration {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	at := now
	if len(p.last) == p.calls {
		if free := p.last[0].Add(p.per + paceMargin); free.After(at) {
			at = free
		}
		p.last = p.last[1:]
	}
	p.last = append(p.last, at)
	return at.Sub(now)
}

// firstPause comes before the first repetition; it doubles each time.
const firstPause = 500 * time.Millisecond

// paced makes one call when its turn has come. The turn is lost if ctx ends before.
func (c *Client) paced(ctx context.Context, service string, call func() error) error {
	if d := c.paces[service].reserve(); d > 0 {
		if err := c.sleep(ctx, d); err != nil {
			return fmt.Errorf("waiting to call %s: %w", service, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting to call %s: %w", service, err)
	}
	return call()
}

// retried makes a call that only reads, and repeats it while the service is busy or fails. The pauses are random, so
// that clients that were refused together do not come back together. The error is that of the last try.
func (c *Client) retried(ctx context.Context, service string, call func() error) error {
	pause := firstPause
	for try := 0; ; try++ {
		err := c.paced(ctx, service, call)
		if !IsTransient(err) || try >= c.retries || c.sleep(ctx, pause/2+rand.N(pause/2)) != nil {
			return err
		}
		pause *= 2
	}
}

// IsTransient reports whether the service was busy, or failed: it may answer later.
func IsTransient(err error) bool {
	var e *Error
	return IsThrottled(err) || errors.As(err, &e) && e.HTTPStatus >= 500
}

// IsUnreachable reports whether no answer came at all.
func IsUnreachable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Unreachable
}
