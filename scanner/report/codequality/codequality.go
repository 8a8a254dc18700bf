// Package codequality writes a report in the format of GitLab's code quality widget, which all of its tiers show in merge
// requests: one issue for each place, the worst first.
//
// The format has no place for a scan that was not complete, and an empty list reads as "clean": such a scan has an issue that
// says so. Suppressed findings are left out.
package codequality

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// Format is GitLab's code quality report.
func Format() report.Format { return report.Format{Name: "codequality", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	say := words.Writer{Printer: o.Words, Whole: o.ShowSecrets}
	return whole.Handler(w, "code quality", func(r whole.Report) ([]byte, error) { return wire.Encode(issues(r, say), "  ") })
}

type (
	issue struct {
		Description string   `json:"description"`
		Check       string   `json:"check_name"`
		Fingerprint string   `json:"fingerprint"`
		Severity    string   `json:"severity"`
		Location    location `json:"location"`
	}
	location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	lines struct {
		Begin int `json:"begin"`
	}
)

func issues(r whole.Report, say words.Writer) []issue {
	list := []issue{}
	nth := make(map[string]int)
	for _, p := range order.Places(r.Findings) {
		o := p.First()
		key := p.Finding.Fingerprint + "\x00" + wire.File(o) + "\x00" + o.Member
		nth[key]++
		list = append(list, issue{
			Description: say.Sentence(p.Finding, o.Parts), Check: p.Finding.Rule.ID, Fingerprint: hash(key, nth[key]),
			Severity: severity(p.Finding), Location: at(wire.File(o), o.Line),
		})
	}
	return append(list, unread(r, say)...)
}

// unread is the issue of a scan that was not complete.
func unread(r whole.Report, say words.Writer) []issue {
	if r.Complete() {
		return nil
	}
	why, path := say.Say("report.incomplete"), "."
	switch n := r.Unread(); {
	case r.Summary.Interrupted:
		why = say.Say("report.interrupted")
	case n > 0 && len(r.Skips) > 0:
		path = r.Skips[0].Path
		why = say.Say("report.skipped", n) + say.Say("report.colon") + say.Say("report.sarif.not-read", path, r.Skips[0].Reason)
	}
	return []issue{{
		Description: say.Say("report.not-clean") + say.Say("report.colon") + why, Check: "akguard/unread", Fingerprint: hash("unread", 0),
		Severity: "major", Location: at(path, 1),
	}}
}

// at is a location. The format wants paths relative to the repository.
func at(path string, line int) location {
	return location{printable.Text(strings.TrimLeft(path, "/")), lines{max(line, 1)}}
}

// hash identifies an issue from one report to the next. It depends on the order of a credential's places in a file, and not
// on their lines, which change with every edit above.
func hash(key string, nth int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, nth))
	return hex.EncodeToString(sum[:])
}

func severity(f finding.Finding) string {
	switch {
	case f.Live():
		return "blocker"
	case f.Severity == rules.Critical:
		return "critical"
	case f.Severity == rules.High:
		return "major"
	case f.Severity == rules.Medium:
		return "minor"
	}
	return "info"
}
