package text

import (
	"fmt"
	"strings"
	"time"

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

// totals is the last line of a report. "0 live" alone would mislead where nobody could say.
func totals(s finding.Summary, unverified int) string {
	text := fmt.Sprintf("scanned %s (%s) and %s in %s: %s", count(s.Blobs, "blob"), size(s.Bytes),
		count(s.Commits, "commit"), took(s.Duration), count(int64(s.Findings), "finding"))
	if s.Findings > 0 {
		text += fmt.Sprintf(", %d live", s.Live)
	}
	if unverified > 0 {
		text += fmt.Sprintf(", %d not verified", unverified)
	}
	return text
}

func count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func size(n int64) string {
	units := [...]string{"KiB", "MiB", "GiB", "TiB"}
	if n < 1024 {
		return count(n, "byte")
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

// list joins the first names of total with commas, and counts the others.
func list(names []string, total int) string {
	shown := names[:min(len(names), maxNames)]
	text := strings.Join(shown, ", ")
	if more := total - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
