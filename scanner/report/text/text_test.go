package text_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/scanner/report/text"
)

func render(t *testing.T, r reporttest.Report, opts report.Options) string {
	t.Helper()
	opts.Words = reason.Plain{}
	var b bytes.Buffer
	if err := r.Play(text.Format().Open(&b, opts)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.txt", []byte(render(t, reporttest.Full(), report.Options{})))
	reporttest.Golden(t, "wide.txt", []byte(render(t, reporttest.Wide(300), report.Options{})))
	reporttest.Golden(t, "clean.txt", []byte(render(t, reporttest.Clean(), report.Options{})))
}

func TestColor(t *testing.T) {
	t.Setenv("NO_COLOR", "1") // Options.Color decides, not the environment
	colored := render(t, reporttest.Full(), report.Options{Color: true})
	if !strings.HasPrefix(colored, "\x1b[31;1mreport.status.live-loud\x1b[") {
		t.Errorf("no colour at the start of %.60q", colored)
	}
	if out := render(t, reporttest.Full(), report.Options{}); strings.Contains(out, "\x1b") {
		t.Errorf("colour without being asked for in %q", out)
	}
}

func TestBlocksStayShort(t *testing.T) {
	for _, r := range []reporttest.Report{reporttest.Full(), reporttest.Wide(300)} {
		r.Skips = nil
		blocks := strings.Split(render(t, r, report.Options{Quiet: true}), "\n\n")
		for _, block := range blocks[:len(r.Findings)] {
			if n := strings.Count(block, "\n") + 1; n > 8 {
				t.Errorf("a block has %d lines:\n%s", n, block)
			}
		}
	}
}

func TestIncompleteIsNeverClean(t *testing.T) {
	skip := []finding.Skip{{Path: "a", Reason: reason.Text("b")}}
	for name, spoil := range map[string]func(*reporttest.Report){
		"a skip":                func(r *reporttest.Report) { r.Skips = skip },
		"a skip in the summary": func(r *reporttest.Report) { r.Summary.Skips = 1 },
		"an incomplete summary": func(r *reporttest.Report) { r.Summary.Complete = false },
		"an interrupted scan":   func(r *reporttest.Report) { r.Summary.Interrupted, r.Summary.Complete = true, false },
		"findings and a skip":   func(r *reporttest.Report) { *r = reporttest.Wide(1); r.Skips = skip },
		"the full report":       func(r *reporttest.Report) { *r = reporttest.Full() },
	} {
		r := reporttest.Clean()
		spoil(&r)
		for _, quiet := range []bool{false, true} {
			out := render(t, r, report.Options{Quiet: quiet})
			if !strings.Contains(out, "report.not-clean") || strings.Contains(out, "report.nothing-found") {
				t.Errorf("%s (quiet: %t) reads:\n%s", name, quiet, out)
			}
		}
	}
}

func TestQuietCleanScanIsSilent(t *testing.T) {
	if out := render(t, reporttest.Clean(), report.Options{Quiet: true}); out != "" {
		t.Errorf("it says %q", out)
	}
}
