package scanning

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier"
)

// verbose wraps a verifier that asks a service, and reports each question with its answer. Values are masked here too.
type verbose struct {
	next verifier.Verifier
	app  *Runner
	name string     // of who is asked
	mu   sync.Mutex // writes one line at a time
}

// Verify asks next.
func (t *verbose) Verify(ctx context.Context, c rules.Credential) verifier.Verdict {
	start := time.Now()
	v := t.next.Verify(ctx, c)
	if v.CheckedAt.IsZero() { // nobody was asked
		return v
	}
	status := reason.New("report.status." + v.Status.String())
	if v.Code != "" {
		status = reason.New("verify.status-code", status, v.Code)
	}
	if v.Status == verifier.Unknown {
		status = reason.New("verify.status-reason", status, v.Reason)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.app.Progress.Clear()
	t.app.Say("verify.asked", t.name, cmp.Or(c.ID.String(), c.Secret.String()), status, time.Since(start).Round(time.Millisecond))
	return v
}
