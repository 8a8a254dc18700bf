package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/akguard/akguard/scanner/github/transport"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type noToken struct{}

func (noToken) Token(context.Context, string) (string, error) { return "", nil }

func newTransport(t *testing.T, next roundTripper) *transport.Transport {
	t.Helper()
	base, err := url.Parse("https://api.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	return &transport.Transport{
		Next: next, Base: base, GraphQL: "https://api.example.com/graphql", Tokens: noToken{}, Secrets: new(transport.Redactor),
		Budget: transport.NewBudget(transport.BudgetOptions{}), Patience: func() *transport.Patience { return transport.NewPatience(time.Hour) },
	}
}

func get(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// A server that does not answer is given up after four attempts.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, start := 0, time.Now()
		slow := make(chan [2]time.Duration, 10)
		tr := newTransport(t, func(r *http.Request) (*http.Response, error) {
			n++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		tr.Slow = func(waited, _ time.Duration) { slow <- [2]time.Duration{time.Since(start), waited} }
		_, err := tr.RoundTrip(get(t.Context(), t))
		if first := <-slow; len(slow) != 3 || first != [2]time.Duration{5 * time.Second, 5 * time.Second} {
			t.Errorf("it is told to be slow after %v, and %d times more", first, len(slow))
		}
		if took := time.Since(start); err == nil || errors.Is(err, context.Canceled) || n != 4 || took > 3*time.Minute {
			t.Errorf("%v after %v and %d attempts", err, took, n)
		}
	})
}

// body is a body that takes a while for each read.
type body struct {
	ctx   context.Context
	waits []time.Duration
}

func (b *body) Read(p []byte) (int, error) {
	if len(b.waits) == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(b.waits[0]):
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
	b.waits = b.waits[1:]
	return copy(p, "x"), nil
}

func (*body) Close() error { return nil }

// A stream may take long, also who reads it, but it may not stop for long.
func TestStream(t *testing.T) {
	for _, test := range []struct {
		waits []time.Duration
		pause time.Duration // of who reads
		good  bool
	}{
		{[]time.Duration{50 * time.Second, 50 * time.Second, 50 * time.Second}, 0, true},
		{[]time.Duration{time.Second, time.Second}, 10 * time.Minute, true},
		{[]time.Duration{time.Second, 2 * time.Minute}, 0, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			tr := newTransport(t, func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: &body{r.Context(), test.waits}}, nil
			})
			resp, err := tr.RoundTrip(get(transport.Streamed(t.Context()), t))
			if err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, err = resp.Body.Read(make([]byte, 1))
				time.Sleep(test.pause)
			}
			if (err == io.EOF) != test.good {
				t.Errorf("%v: %v", test.waits, err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRedactor(t *testing.T) {
	var r transport.Redactor
	r.Add("")
	r.Add("ghs_abc")
	r.Add("ghs_abc")
	if got := r.Clean("token ghs_abc, Basic eC1hY2Nlc3MtdG9rZW46Z2hzX2FiYw=="); got != "token ****, Basic ****" {
		t.Error(got)
	}
	if got := r.List(); len(got) != 1 || got[0] != "ghs_abc" {
		t.Error(got)
	}
	for range 2000 {
		r.Add(strings.Repeat("y", 10) + time.Now().String())
	}
	if n := len(r.List()); n > 1440 {
		t.Errorf("%d tokens are kept", n)
	}
}
