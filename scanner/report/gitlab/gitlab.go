// Package gitlab writes a report in the format of GitLab's secret detection, version 15.0.4, which GitLab shows in the
// security tab and in merge requests: one vulnerability for each place, the worst first.
//
// GitLab shows raw source code to everybody who sees the report, so that field stays empty. The scan counts as a success only
// if everything was read, and each thing that was not is a message. Suppressed findings are counted in a message: GitLab
// knows no such state. A place that is in no commit has the ID that GitLab's own analyzer uses there.
package gitlab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/verifier"
)

const (
	version   = "15.0.4"
	schemaURL = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.4/dist/secret-detection-report-format.json"
	homepage  = "https://github.com/akguard/akguard"
	noCommit  = "0000000"
)

// The limits of the format, in characters.
const (
	maxName     = 255
	maxSolution = 7000
)

// Format is GitLab's secret detection report.
func Format() report.Format { return report.Format{Name: "gitlab", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	b := builder{words.Writer{Printer: o.Words, Whole: o.ShowSecrets}, o}
	return whole.Handler(w, "GitLab", func(r whole.Report) ([]byte, error) { return wire.Encode(b.document(r), "  ") })
}

// The objects of the format that this package writes.
type (
	document struct {
		Version         string          `json:"version"`
		Schema          string          `json:"schema"`
		Scan            scan            `json:"scan"`
		Vulnerabilities []vulnerability `json:"vulnerabilities"`
	}
	scan struct {
		Analyzer tool      `json:"analyzer"`
		Scanner  tool      `json:"scanner"`
		Type     string    `json:"type"`
		Start    string    `json:"start_time"`
		End      string    `json:"end_time"`
		Status   string    `json:"status"`
		Messages []message `json:"messages"`
	}
	tool struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		URL     string `json:"url"`
		Version string `json:"version"`
		Vendor  vendor `json:"vendor"`
	}
	vendor struct {
		Name string `json:"name"`
	}
	message struct {
		Level string `json:"level"`
		Value string `json:"value"`
	}
	vulnerability struct {
		ID          string            `json:"id"`
		Name        string            `json:"name"`
		Description string            `json:"description"`
		Severity    string            `json:"severity"`
		Solution    string            `json:"solution"`
		Location    location          `json:"location"`
		Identifiers []identifier      `json:"identifiers"`
		Links       []link            `json:"links,omitempty"`
		Details     map[string]detail `json:"details"`
	}
	location struct {
		File   string `json:"file"`
		Commit commit `json:"commit"`
		Start  int    `json:"start_line"`
		End    int    `json:"end_line"`
	}
	commit struct {
		SHA    string `json:"sha"`
		Author string `json:"author,omitempty"`
		Date   string `json:"date,omitempty"`
	}
	identifier struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	link struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	detail struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

type builder struct {
	say  words.Writer
	opts report.Options
}

func (b builder) document(r whole.Report) document {
	d := document{Version: version, Schema: schemaURL, Scan: b.scan(r), Vulnerabilities: []vulnerability{}}
	for _, p := range order.Places(r.Findings) {
		d.Vulnerabilities = append(d.Vulnerabilities, b.vulnerability(r, p))
	}
	return d
}

func (b builder) scan(r whole.Report) scan {
	ours := tool{ID: "akguard", Name: "akguard", URL: homepage, Version: r.Header.Version, Vendor: vendor{"akguard"}}
	if ours.Version == "" {
		ours.Version = "unknown"
	}
	end := b.opts.Time()
	s := scan{
		Analyzer: ours, Scanner: ours, Type: "secret_detection", Status: "success",
		Start: clock(end.Add(-r.Summary.Duration)), End: clock(end), Messages: []message{},
	}
	if !r.Complete() {
		s.Status = "failure"
	}
	add := func(level, text string) { s.Messages = append(s.Messages, message{level, text}) }
	if r.Summary.Interrupted {
		add("fatal", b.say.Say("report.interrupted"))
	} else if !r.Complete() && len(r.Skips) == 0 {
		add("warn", b.say.Say("report.incomplete"))
	}
	for _, n := range r.Header.Notes {
		add("info", b.say.Print(n))
	}
	for _, skip := range r.Skips {
		add("warn", b.say.Say("report.sarif.not-read", skip.Path, skip.Reason))
	}
	if n := r.Hidden(); n > 0 {
		add("info", b.say.Say("report.hidden", n))
	}
	return s
}

// clock writes a time as the format wants it: in UTC, without saying so.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

func (b builder) vulnerability(r whole.Report, p order.Place) vulnerability {
	f, o := p.Finding, p.First()
	v := vulnerability{
		ID: id(p), Name: cut(b.say.Subject(f.Credential), maxName), Description: b.say.Sentence(f, o.Parts),
		Severity: severity(f), Solution: cut(b.say.Print(words.Next(f)), maxSolution),
		Location:    location{File: printable.Text(wire.File(o)), Commit: commitOf(o), Start: max(o.Line, 1), End: max(o.Line, 1)},
		Identifiers: []identifier{{"akguard_rule_id", "akguard rule " + f.Rule.ID, f.Rule.ID}},
		Details:     b.details(f),
	}
	if url := wire.CommitURL(r.Header, o); url != "" {
		v.Links = []link{{b.say.Say("report.commit", o.Commit), url}}
	}
	return v
}

func (b builder) details(f finding.Finding) map[string]detail {
	text := func(name, value string) detail { return detail{"text", b.say.Say(name), value} }
	d := map[string]detail{
		"verdict":     text("report.column.verdict", b.say.Print(words.Status(f.Verdict.Status))),
		"fingerprint": text("report.column.fingerprint", f.Fingerprint),
	}
	if f.State != "" {
		d["state"] = text("report.column.state", b.say.Print(words.State(f.State)))
	}
	return d
}

func commitOf(o finding.Occurrence) commit {
	if o.Commit == "" {
		return commit{SHA: noCommit}
	}
	return commit{SHA: o.Commit, Author: printable.Short(o.Author), Date: wire.Time(o.Date)}
}

// id is the same in each report of the same credential at the same place.
func id(p order.Place) string {
	o := p.First()
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", p.Finding.Fingerprint, wire.File(o), o.Member, o.Line))
	return hex.EncodeToString(sum[:])
}

// severity is that of the finding. One that works and is restricted is as urgent as one that works.
func severity(f finding.Finding) string {
	switch f.Severity {
	case rules.Critical:
		return "Critical"
	case rules.High:
		return "High"
	case rules.Medium:
		return "Medium"
	}
	if f.Verdict.Status == verifier.NotFound || f.Verdict.Status == verifier.Expired {
		return "Info"
	}
	return "Low"
}

// cut shortens a text to a number of characters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
