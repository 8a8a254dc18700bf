package cache_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
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

// TestManyFindings has a thousand findings of 200 credentials verified as a scan does it, by a service that takes 50 ms:
// each credential costs one call, the rate holds, and nothing waits for more than the rate.
func TestManyFindings(t *testing.T) {
	const findings, distinct, workers, rate, burst = 1000, 200, 16, 200, 8
	account := alibabatest.NewAccount()
	emulated, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	defer emulated.Close()
	emulated.Inject(alibabatest.Fault{Latency: 50 * time.Millisecond}, -1)
	var seen arrivals
	server := httptest.NewServer(seen.before(emulated))
	defer server.Close()
	checker, err := sts.New(sts.Options{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	c := cache.New(verifier.Limit(checker, verifier.Rate{PerSecond: rate, Burst: burst}), cache.Options{})

	keys := make([]rules.Credential, distinct)
	for i := range keys {
		keys[i] = account.AddKey("ci").Credential()
	}
	start := time.Now()
	verifyAll(t, c, keys, findings, workers)
	if took, theory := time.Since(start), time.Second*(distinct-burst)/rate+50*time.Millisecond; took > theory*3/2 {
		t.Errorf("it took %s, want %s", took, theory)
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
