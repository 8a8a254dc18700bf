package verifier

import (
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// stopped is the verdict of a question that the caller cancelled.
func stopped() Verdict {
	return Verdict{Status: Unknown, Reason: reason.New("verifier.stopped")}
}

// Budget wraps next and limits the total time of its questions, counted from the first one. When the time is used up,
// questions under way end, no more are asked, and every verdict is Unknown with that reason. There is no limit if it is
// zero or negative.
func Budget(next Verifier, limit time.Duration) Verifier {
	if limit <= 0 {
		return next
	}
	return &budget{next: next, limit: limit}
}

type budget struct {
	next  Verifier
	limit time.Duration

	once sync.Once
	ends time.Time
}

// Verify asks next while there is time.
func (b *budget) Verify(ctx context.Context, c rules.Credential) Verdict {
	b.once.Do(func() { b.ends = time.Now().Add(b.limit) })
	limited, cancel := context.WithDeadline(ctx, b.ends)
	defer cancel()
	if limited.Err() == nil {
		v := b.next.Verify(limited, c)
		if v.Status != Unknown || v.Code != "" || limited.Err() == nil { // a code is an answer, even a useless one
			return v
		}
	}
	if ctx.Err() != nil {
		return stopped()
	}
	return Verdict{Status: Unknown, Reason: reason.New("verifier.time-used-up", b.limit)}
}
