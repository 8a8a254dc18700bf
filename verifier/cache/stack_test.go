package cache_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/akguard/akguard/verifier/sts"
)

// arrivals counts the calls that come to a server, and when.
type arrivals struct {
	mu sync.Mutex
	at []time.Time
}

func (a *arrivals) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.at = append(a.at, time.Now())
		a.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// A thousand findings of 200 credentials, verified side by side by a service that takes 50 ms. Five of the workers keep up
// with the rate; the others make up for a machine that has other work too.
const (
	findings, distinct, workers = 1000, 200, 16
	rate, burst                 = 100, 8
	latency                     = 50 * time.Millisecond
	theory                      = time.Second*(distinct-burst)/rate + latency
)

func someKeys(account *alibabatest.Account) []rules.Credential {
	keys := make([]rules.Credential, distinct)
	for i := range keys {
		keys[i] = account.AddKey("ci").Credential()
	}
	return keys
}

func stack(v verifier.Verifier) verifier.Verifier {
	return cache.New(verifier.Limit(v, verifier.Rate{PerSecond: rate, Burst: burst}), cache.Options{})
}

// pauses adds up the times for which the machine did not let this process run at all, until ctx ends. A busy host stops
// virtual machines for seconds; nothing that the program does wrong stops a goroutine that only sleeps.
func pauses(ctx context.Context, total chan<- time.Duration) {
	const tick, usual = 5 * time.Millisecond, 50 * time.Millisecond
	var lost time.Duration
	for last := time.Now(); ctx.Err() == nil; last = time.Now() {
		time.Sleep(tick)
		if gap := time.Since(last); gap > usual {
			lost += gap
		}
	}
	total <- lost
}

// TestManyFindings asks the emulated service: each credential costs one call, the rate holds, and nothing waits for more
// than the rate, but for a machine that stands still. Its timeout is longer than that lasts.
func TestManyFindings(t *testing.T) {
	account := alibabatest.NewAccount()
	emulated, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	defer emulated.Close()
	emulated.Inject(alibabatest.Fault{Latency: latency}, -1)
	var seen arrivals
	server := httptest.NewServer(seen.before(emulated))
	defer server.Close()
	checker, err := sts.New(sts.Options{Endpoint: server.URL, Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	keys := someKeys(account)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lost := make(chan time.Duration)
	go pauses(ctx, lost)
	start := time.Now()
	verifyAll(t, stack(checker), keys, findings, workers)
	took := time.Since(start)
	cancel()
	if stood := <-lost; took-stood > theory*3/2 {
		t.Errorf("it took %s, %s of them standing still, want %s, or half as long again", took, stood, theory)
	}
	if len(seen.at) != distinct {
		t.Errorf("%d calls, want %d", len(seen.at), distinct)
	}
	for i, at := range seen.at {
		if allowed := burst + int(at.Sub(start)*rate/time.Second) + 1; i+1 > allowed {
			t.Fatalf("%d calls after %s, want %d at the most", i+1, at.Sub(start), allowed)
		}
	}
}

// TestManyFindingsInTheory measures the same without a network and with a clock of its own, on which the time is exact.
func TestManyFindingsInTheory(t *testing.T) {
	keys := someKeys(alibabatest.NewAccount())
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		verifyAll(t, stack(slow{}), keys, findings, workers)
		if took := time.Since(start); took < theory-latency || took > theory+latency {
			t.Errorf("it took %s, want %s", took, theory)
		}
	})
}

// slow is a service without a network.
type slow struct{}

func (slow) Verify(context.Context, rules.Credential) verifier.Verdict {
	time.Sleep(latency)
	return verifier.Verdict{Status: verifier.Live, CheckedAt: time.Now()}
}

func verifyAll(t *testing.T, v verifier.Verifier, keys []rules.Credential, findings, workers int) {
	t.Helper()
	next := make(chan rules.Credential)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for cred := range next {
				if got := v.Verify(t.Context(), cred); got.Status != verifier.Live {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	for i := range findings {
		next <- keys[i*7%len(keys)]
	}
	close(next)
	wg.Wait()
}
