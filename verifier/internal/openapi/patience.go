package openapi

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Patience lets the clients that share it make so many calls in any second and no more, because RAM and IMS refuse more
// than a few and the owner's own programs need them too; the first ones need not wait. A call that met a busy or failing
// service is made again, up to three times and later each time. So it is for clients that only read: of a change that
// failed, nobody knows whether it happened. The zero value is ready, and a nil one has no patience.
type Patience struct {
	PerSecond int // 10 if below 1

	mu   sync.Mutex
	last []time.Time // of the last calls, as many as come in a second; the oldest first
}

const (
	patientCalls = 10
	patientTime  = 1100 * time.Millisecond // calls that are sent a second apart may arrive closer together
	firstPause   = 500 * time.Millisecond
	lastPause    = 2 * time.Second
)

// call makes a call when its turn has come, and again where that may help. The error is that of the last try, or
// wraps ctx's if there was none.
func (p *Patience) call(ctx context.Context, call func() error) error {
	if p == nil {
		return call()
	}
	for pause := firstPause; ; pause *= 2 {
		if err := sleep(ctx, time.Until(p.book())); err != nil {
			return err
		}
		err := call()
		if !IsPassing(err) || pause > lastPause {
			return err
		}
		// At random, so that those who were refused together do not come back together.
		if sleep(ctx, pause/2+rand.N(pause/2)) != nil {
			return err
		}
	}
}

// book takes the next turn.
func (p *Patience) book() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, most := time.Now(), p.PerSecond
	if most < 1 {
		most = patientCalls
	}
	if len(p.last) == most {
		if free := p.last[0].Add(patientTime); free.After(at) {
			at = free
		}
		p.last = p.last[1:]
	}
	p.last = append(p.last, at)
	return at
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("waiting for a turn to call: %w", err)
	}
	return nil
}

// IsPassing reports whether the service was busy, or failed: it may answer later.
func IsPassing(err error) bool {
	var e *Error
	return IsThrottled(err) || errors.As(err, &e) && e.HTTPStatus >= 500
}

// IsUnreachable reports whether no answer came at all.
func IsUnreachable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Unreachable
}
