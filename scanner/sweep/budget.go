package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/akguard/akguard/scanner/github"
)

// bucketBudgets holds rate budgets, by identity.
const bucketBudgets = "budgets"

// OpenBudget returns the store of the rate budget that all workers with one identity share. The identity has no secret in it:
// letters, digits and hyphens.
func OpenBudget(ctx context.Context, s Store, identity string) (github.BudgetStore, error) {
	bucket, err := s.Bucket(ctx, bucketBudgets)
	if err != nil {
		return nil, fmt.Errorf("opening the bucket %s: %w", bucketBudgets, err)
	}
	return budget{bucket, identity}, nil
}

type budget struct {
	bucket Bucket
	key    string
}

// Update implements github.BudgetStore. A state that cannot be read is that of another version: the budget begins anew.
func (b budget) Update(ctx context.Context, f func(github.BudgetState) github.BudgetState) (github.BudgetState, error) {
	for {
		text, revision, err := b.bucket.Get(ctx, b.key)
		if err != nil {
			return github.BudgetState{}, fmt.Errorf("reading the rate budget: %w", err)
		}
		var state github.BudgetState
		if json.Unmarshal(text, &state) != nil {
			state = github.BudgetState{}
		}
		state = f(state)
		changed, err := json.Marshal(state)
		if err != nil {
			return state, fmt.Errorf("storing the rate budget: %w", err)
		}
		if _, err = b.bucket.Put(ctx, b.key, changed, revision); !errors.Is(err, ErrChanged) {
			return state, err
		}
	}
}
