package verifier_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// script is a Verifier that gives these verdicts one after the other, and counts the questions.
func script(asked *int, verdicts ...verifier.Verdict) verifier.Verifier {
	return verifierFunc(func(context.Context) verifier.Verdict {
		*asked++
		return verdicts[min(*asked, len(verdicts))-1]
	})
}

func TestRetry(t *testing.T) {
	busy := verifier.Verdict{Status: verifier.Unknown, Code: "Throttling", Transient: true}
	live, off := verifier.Verdict{Status: verifier.Live}, verifier.Verdict{Status: verifier.Unknown, Offline: true}
	for _, test := range []struct {
		name     string
		verdicts []verifier.Verdict
		asked    int
		want     verifier.Verdict
	}{
		{"answered at once", []verifier.Verdict{live}, 1, live},
		{"throttled twice, then fine", []verifier.Verdict{busy, busy, live}, 3, live},
		{"always throttled", []verifier.Verdict{busy}, 4, busy},
		{"out of reach", []verifier.Verdict{off, live}, 1, off},
		{"throttled, then out of reach", []verifier.Verdict{busy, off, live}, 2, off},
	} {
		asked := 0
		v := verifier.Retry(script(&asked, test.verdicts...), 3, time.Millisecond).Verify(t.Context(), rules.Credential{})
		if asked != test.asked || v != test.want {
			t.Errorf("%s: %+v after %d questions, want %+v after %d", test.name, v, asked, test.want, test.asked)
		}
	}
}

func TestRetryPausesLongerEachTime(t *testing.T) {
	asked := 0
	start := time.Now()
	busy := verifier.Verdict{Status: verifier.Unknown, Transient: true}
	verifier.Retry(script(&asked, busy), 3, 20*time.Millisecond).Verify(t.Context(), rules.Credential{})
	if took := time.Since(start); took < 70*time.Millisecond || took > 5*time.Second {
		t.Errorf("three pauses took %s, want half of 20+40+80 ms at least", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	start = time.Now()
	v := verifier.Retry(script(&asked, busy), 3, time.Hour).Verify(ctx, rules.Credential{})
	if v != busy || time.Since(start) > 2*time.Second {
		t.Errorf("%+v after %s", v, time.Since(start))
	}
}

func TestBudget(t *testing.T) {
	slow := verifierFunc(func(ctx context.Context) verifier.Verdict {
		<-ctx.Done()
		return verifier.Verdict{Status: verifier.Unknown, Reason: reason.Text("stopped")}
	})
	b := verifier.Budget(slow, 50*time.Millisecond)
	start := time.Now()
	for range 5 { // the first one uses it up
		v := b.Verify(t.Context(), rules.Credential{})
		if v.Status != verifier.Unknown || v.Reason.String() != "verifier.time-used-up(50ms)" {
			t.Errorf("got %+v", v)
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if v := verifier.Budget(slow, time.Minute).Verify(stopped, rules.Credential{}); !strings.Contains(v.Reason.String(), "stopped") {
		t.Errorf("the caller's own end is blamed on the budget: %+v", v)
	}
}

// The budget begins with the first question: reading a repository may take longer than that.
func TestBudgetBeginsWithTheFirstQuestion(t *testing.T) {
	asked := 0
	live := script(&asked, verifier.Verdict{Status: verifier.Live})
	b := verifier.Budget(live, 50*time.Millisecond)
	time.Sleep(60 * time.Millisecond)
	if v := b.Verify(t.Context(), rules.Credential{}); v.Status != verifier.Live {
		t.Errorf("got %+v", v)
	}
	unlimited := verifier.Budget(live, 0)
	if v := unlimited.Verify(t.Context(), rules.Credential{}); v.Status != verifier.Live {
		t.Errorf("without a limit: %+v", v)
	}
}

// An endpoint that hangs costs one timeout, and not one for each question that came before the first missed.
func TestBreakerCountsWhatIsUnderWay(t *testing.T) {
	const timeout, workers, limit = 300 * time.Millisecond, 8, 3
	var asked atomic.Int32
	b := verifier.Breaker(verifierFunc(func(context.Context) verifier.Verdict {
		asked.Add(1)
		time.Sleep(timeout + time.Duration(asked.Load())*time.Millisecond)
		return verifier.Verdict{Status: verifier.Unknown, Offline: true, Reason: reason.Text("off")}
	}), limit)
	start := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range 10 {
				b.Verify(t.Context(), rules.Credential{})
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 2*timeout || asked.Load() > workers {
		t.Errorf("%d questions took %s, want one timeout of %s", asked.Load(), took, timeout)
	}
	waiting, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if v := b.Verify(waiting, rules.Credential{}); v.Reason.String() != "verifier.not-asked-again(off)" {
		t.Errorf("got %+v", v)
	}
}

// After a miss, an answer lets everybody in again.
func TestBreakerLetsInAgain(t *testing.T) {
	asked := 0
	off, live := verifier.Verdict{Status: verifier.Unknown, Offline: true}, verifier.Verdict{Status: verifier.Live}
	b := verifier.Breaker(script(&asked, off, off, live), 3)
	for range 20 {
		b.Verify(t.Context(), rules.Credential{})
	}
	if asked != 20 {
		t.Errorf("asked %d times, want 20", asked)
	}
}
