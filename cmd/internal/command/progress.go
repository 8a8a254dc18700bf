package command

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows on a terminal that a long scan is alive. Short scans show nothing.
type Progress struct {
	mu    sync.Mutex
	start time.Time
	bar   *progressbar.ProgressBar
	out   io.Writer
	bytes int64
}

// progressDelay is how long a scan runs before it shows progress.
const progressDelay = 500 * time.Millisecond

// NewProgress returns a progress that writes to a terminal.
func NewProgress(out io.Writer) *Progress { return &Progress{start: time.Now(), out: out} }

// Add counts bytes that have been scanned.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += int64(n)
	if p.bar == nil && time.Since(p.start) > progressDelay {
		p.bar = progressbar.NewOptions64(-1,
			progressbar.OptionSetWriter(p.out), progressbar.OptionShowBytes(true), progressbar.OptionSetDescription("scanning"),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSpinnerType(14))
		n = int(p.bytes)
	}
	if p.bar != nil {
		_ = p.bar.Add(n)
	}
}

// Clear removes the bar for good, so that words can follow.
func (p *Progress) Clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
	p.start = time.Now().Add(time.Hour)
}
