package text_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/fixture"
	"github.com/akguard/akguard/scanner/report/text"
)

func render(t *testing.T, r fixture.Report, opts text.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Play(report.Masked(text.NewHandler(&b, opts))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	fixture.Golden(t, "full.txt", []byte(render(t, fixture.Full(), text.Options{})))
	fixture.Golden(t, "wide.txt", []byte(render(t, fixture.Wide(300), text.Options{})))
	fixture.Golden(t, "clean.txt", []byte(render(t, fixture.Clean(), text.Options{})))
}

func TestColor(t *testing.T) {
	t.Setenv("NO_COLOR", "1") // Options.Color is the user's word, whoever worked it out
	colored := render(t, fixture.Full(), text.Options{Color: true})
	if !strings.HasPrefix(colored, "\x1b[31;1mLIVE\x1b[") {
		t.Errorf("no colour at the start of %.60q", colored)
	}
	if out := render(t, fixture.Full(), text.Options{}); strings.Contains(out, "\x1b") {
		t.Errorf("colour without being asked for in %q", out)
	}
}

func TestBlocksStayShort(t *testing.T) {
	for _, r := range []fixture.Report{fixture.Full(), fixture.Wide(300)} {
		r.Skips = nil
		blocks := strings.Split(render(t, r, text.Options{Quiet: true}), "\n\n")
		for _, block := range blocks[:len(r.Findings)] {
			if n := strings.Count(block, "\n") + 1; n > 8 {
				t.Errorf("a block has %d lines:\n%s", n, block)
			}
		}
	}
}

func TestIncompleteIsNeverClean(t *testing.T) {
	skip := []finding.Skip{{Path: "a", Reason: reason.Text("b")}}
	for name, spoil := range map[string]func(*fixture.Report){
		"a skip":                func(r *fixture.Report) { r.Skips = skip },
		"a skip in the summary": func(r *fixture.Report) { r.Summary.Skips = 1 },
		"an incomplete summary": func(r *fixture.Report) { r.Summary.Complete = false },
		"findings and a skip":   func(r *fixture.Report) { *r = fixture.Wide(1); r.Skips = skip },
		"the full report":       func(r *fixture.Report) { *r = fixture.Full() },
	} {
		r := fixture.Clean()
		spoil(&r)
		for _, quiet := range []bool{false, true} {
			out := render(t, r, text.Options{Quiet: quiet})
			if !strings.Contains(out, "NOT clean") || strings.Contains(out, "clean: no Alibaba") {
				t.Errorf("%s (quiet: %t) reads:\n%s", name, quiet, out)
			}
		}
	}
}

func TestQuietCleanScanIsSilent(t *testing.T) {
	if out := render(t, fixture.Clean(), text.Options{Quiet: true}); out != "" {
		t.Errorf("it says %q", out)
	}
}
