package gate

import (
	"cmp"
	"slices"
	"time"

	"github.com/akguard/akguard/cmd/internal/ci"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
)

// annotator makes annotations of a report: an error for each finding that counts, a notice for each that was there before, and
// a warning for what was not read.
type annotator struct {
	finding.Discard
	text     func(key string, args ...any) string
	shown    map[string]bool // fingerprints of findings that need no annotation
	findings []finding.Finding
	list     []ci.Annotation
}

// annotations returns the annotations of a report, the worst first. Values are masked, in paths too. Findings that are shown
// elsewhere have none.
func (r *ciRun) annotations(result *ciResult, shown map[string]bool) []ci.Annotation {
	a := &annotator{text: r.Text, shown: shown}
	if err := result.Play(report.Masked(a)); err != nil {
		return nil // it never fails
	}
	return a.list
}

// Finding implements finding.Handler.
func (a *annotator) Finding(f finding.Finding) error {
	if f.Suppressed.IsZero() && !a.shown[f.Fingerprint] {
		a.findings = append(a.findings, f)
	}
	return nil
}

// Skip implements finding.Handler.
func (a *annotator) Skip(s finding.Skip) error {
	a.list = append(a.list, ci.Annotation{Level: "warning", Title: "akguard", Message: a.text("report.skip", s.Path, s.Reason)})
	return nil
}

// Summary implements finding.Handler.
func (a *annotator) Summary(finding.Summary) error {
	slices.SortStableFunc(a.findings, finding.CompareUrgency)
	var out []ci.Annotation
	for _, f := range a.findings {
		out = append(out, a.annotate(f))
	}
	a.list = append(out, a.list...)
	return nil
}

func (a *annotator) annotate(f finding.Finding) ci.Annotation {
	at := f.Occurrences[len(f.Occurrences)-1] // of the change, and not where it was introduced
	out := ci.Annotation{Level: "error", File: at.Path, Line: at.Line, Column: at.Column, Title: a.text("ci.annotation.title")}
	value := cmp.Or(f.Credential.ID.String(), f.Credential.Secret.String())
	status := a.text("report.status." + f.Verdict.Status.String())
	if f.Counts() {
		out.Message = a.text("ci.annotation.new", value, status, f.Fingerprint)
		return out
	}
	first := f.Occurrences[0]
	out.Level = "notice"
	out.Message = a.text("ci.annotation.old", value, first.Commit[:min(10, len(first.Commit))], first.Author, first.Date.UTC().Format(time.DateOnly))
	return out
}
