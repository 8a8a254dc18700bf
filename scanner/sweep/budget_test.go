package sweep_test

import (
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/akguard/akguard/scanner/sweep/sweeptest"
)

// Workers that share a budget lose no change of another one, and begin anew with a state that they cannot read.
func TestBudget(t *testing.T) {
	m := sweeptest.NewMemory(time.Minute)
	bucket, err := m.Bucket(t.Context(), "budgets")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Put(t.Context(), "app-1", []byte("[]"), 0); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		store, err := sweep.OpenBudget(t.Context(), m, "app-1")
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for range 20 {
				if _, err := store.Update(t.Context(), func(s github.BudgetState) github.BudgetState {
					s.Strikes++
					return s
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	store, err := sweep.OpenBudget(t.Context(), m, "app-1")
	if err != nil {
		t.Fatal(err)
	}
	state, err := store.Update(t.Context(), func(s github.BudgetState) github.BudgetState { return s })
	if err != nil || state.Strikes != 160 {
		t.Errorf("%d changes, %v", state.Strikes, err)
	}
}
