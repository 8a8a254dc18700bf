package text_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/reporttest"
	"github.com/akguard/akguard/scanner/report/text"
	"github.com/akguard/akguard/verifier"
)

func render(t *testing.T, r reporttest.Report, opts report.Options) string {
	t.Helper()
	opts.Words, opts.Now = reason.Plain{}, reporttest.Now()
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
	reporttest.Golden(t, "change.txt", []byte(render(t, reporttest.Change(), report.Options{})))
	reporttest.Golden(t, "sweep.txt", []byte(render(t, reporttest.Sweep(), report.Options{})))
	reporttest.Golden(t, "many.txt", []byte(render(t, many(30), report.Options{})))
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

// many is a report of n unverified findings in several folders.
func many(n int) reporttest.Report {
	r := reporttest.Clean()
	one := reporttest.Change().Findings[0]
	one.State = ""
	for i := range n {
		f := one
		f.Occurrences = slices.Clone(one.Occurrences)
		f.Occurrences[0].Path = fmt.Sprintf("src/f%d/x/app.yml", i%8)
		r.Findings = append(r.Findings, f)
	}
	r.Summary.Findings = n
	return r
}

func TestManyFindingsHaveAnOverview(t *testing.T) {
	out := render(t, many(30), report.Options{})
	for _, want := range []string{
		"by-verdict report.status.unchecked 30\n", "by-severity report.severity.critical 30\n",
		"by-folder src/f0 4report.commasrc/f1 4report.commasrc/f2 4", "report.other-folders(3, 10)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the overview", want)
		}
	}
	if n := strings.Count(out, "report.next."); n != 1 {
		t.Errorf("the same advice is given %d times", n)
	}
	if out := render(t, many(20), report.Options{}); strings.Contains(out, "by-verdict") {
		t.Error("few findings have an overview")
	}
}

func TestAllListsEveryPlace(t *testing.T) {
	r := reporttest.Wide(300)
	out := render(t, r, report.Options{All: true})
	if n := strings.Count(out, "report.place.file("); n != len(r.Findings[0].Occurrences) {
		t.Errorf("%d of %d places are listed", n, len(r.Findings[0].Occurrences))
	}
	if strings.Contains(out, "report.more(") {
		t.Error("something is counted and not listed")
	}
	full := reporttest.Full()
	if n := strings.Count(render(t, full, report.Options{All: true}), "report.skip("); n != len(full.Skips) {
		t.Errorf("%d of %d skips are listed", n, len(full.Skips))
	}
}

// What was there before a change, and what is suppressed, is a line each, unless it works.
func TestChange(t *testing.T) {
	r := reporttest.Change()
	out := render(t, r, report.Options{})
	if !strings.HasPrefix(out, "report.status.unchecked  report.severity.critical  report.type.accesskey  "+r.Findings[0].Credential.ID.String()) {
		t.Errorf("the new finding is not first:\n%s", out)
	}
	for _, want := range []string{
		"\n  report.state.moved  ", "\n  report.state.existing  ", "report.since(02636f6d6d)report.comma李雷 <lilei@example.com>report.comma2024-05-01\n",
		"\n  report.suppressed-word  ", "report.suppressed-owner(report.suppressed(.akguardignore:7, sample of the\\x1b[2K manual), 李雷)\n",
		"report.row.print " + r.Findings[0].Fingerprint, "report.new(1)", "report.suppressed-count(2))\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if n := strings.Count(out, "report.row.first"); n != 1 {
		t.Errorf("%d findings have a block", n)
	}
	r.Findings[2].Verdict.Status = verifier.Live
	if n := strings.Count(render(t, r, report.Options{}), "report.row.first"); n != 2 {
		t.Errorf("a live finding that is not new has no block: %d blocks", n)
	}
	r.Findings = r.Findings[3:]
	r.Summary.Findings, r.Summary.New = 0, 0
	if out := render(t, r, report.Options{}); !strings.Contains(out, "report.nothing-found") {
		t.Errorf("only suppressed findings, and not clean:\n%s", out)
	}
}

// The commands name keys whole, so they are for the terminal alone, and for keys that the report knows whole.
func TestCommands(t *testing.T) {
	r := reporttest.Full()
	id := r.Findings[0].Credential.ID
	if out := render(t, r, report.Options{Person: true}); !strings.Contains(out, "report.commands\n  akguard respond ") || !strings.Contains(out, "\n  akguard respond "+id.Reveal()+"\n") {
		t.Errorf("no command for a key that works:\n%s", out)
	}
	if out := render(t, r, report.Options{}); strings.Contains(out, id.Reveal()) {
		t.Error("a file has a whole ID")
	}
	for i := range r.Findings {
		c := &r.Findings[i].Credential
		c.ID = rules.NewSecret(c.ID.String())
	}
	if out := render(t, r, report.Options{Person: true}); strings.Contains(out, "report.commands") {
		t.Error("a command has a masked ID")
	}
}

// Lines fit the terminal, except for words that must stay whole, and say the same.
func TestWidth(t *testing.T) {
	words := func(s string) string { return strings.Join(strings.Fields(s), "") } // Chinese is broken without a space
	for name, r := range reporttest.Samples() {
		whole := render(t, r, report.Options{})
		for _, width := range []int{40, 80, 200} {
			out := render(t, r, report.Options{Width: width})
			if words(out) != words(whole) {
				t.Errorf("%s at %d columns says something else", name, width)
			}
			for _, line := range strings.Split(out, "\n") {
				if len([]rune(line)) > width && strings.Contains(line, "report.row.") && strings.Count(strings.TrimSpace(line), " ") > 2 {
					t.Errorf("%s at %d columns: %q", name, width, line)
				}
			}
		}
	}
}
