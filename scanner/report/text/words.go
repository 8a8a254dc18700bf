package text

import (
	"fmt"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/fatih/color"
)

// ink colours words, or leaves them as they are.
type ink struct{ alarm, doubt, good, strong, faint func(string) string }

func newInk(on bool) ink {
	return ink{
		alarm:  pen(on, color.FgRed, color.Bold),
		doubt:  pen(on, color.FgYellow, color.Bold),
		good:   pen(on, color.FgGreen, color.Bold),
		strong: pen(on, color.Bold),
		faint:  pen(on, color.Faint),
	}
}

// pen decides for itself: the colour package's own switch is global, and looks at standard output only.
func pen(on bool, attributes ...color.Attribute) func(string) string {
	if !on {
		return func(s string) string { return s }
	}
	c := color.New(attributes...)
	c.EnableColor()
	return func(s string) string { return c.Sprint(s) }
}

// totals is the last line of a report. "0 live" alone would mislead if some findings could not be verified.
func (h *handler) totals(s finding.Summary, unverified int) string {
	findings := h.say.Say("report.findings", s.Findings)
	if h.change && s.Findings > 0 {
		findings += h.say.Say("report.comma") + h.say.Say("report.new", s.New)
	}
	if s.Findings > 0 {
		findings += h.say.Say("report.comma") + h.say.Say("report.live", s.Live)
	}
	if unverified > 0 {
		findings += h.say.Say("report.comma") + h.say.Say("report.unverified", unverified)
	}
	if s.Suppressed > 0 {
		findings += h.say.Say("report.comma") + h.say.Say("report.suppressed-count", s.Suppressed)
	}
	return h.say.Say("report.totals", reason.New("report.blobs", s.Blobs), h.size(s.Bytes),
		reason.New("report.commits", s.Commits), took(s.Duration).String(), findings)
}

func (h *handler) size(n int64) string {
	units := [...]string{"KiB", "MiB", "GiB", "TiB"}
	if n < 1024 {
		return h.say.Say("report.bytes", n)
	}
	value, unit := float64(n)/1024, 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

func took(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}
