package transport_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/akguard/akguard/scanner/github/transport"
)

// brokenStore fails for a while.
type brokenStore struct {
	slowStore
	until time.Time
}

func (s *brokenStore) Update(ctx context.Context, f func(transport.State) transport.State) (transport.State, error) {
	if time.Now().Before(s.until) {
		return transport.State{}, errors.New("no leader")
	}
	return s.slowStore.Update(ctx, f)
}

// A request waits for a store that fails for a while, and a refusal is told to it later.
func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &brokenStore{until: time.Now().Add(10 * time.Second)}
		b := transport.NewBudget(transport.BudgetOptions{Store: store})
		cost, start := transport.Cost{Resource: "core", Points: 1}, time.Now()
		take := func() time.Duration {
			if err := b.Take(t.Context(), cost, transport.NewPatience(time.Hour)); err != nil {
				t.Fatal(err)
			}
			return time.Since(start)
		}
		if waited := take(); waited < 10*time.Second || waited > 12*time.Second {
			t.Errorf("waited %v", waited)
		}
		store.until = time.Now().Add(time.Second)
		b.Done(t.Context(), transport.Answer{Limited: true})
		if waited := take(); waited < 70*time.Second || waited > 75*time.Second {
			t.Errorf("after a refusal that the store was not told of: %v", waited)
		}
		b.Done(t.Context(), transport.Answer{Good: true})
		store.until = time.Now().Add(time.Hour)
		time.Sleep(10 * time.Second)
		if err := b.Take(t.Context(), cost, transport.NewPatience(time.Hour)); err == nil {
			t.Error("no error of a store that stays away")
		}
	})
}

// Patience ends a wait at once if it cannot be enough, and one behind another request when it is spent.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := transport.NewBudget(transport.BudgetOptions{})
		cost := transport.Cost{Resource: "core", Points: 1}
		if err := b.Take(t.Context(), cost, transport.NewPatience(time.Hour)); err != nil {
			t.Fatal(err)
		}
		b.Done(t.Context(), transport.Answer{Limited: true, Pause: 30 * time.Minute})
		var limited *transport.LimitedError
		start := time.Now()
		if err := b.Take(t.Context(), cost, transport.NewPatience(time.Minute)); !errors.As(err, &limited) || time.Since(start) > time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		go func() { _ = b.Take(t.Context(), cost, transport.NewPatience(time.Hour)) }()
		time.Sleep(time.Second)
		if err := b.Take(t.Context(), cost, transport.NewPatience(time.Minute)); !errors.As(err, &limited) || time.Since(start) > 2*time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		time.Sleep(time.Hour)
	})
}
