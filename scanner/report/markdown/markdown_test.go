package markdown_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/markdown"
	"github.com/akguard/akguard/scanner/report/reporttest"
)

func render(t *testing.T, r reporttest.Report) string {
	t.Helper()
	return string(reporttest.Render(t, markdown.Format(), r))
}

func TestGolden(t *testing.T) {
	reporttest.Golden(t, "full.md", []byte(render(t, reporttest.Full())))
	reporttest.Golden(t, "clean.md", []byte(render(t, reporttest.Clean())))
	reporttest.Golden(t, "change.md", []byte(render(t, reporttest.Change())))
}

var (
	tags     = regexp.MustCompile(`<(/?code|br|a href="https://github\.com/(demo/shop/commit/[0-9a-f]+|acme/shop/blob/[0-9a-f]+/deploy/app\.env#L3)"|/a)>`)
	entities = regexp.MustCompile(`&#[0-9]+;`)
	special  = regexp.MustCompile("[<>&@`\\\\!\\[\\]{}_~$%|#*:\"']")
	codes    = regexp.MustCompile(`\b(report|hint|error)\.?[a-z.-]*\(?`) // the names that tests have for texts
)

// safe fails unless all that is left of a text, without our own tags, is harmless in Markdown and HTML.
func safe(t *testing.T, name, text string) {
	t.Helper()
	rest := entities.ReplaceAllString(tags.ReplaceAllString(text, ""), "")
	if found := special.FindString(rest); found != "" {
		t.Errorf("%s: %q is not escaped in %q", name, found, text)
	}
	if regexp.MustCompile(`(?i)www\.`).MatchString(rest) {
		t.Errorf("%s: a link in %q", name, text)
	}
}

func TestCode(t *testing.T) {
	for _, word := range reporttest.Words() {
		got := markdown.Code(word)
		if !strings.HasPrefix(got, "<code>") || !strings.HasSuffix(got, "</code>") || strings.Count(got, "<code>") != 1 {
			t.Errorf("%q is not code: %q", word, got)
		}
		safe(t, "a word", got)
	}
}

func FuzzCode(f *testing.F) {
	for _, word := range reporttest.Words() {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if got := markdown.Code(word); word != "" {
			safe(t, "a word", got)
		}
	})
}

// Every cell of the table is safe, and each row has as many as the head.
func TestHostileWords(t *testing.T) {
	for name, r := range reporttest.Samples() {
		for _, line := range strings.Split(render(t, r), "\n") {
			if !strings.HasPrefix(line, "| ") {
				continue
			}
			cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
			if len(cells) != 5 {
				t.Errorf("%s: %d cells in %q", name, len(cells), line)
			}
			for i, cell := range cells {
				if i == 0 {
					cell = strings.ReplaceAll(cell, "**", "")
				}
				safe(t, name, codes.ReplaceAllString(cell, ""))
			}
		}
	}
}

func TestCutWithinTheLimit(t *testing.T) {
	r := reporttest.Full()
	all := r.Findings
	for range 200 {
		r.Findings = append(r.Findings, all...)
	}
	text := render(t, r)
	if len(text) > 65_536 || len(text) < 60_000 {
		t.Errorf("%d bytes", len(text))
	}
	if !strings.Contains(text, "report.markdown.cut(") || !strings.Contains(text, "report.not-clean") {
		t.Error("it does not say what is missing")
	}
	if !strings.Contains(text, "report.status.live") || strings.Contains(text, "report.status.expired") {
		t.Error("the worst findings are not first")
	}
	short := string(reporttest.RenderWith(t, markdown.Format(), r, report.Options{MaxBytes: 5_000}))
	if len(short) > 5_000 || !strings.Contains(short, "report.markdown.cut(") {
		t.Errorf("%d bytes", len(short))
	}
	if text := render(t, reporttest.Full()); strings.Contains(text, "report.markdown.cut") {
		t.Error("a short report is cut")
	}
}

// What is on the forge and not in git is linked, and an address that would end its attribute or its cell is not.
func TestLinks(t *testing.T) {
	for url, want := range map[string]bool{
		"https://github.com/acme/shop/issues/1#issuecomment-2": true, "javascript:alert(1)": false, "https://x/\" onmouseover=\"y": false, "https://x/a|b": false, "https://x/\n\n# a": false,
	} {
		r := reporttest.Sweep()
		for i := range r.Findings {
			o := &r.Findings[i].Occurrences[0]
			o.Source, o.Commit, o.Path, o.Origin.Web = finding.SourceForge, "", "issues/1", url
		}
		text := string(reporttest.Render(t, markdown.Format(), r))
		if got := strings.Contains(text, `<a href="`+url+`">`); got != want || strings.Contains(text, "onmouseover") {
			t.Errorf("%q is linked: %v", url, got)
		}
	}
}
