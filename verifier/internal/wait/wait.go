// Package wait sleeps until a context ends. It is a leaf.
package wait

import (
	"context"
	"time"
)

// For waits for d, or until ctx ends. It returns the context's error then.
func For(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
