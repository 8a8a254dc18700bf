package verifier

import (
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
)

// Rate is how often one may ask: PerSecond on average, and Burst at once after a pause. Burst is 1 if it is less.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limit wraps next and asks it no more often than the rate says; the others wait for their turn. A rate that is
// not positive is none. It cannot know what needs no question: wrap what asks, and nothing else.
func Limit(next Verifier, r Rate) Verifier {
	if r.PerSecond <= 0 {
		return next
	}
	every := time.Duration(float64(time.Second) / r.PerSecond)
	return &limiter{next: next, every: every, ahead: time.Duration(max(r.Burst, 1)-1) * every}
}

// limiter is a token bucket, kept as the time from which on the bucket holds one token: tokens need no counting then.
type limiter struct {
	next  Verifier
	every time.Duration // a token comes
	ahead time.Duration // how far turn may lie behind: the size of the bucket

	mu   sync.Mutex
	turn time.Time // of the next question
}

// Verify asks next when it is its turn.
func (l *limiter) Verify(ctx context.Context, c rules.Credential) Verdict {
	if !sleep(ctx, time.Until(l.book())) {
		return stopped()
	}
	return l.next.Verify(ctx, c)
}

// book takes the next turn. It is lost if the caller does not wait for it.
func (l *limiter) book() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if earliest := time.Now().Add(-l.ahead); l.turn.Before(earliest) {
		l.turn = earliest
	}
	turn := l.turn
	l.turn = turn.Add(l.every)
	return turn
}

// sleep waits, and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
