package cloud

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/akguard/akguard/verifier/internal/wait"
)

// newClient is for calls that need no network, with a rate of ten calls a second. These are inside tests because synctest
// and a network do not go together.
func newClient() *Client {
	return &Client{shared: &shared{paces: map[string]*pace{RAM: newPace(rate{10, time.Second})}, sleep: wait.For}, retries: defaultRetries}
}

func TestRetries(t *testing.T) {
	throttled, failed := &Error{Code: "Throttling.User", HTTPStatus: 400}, &Error{Code: "InternalError", HTTPStatus: 500}
	denied, cut := &Error{Code: "NoPermission", HTTPStatus: 403}, &Error{Unreachable: true}
	broken := &Error{Unreachable: true, Broken: true}
	for _, test := range []struct {
		name    string
		answers []error
		tries   int
		want    error
	}{
		{"at once", []error{nil}, 1, nil},
		{"busy twice", []error{throttled, throttled, nil}, 3, nil},
		{"failed once", []error{failed, nil}, 2, nil},
		{"always busy", []error{throttled, throttled, throttled, failed, nil}, 4, failed},
		{"denied", []error{denied, nil}, 1, denied},
		{"unreachable", []error{cut, nil}, 1, cut},
		{"broken off", []error{broken, broken, nil}, 3, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := newClient().retried(t.Context(), RAM, func() error {
				tries++
				return test.answers[tries-1]
			})
			if !errors.Is(err, test.want) || tries != test.tries {
				t.Errorf("%s: %v after %d tries, want %v after %d", test.name, err, tries, test.want, test.tries)
			}
		})
	}
}

// In any second there are no more calls than the rate allows, whoever makes them, and the first ones do not wait.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient()
		start := time.Now()
		var at []time.Duration
		for range 35 {
			if err := c.retried(t.Context(), RAM, func() error { at = append(at, time.Since(start)); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if at[9] != 0 || at[34] < 3*time.Second || at[34] > 4*time.Second {
			t.Errorf("calls at %s", at)
		}
		for i := 10; i < len(at); i++ {
			if at[i]-at[i-10] < time.Second {
				t.Errorf("eleven calls between %s and %s", at[i-10], at[i])
			}
		}
	})
}

// Once a service was too busy, the central services share one pace: together they make no more calls than one of them did.
func TestJointPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient()
		c.paces[IMS], c.joint = newPace(rate{10, time.Second}), newPace(rate{10, time.Second})
		call := func(service string, answer error) time.Time {
			_ = c.paced(t.Context(), service, func() error { return answer })
			return time.Now()
		}
		start := time.Now()
		for range 10 {
			call(RAM, nil)
			if at := call(IMS, nil); at != start {
				t.Fatalf("it waited %s", at.Sub(start))
			}
		}
		call(RAM, &Error{Code: "Throttling.User", HTTPStatus: 400})
		crowded := time.Now()
		for range 10 {
			call(RAM, nil)
			call(IMS, nil)
		}
		if took := call(RAM, nil).Sub(crowded); took < 2*time.Second || took > 4*time.Second {
			t.Errorf("21 calls in %s", took)
		}
	})
}

// Whoever waits ends with the context: with the service's error where there was one.
func TestRetriesEndWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		busy := &Error{Code: "Throttling", HTTPStatus: 400}
		start := time.Now()
		if err := newClient().retried(ctx, RAM, func() error { return busy }); !errors.Is(err, busy) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("it took %s", took)
		}
		if err := newClient().retried(ctx, RAM, func() error { t.Error("called"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// A burst passes at once, and what follows keeps to the average.
func TestBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(rate{40, 2 * time.Second})
		for i := range 100 {
			want := time.Duration(i/40) * (2*time.Second + paceMargin)
			if got := p.reserve(); got != want {
				t.Errorf("call %d waits %s, want %s", i+1, got, want)
			}
		}
	})
}

func TestOnce(t *testing.T) {
	tries := 0
	busy := &Error{Code: "Throttling", HTTPStatus: 400}
	if err := newClient().Once().retried(t.Context(), RAM, func() error { tries++; return busy }); !errors.Is(err, busy) || tries != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
}
