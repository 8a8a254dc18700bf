package cache_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/akguard/akguard/verifier/connection"
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

// Five hundred findings of 100 credentials, verified side by side by a service that takes 50 ms. STS is asked 40 times in
// two seconds: the workers keep up with that, and nothing but the pace should take time.
const (
	findings, distinct, workers = 500, 100, 16
	burst, window               = 40, 2 * time.Second
	latency                     = 50 * time.Millisecond
	theory                      = (distinct - 1) / burst * (window + 100*time.Millisecond)
)

func someKeys(account *alibabatest.Account) []rules.Credential {
	keys := make([]rules.Credential, distinct)
	for i := range keys {
		keys[i] = account.AddKey("ci").Credential()
	}
	return keys
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

// TestManyFindings asks the emulated service: each credential costs one call, the pace is kept, and nothing waits for
// anything else, unless the machine itself stops for a while. The timeout is longer than that lasts.
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
	checker, err := sts.New(sts.Options{Connection: connect(t, server.URL), Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	keys := someKeys(account)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lost := make(chan time.Duration)
	go pauses(ctx, lost)
	start := time.Now()
	verifyAll(t, cache.New(checker, cache.Options{}), keys, findings, workers)
	took := time.Since(start)
	cancel()
	if stood := <-lost; took < theory || took-stood > theory*3/2 {
		t.Errorf("it took %s, %s of them standing still, want %s, or half as long again", took, stood, theory)
	}
	if len(seen.at) != distinct {
		t.Errorf("%d calls, want %d", len(seen.at), distinct)
	}
	for i := range len(seen.at) - burst {
		if d := seen.at[i+burst].Sub(seen.at[i]); d < window*3/4 { // a busy machine delays some of them on their way
			t.Fatalf("%d calls in %s", burst+1, d)
		}
	}
}

func connect(t *testing.T, url string) *connection.Connection {
	t.Helper()
	c, err := connection.New(connection.Options{Endpoints: map[string]string{"sts": url}})
	if err != nil {
		t.Fatal(err)
	}
	return c
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
