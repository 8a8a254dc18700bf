package verifier

import (
	"context"
	"sync"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// Breaker wraps next and opens after limit Offline verdicts in a row, so that a scan without a network does not wait for a
// timeout per credential. While it is open, every verdict is Unknown and Offline, with the reason of the last one. It
// closes again when an answer arrives that was still under way. With a limit below 1 it never opens.
//
// Questions under way count too: after a miss, no more questions pass than may still miss, and the others wait for their
// result. So an endpoint that hangs costs one timeout, however many callers ask at once.
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
		return Verdict{Status: Unknown, Reason: reason.New("verifier.not-asked-again", why), Offline: true}
	}
	v := b.next.Verify(ctx, c)
	// Without a question, or with one that the caller cancelled, the verdict says nothing about the network.
	b.end(v, v.Status != Unchecked && ctx.Err() == nil)
	return v
}

// admit lets a question pass, or returns why the last one missed. It waits while questions under way decide that.
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

// end records how a question ended, and wakes those that wait for it. Only a meaningful verdict counts.
func (b *breaker) end(v Verdict, meaningful bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asking--
	switch {
	case !meaningful:
	case v.Offline:
		b.missed, b.reason = b.missed+1, v.Reason
	default:
		b.missed = 0
	}
	close(b.ended)
	b.ended = make(chan struct{})
}
