package command

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows on a terminal that a long scan is alive, and what it does. Short scans show nothing.
type Progress struct {
	say func(key string, args ...any) string // puts the names of phases into words

	mu    sync.Mutex
	start time.Time
	bar   *progressbar.ProgressBar
	phase string // "" while content is read
	done  int    // in the phase
	out   io.Writer
	bytes int64
	more  string // shown beside the name of the phase
	own   bool   // more says how long it takes
}

// progressDelay is how long a scan runs before it shows progress.
const progressDelay = 500 * time.Millisecond

// NewProgress returns a progress that writes to a terminal.
func (a *App) NewProgress() *Progress {
	return &Progress{start: time.Now(), out: a.Err, say: a.Text}
}

// AtOnce has a progress shown from the beginning. It is for what always takes long.
func (p *Progress) AtOnce() *Progress {
	p.start = time.Time{}
	return p
}

// OwnEstimate has a progress show no estimate but what Detail says.
func (p *Progress) OwnEstimate() *Progress {
	p.own = true
	return p
}

// Add counts bytes that have been scanned. Content of another source may be read after a phase: then reading is shown again.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += int64(n)
	if p.phase != "" {
		p.finish()
		p.phase = ""
	}
	if p.bar == nil && p.due() {
		p.bar = p.newBar(-1, "progress.read", progressbar.OptionShowBytes(true), progressbar.OptionSpinnerType(14))
		n = int(p.bytes)
	}
	if p.bar != nil {
		_ = p.bar.Add(n)
	}
}

// Phase shows how far a phase is: done of total. A total of 0 is not known. Calls may overtake each other.
func (p *Progress) Phase(name string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase != name {
		p.finish()
		p.phase, p.done, p.more = name, 0, ""
	}
	p.done = max(p.done, done)
	if p.bar == nil && p.due() {
		options := []progressbar.Option{progressbar.OptionShowCount(), progressbar.OptionSetWidth(20)}
		if total == 0 {
			total, options = -1, []progressbar.Option{progressbar.OptionSpinnerType(14)}
		}
		p.bar = p.newBar(total, "progress."+name, options...)
	}
	if p.bar == nil {
		return
	}
	if total <= 0 {
		_ = p.bar.RenderBlank()
		return
	}
	_ = p.bar.Set(p.done)
}

// Detail shows a text beside the name of the phase.
func (p *Progress) Detail(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more = text; p.bar != nil && p.phase != "" {
		p.bar.Describe(p.say("progress."+p.phase) + text)
	}
}

// due reports whether the scan takes long enough to be shown.
func (p *Progress) due() bool { return time.Since(p.start) > progressDelay }

func (p *Progress) newBar(total int, key string, options ...progressbar.Option) *progressbar.ProgressBar {
	if p.own {
		options = append(options, progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	}
	return progressbar.NewOptions(total, append(options,
		progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(p.say(key)+p.more),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())...)
}

// finish removes the bar.
func (p *Progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}

// Clear removes the bar for good, so that words can follow.
func (p *Progress) Clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.start = time.Now().Add(time.Hour)
}
