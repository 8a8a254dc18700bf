package verifier_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// verifierFunc lets a function be a Verifier.
type verifierFunc func(ctx context.Context) verifier.Verdict

func (f verifierFunc) Verify(ctx context.Context, _ rules.Credential) verifier.Verdict { return f(ctx) }

func TestBreaker(t *testing.T) {
	verdicts := map[rune]verifier.Verdict{
		'o': {Status: verifier.Unknown, Offline: true, Reason: reason.Text("STS could not be reached (no such host)")},
		'l': {Status: verifier.Live},
		't': {Status: verifier.Unknown, Code: "Throttling"},
		'-': {Reason: reason.Text("a secret alone cannot be checked")},
	}
	tests := []struct {
		name    string
		limit   int
		answers string // what next would say to each call
		asked   int    // calls that next must see
	}{
		{"all answered", 2, "llll", 4},
		{"stops at the limit", 2, "ooll", 2},
		{"limit of one", 1, "olll", 1},
		{"an answer in between starts anew", 2, "olool", 4},
		{"any answer counts", 2, "otoll", 5},
		{"what nobody asked is no answer", 2, "o-oll", 3},
		{"no limit", 0, "oooooo", 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			b := verifier.Breaker(verifierFunc(func(context.Context) verifier.Verdict {
				asked++
				return verdicts[rune(test.answers[asked-1])]
			}), test.limit)
			var last verifier.Verdict
			for range test.answers {
				last = b.Verify(t.Context(), rules.Credential{})
			}
			if asked != test.asked {
				t.Errorf("next was asked %d times, want %d", asked, test.asked)
			}
			if test.asked < len(test.answers) {
				want := verifier.Verdict{Status: verifier.Unknown, Offline: true,
					Reason: reason.New("verifier.not-asked-again", reason.Text("STS could not be reached (no such host)"))}
				if last != want {
					t.Errorf("open breaker says %+v, want %+v", last, want)
				}
			}
		})
	}
}

func TestBreakerIgnoresCancelledChecks(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	var asked int
	b := verifier.Breaker(verifierFunc(func(context.Context) verifier.Verdict {
		asked++
		return verifier.Verdict{Status: verifier.Unknown, Offline: true}
	}), 1)
	b.Verify(stopped, rules.Credential{})
	b.Verify(t.Context(), rules.Credential{})
	if asked != 2 {
		t.Errorf("asked %d times, want 2: a cancelled check says nothing about the network", asked)
	}
}

func TestBreakerConcurrently(t *testing.T) {
	var asked atomic.Int32
	b := verifier.Breaker(verifierFunc(func(context.Context) verifier.Verdict {
		asked.Add(1)
		return verifier.Verdict{Status: verifier.Unknown, Offline: true, Reason: reason.Text("off")}
	}), 3)
	const workers, each = 8, 50
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if v := b.Verify(t.Context(), rules.Credential{}); !v.Offline || v.Status != verifier.Unknown {
					t.Errorf("verdict %+v, want unknown and offline", v)
				}
			}
		})
	}
	wg.Wait()
	if n := asked.Load(); n < 3 || n > 3+workers {
		t.Errorf("asked %d times, want 3 and at most one more per worker", n)
	}
}
