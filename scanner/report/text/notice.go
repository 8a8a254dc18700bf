package text

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// maxNotices is how many findings that do not count are named.
const maxNotices = 10

// notice reports whether a line is enough for a finding: it does not count.
func notice(f *finding.Finding) bool {
	return !f.Suppressed.IsZero() || !f.Counts()
}

// notices writes a line for each finding that does not count: those that were there before the change, with the commit that
// introduced them, and those that are suppressed, with who decided that.
func (h *handler) notices(b *bytes.Buffer, list []*finding.Finding) {
	shown := list
	if !h.opts.All {
		shown = list[:min(len(list), maxNotices)]
	}
	for _, f := range shown {
		h.wrapped(b, "", "  ", h.notice(f))
	}
	if more := len(list) - len(shown); more > 0 {
		h.line(b, "report.more-skips", more)
	}
	if len(list) > 0 {
		b.WriteByte('\n')
	}
}

func (h *handler) notice(f *finding.Finding) string {
	first := f.Occurrences[0]
	here := first
	if i := slices.IndexFunc(f.Occurrences, func(o finding.Occurrence) bool { return !wire.InHistory(o) }); i >= 0 {
		here = f.Occurrences[i]
	}
	facts := []string{h.say.Values(f.Credential), h.say.Print(words.Place(here))}
	kind := words.State(f.State)
	if !f.Suppressed.IsZero() {
		kind = reason.New("report.suppressed-word")
		facts = append(facts, h.say.Print(words.Suppressed(f.Suppressed)))
	} else if first.Commit != "" {
		facts = append(facts, h.say.Say("report.since", words.Short(first.Commit)))
		if who := author(first); who != "" {
			facts = append(facts, who)
		}
		if date := wire.Time(first.Date); date != "" {
			facts = append(facts, date[:len("2006-01-02")])
		}
	}
	comma := h.say.Say("report.comma")
	return fmt.Sprintf("%s  %s  %s", h.say.Print(kind), h.say.Print(words.Severity(f.Severity)), strings.Join(facts, comma))
}

// manyFindings is from how many findings on the report has an overview: they no longer fit on a screen.
const manyFindings = 20

// maxFolders is how many folders an overview names.
const maxFolders = 5

// overview counts many findings by verdict, severity and folder.
func (h *handler) overview(b *bytes.Buffer, findings []*finding.Finding) {
	if len(findings) <= manyFindings {
		return
	}
	row := func(label string, names func(*finding.Finding) string, most int) {
		h.row(b, label, h.counts(findings, names, most))
	}
	row("report.row.by-verdict", func(f *finding.Finding) string { return h.say.Print(words.Status(f.Verdict.Status)) }, 0)
	row("report.row.by-severity", func(f *finding.Finding) string { return h.say.Print(words.Severity(f.Severity)) }, 0)
	row("report.row.by-folder", h.folder, maxFolders)
	b.WriteByte('\n')
}

// counts counts findings by name: the most frequent first where only some are named, else in the order of the findings.
func (h *handler) counts(findings []*finding.Finding, name func(*finding.Finding) string, most int) string {
	count := make(map[string]int)
	var names []string
	for _, f := range findings {
		n := name(f)
		if count[n]++; count[n] == 1 {
			names = append(names, n)
		}
	}
	if most > 0 {
		slices.SortStableFunc(names, func(a, b string) int { return count[b] - count[a] })
	}
	rest, cut := 0, names
	if most > 0 && len(names) > most {
		cut = names[:most]
		for _, n := range names[most:] {
			rest += count[n]
		}
	}
	var list []string
	for _, n := range cut {
		list = append(list, fmt.Sprintf("%s %d", n, count[n]))
	}
	if rest > 0 {
		list = append(list, h.say.Say("report.other-folders", len(names)-most, rest))
	}
	return strings.Join(list, h.say.Say("report.comma"))
}

// folder is where a credential first appeared, as far as two folders deep.
func (h *handler) folder(f *finding.Finding) string {
	o := f.Occurrences[0]
	if o.Path == "" {
		return h.say.Say("report.no-folder")
	}
	elements := strings.Split(o.Path, "/")
	elements = elements[:min(len(elements)-1, 2)]
	if len(elements) == 0 {
		return "."
	}
	return h.say.Quoted(strings.Join(elements, "/"))
}
