package github

import (
	"context"
	"sync"
	"time"
)

// BudgetStore keeps the state of a Budget. Update calls f with the present state, stores what it returns, and returns that, as
// one step: where another process is faster, it calls f again.
type BudgetStore interface {
	Update(ctx context.Context, f func(BudgetState) BudgetState) (BudgetState, error)
}

// BudgetState is what all processes of one identity share. It can be stored as JSON, and its zero value is a new budget.
type BudgetState struct {
	Blocked time.Time // no request before
}

// BudgetOptions say where a budget is kept.
type BudgetOptions struct {
	Store BudgetStore // nil: in memory
}

// Budget is the rate budget of all requests of one identity, in this process or in many. It is safe for concurrent use.
type Budget struct {
	store BudgetStore
}

// NewBudget returns a budget.
func NewBudget(o BudgetOptions) *Budget {
	if o.Store == nil {
		o.Store = new(memory)
	}
	return &Budget{store: o.Store}
}

// State returns the present state.
func (b *Budget) State(ctx context.Context) (BudgetState, error) {
	return b.store.Update(ctx, func(s BudgetState) BudgetState { return s })
}

// memory is a BudgetStore for one process.
type memory struct {
	mu    sync.Mutex
	state BudgetState
}

// Update implements BudgetStore.
func (m *memory) Update(_ context.Context, f func(BudgetState) BudgetState) (BudgetState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = f(m.state)
	return m.state, nil
}
