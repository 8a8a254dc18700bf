package verifier

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/akguard/akguard/rules"
)

// maxPause is the longest pause between two questions about the same credential.
const maxPause = 5 * time.Second

// Retry wraps next and asks again, so many times at the most, while its verdict is Transient: throttled, or a fault of
// the service. It pauses before each time, twice as long as before the last one and at random between half and all of
// that, so that those who were refused together do not come back together. Nothing else is asked again: what
// could not be reached has had its timeout, and every other answer stands. If ctx ends in a pause, the last verdict
// stands.
func Retry(next Verifier, times int, pause time.Duration) Verifier {
	return &retry{next, times, pause}
}

type retry struct {
	next  Verifier
	times int
	pause time.Duration
}

// Verify asks next until it answers.
func (r *retry) Verify(ctx context.Context, c rules.Credential) Verdict {
	v := r.next.Verify(ctx, c)
	pause := r.pause
	for range r.times {
		if !v.Transient || !sleep(ctx, jittered(pause)) {
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
