package cloud

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
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

// Pace returns how many calls of a service are made in how long a time; 0 if there is no limit.
func (c *Client) Pace(service string) (calls int, per time.Duration) {
	p := c.paces[service]
	if p == nil {
		return 0, 0
	}
	return p.calls, p.per + paceMargin
}

// firstPause comes before the first repetition; it doubles each time.
const firstPause = 500 * time.Millisecond

// fill uses up the turns of the present stretch of time.
func (p *pace) fill() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = slices.Repeat([]time.Time{p.now()}, p.calls)
}

// turn takes the next turn for a call, and returns how long it is away. Whether RAM, IMS and the other central services count
// calls together is not documented: each has a pace of its own until one of them refuses a call as too many. Then they share one.
func (c *Client) turn(service string) time.Duration {
	d := c.paces[service].reserve()
	if c.crowded.Load() && !services[service].regional {
		d = max(d, c.joint.reserve())
	}
	return d
}

// crowd has the central services share one pace from now on.
func (c *Client) crowd(service string) {
	if services[service].regional {
		return
	}
	c.crowding.Do(func() {
		c.joint.fill() // the service has had enough for now
		c.crowded.Store(true)
	})
}

// paced makes one call when its turn has come. The turn is lost if ctx ends before.
func (c *Client) paced(ctx context.Context, service string, call func() error) error {
	if d := c.turn(service); d > 0 {
		if err := c.sleep(ctx, d); err != nil {
			return fmt.Errorf("waiting to call %s: %w", service, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting to call %s: %w", service, err)
	}
	err := call()
	if IsThrottled(err) {
		c.crowd(service)
	}
	return err
}

// retried makes a call that only reads, and repeats it while the service is busy or fails, or breaks the connection. The
// pauses are random, so that clients that were refused together do not come back together. The error is that of the last
// try.
func (c *Client) retried(ctx context.Context, service string, call func() error) error {
	pause := firstPause
	for try := 0; ; try++ {
		err := c.paced(ctx, service, call)
		if !IsTransient(err) && !isBroken(err) || try >= c.retries || c.sleep(ctx, pause/2+rand.N(pause/2)) != nil {
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

// isBroken reports whether the connection broke before the whole answer had come. Another one may not.
func isBroken(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Broken
}

// IsUnreachable reports whether no answer came at all.
func IsUnreachable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Unreachable
}
