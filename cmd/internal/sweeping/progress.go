package sweeping

import (
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/scanner/sweep"
)

// progress shows on a terminal how far a sweep is.
type progress struct{ bar *command.Progress } // nil: it shows nothing

func (r *githubRun) newProgress(o githubOptions) progress {
	if !terminal.Is(r.Err) || o.quiet || o.noProgress {
		return progress{}
	}
	bar := r.NewProgress().AtOnce()
	r.Progress = bar
	return progress{bar}
}

func (p progress) show(s sweep.Progress) {
	if p.bar != nil {
		p.bar.Phase("sweep", s.Handled, s.Listed)
	}
}

func (p progress) clear() { p.bar.Clear() }
