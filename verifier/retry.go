package verifier

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/wait"
)

// maxPause is the longest backoff.
const maxPause = 5 * time.Second

// Retry wraps next and asks again, at most so many times, while its verdict is Transient: throttled, or a fault of the
// service. The backoff doubles each time, with jitter, so that callers that were refused together do not come back
// together. Nothing else is asked again: an unreachable service has had its timeout, and every other answer is final. If
// ctx ends in a pause, the last verdict is returned.
func Retry(next Verifier, times int, pause time.Duration) Verifier {
	return &retry{next, times, pause}
}

type retry struct {
	next  Verifier
	times int
	pause time.Duration
}

// Verify asks next until it gives an answer.
func (r *retry) Verify(ctx context.Context, c rules.Credential) Verdict {
	v := r.next.Verify(ctx, c)
	pause := r.pause
	for range r.times {
		if !v.Transient || wait.For(ctx, jittered(pause)) != nil {
			return v
		}
		pause = min(2*pause, maxPause)
		v = r.next.Verify(ctx, c)
	}
	return v
}

func jittered(pause time.Duration) time.Duration {
	return pause/2 + time.Duration(rand.Float64()*float64(pause)/2)
}
