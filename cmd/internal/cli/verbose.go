package cli

import (
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier"
)

// told wraps what asks STS, and says each question and how it was answered. Values are masked here too.
type told struct {
	next verifier.Verifier
	app  *app
	mu   sync.Mutex // for one line after the other
}

// Verify asks next.
func (t *told) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	start := time.Now()
	v := t.next.Verify(ctx, c)
	if v.CheckedAt.IsZero() { // nobody was asked
		return v
	}
	text := v.Status.String()
	if v.Code != "" {
		text += " (" + v.Code + ")"
	}
	if v.Status == verifier.Unknown {
		text += ", " + v.Reason.String()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.app.progress.clear()
	terminal.Say(t.app.Err, "asked STS about %s: %s, after %s", c.ID, text, time.Since(start).Round(time.Millisecond))
	return v
}
