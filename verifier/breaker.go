package verifier

import (
	"context"
	"sync"

	"github.com/akguard/akguard/rules"
)

// Breaker wraps next and stops asking it after limit Offline verdicts in a row, so that a scan without a
// network does not wait for a timeout per credential. From then on every verdict is Unknown and Offline, with
// the reason of the last one. An answer that was under way then closes it again. A limit below 1 never stops.
func Breaker(next Verifier, limit int) Verifier {
	return &breaker{next: next, limit: limit}
}

type breaker struct {
	next  Verifier
	limit int

	mu     sync.Mutex
	missed int    // Offline verdicts since the last answer
	reason string // of the last of them
}

// Verify asks next, unless it has been offline too often.
func (b *breaker) Verify(ctx context.Context, c rules.Credential) Verdict {
	if reason, open := b.isOpen(); open {
		return Verdict{Status: Unknown, Reason: reason + "; not asked again", Offline: true}
	}
	v := b.next.Verify(ctx, c)
	// Without a question, or with one that the caller took back, the verdict tells nothing about the network.
	if v.Status != Unchecked && ctx.Err() == nil {
		b.note(v)
	}
	return v
}

func (b *breaker) isOpen() (reason string, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reason, b.limit > 0 && b.missed >= b.limit
}

func (b *breaker) note(v Verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !v.Offline {
		b.missed = 0
		return
	}
	b.missed++
	b.reason = v.Reason
}
