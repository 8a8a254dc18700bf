package sweeping

import (
	"context"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/scanner/sweep"
)

// progress shows on a terminal how far a sweep is.
type progress struct {
	bar  *command.Progress // nil: it shows nothing
	say  func(key string, args ...any) string
	left func() (int, bool) // requests that GitHub takes in this hour

	asked time.Time // when left was called last
	rest  int
	known bool
}

func (r *githubRun) newProgress(ctx context.Context, o githubOptions) *progress {
	if !terminal.Is(r.Err) || o.quiet || o.noProgress {
		return &progress{}
	}
	bar := r.NewProgress().AtOnce()
	r.Progress = bar
	return &progress{bar: bar, say: r.Text, left: func() (int, bool) { return r.pool.account.left(ctx) }}
}

// leftEvery is how often the budget is asked what is left: it is in the store that all workers share.
const leftEvery = 2 * time.Second

// show shows how many repositories were handled, what was read and found, and what GitHub still takes.
func (p *progress) show(s sweep.Progress) {
	if p.bar == nil {
		return
	}
	p.bar.Phase("sweep", s.Handled, s.Listed)
	if time.Since(p.asked) > leftEvery {
		p.asked = time.Now()
		p.rest, p.known = p.left()
	}
	detail := p.say("progress.sweep-detail", s.Bytes>>20, s.Findings)
	if p.known {
		detail = p.say("progress.sweep-rate", s.Bytes>>20, s.Findings, p.rest)
	}
	p.bar.Detail(detail)
}

func (p *progress) clear() { p.bar.Clear() }
