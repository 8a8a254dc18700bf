package verifier

import (
	"context"
	"sync"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Breaker wraps next and stops asking it after limit Offline verdicts in a row, so that a scan without a
// network does not wait for a timeout per credential. From then on every verdict is Unknown and Offline, with
// the reason of the last one. An answer that was under way then closes it again. A limit below 1 never stops.
//
// Questions that are under way count: once there was a miss, no more of them are let through than may still miss,
// and the others wait for how these end. So an endpoint that hangs costs one timeout, however many ask at once.
func Breaker(next Verifier, limit int) Verifier {
	return &breaker{next: next, limit: limit, ended: make(chan struct{})}
}

type breaker struct {
	next  Verifier
	limit int

	mu     sync.Mutex
	asking int           // questions under way
	missed int           // Offline verdicts since the last answer
	reason reason.Reason // of the last of them
	ended  chan struct{} // closed, and another one made, when a question ends
}

// Verify asks next, unless it has been offline too often.
func (b *breaker) Verify(ctx context.Context, c rules.Credential) Verdict {
	why, ok := b.admit(ctx)
	switch {
	case ctx.Err() != nil && !ok:
		return stopped()
	case !ok:
		return Verdict{Status: Unknown, Reason: reason.Text(why.String() + "; not asked again"), Offline: true}
	}
	v := b.next.Verify(ctx, c)
	// Without a question, or with one that the caller took back, the verdict tells nothing about the network.
	b.end(v, v.Status != Unchecked && ctx.Err() == nil)
	return v
}

// admit lets a question through, or says why the last one missed. It waits while others decide that.
func (b *breaker) admit(ctx context.Context) (why reason.Reason, ok bool) {
	for {
		b.mu.Lock()
		why, open, wait := b.reason, b.limit > 0 && b.missed >= b.limit, b.ended
		ok := b.limit < 1 || b.missed == 0 || b.missed+b.asking < b.limit
		if ok {
			b.asking++
		}
		b.mu.Unlock()
		if ok || open {
			return why, ok
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return reason.Reason{}, false
		}
	}
}

// end takes note of how a question ended, and wakes those who wait for that.
func (b *breaker) end(v Verdict, tells bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asking--
	switch {
	case !tells:
	case v.Offline:
		b.missed, b.reason = b.missed+1, v.Reason
	default:
		b.missed = 0
	}
	close(b.ended)
	b.ended = make(chan struct{})
}
