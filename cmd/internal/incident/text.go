package incident

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/akguard/akguard/scanner/report/page"
	"github.com/akguard/akguard/verifier/investigate"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// maxEvidence is how much evidence of a check the terminal shows.
const maxEvidence = 10

// text writes a report for a terminal: the result, what happened, what was found, what was not seen, and what to do.
func text(r Report, o Options) ([]byte, error) {
	var b bytes.Buffer
	newWriter(r, o).text(&b)
	return b.Bytes(), nil
}

func (w writer) text(b *bytes.Buffer) {
	headline, _ := w.headline()
	fmt.Fprintf(b, "%s\n\n", headline)
	for _, sentence := range w.story() {
		fmt.Fprintf(b, "%s\n", sentence)
	}
	w.textSection(b, w.compared())
	w.textTree(b)
	for _, result := range w.Result.Results {
		if len(result.Evidence) > 0 {
			w.textResult(b, result)
		}
	}
	w.textLedger(b)
	w.textSection(b, w.done())
	w.textSection(b, w.left())
}

func (w writer) textSection(b *bytes.Buffer, s page.Section) {
	if s.Title == "" {
		return
	}
	fmt.Fprintf(b, "\n%s\n", s.Title)
	for _, line := range slices.Concat(s.Paragraphs, s.List) {
		fmt.Fprint(b, "  - ")
		for _, t := range line {
			fmt.Fprint(b, t.Text)
		}
		fmt.Fprintln(b)
	}
}

func (w writer) textTree(b *bytes.Buffer) {
	s := w.family()
	if s.Title == "" {
		return
	}
	fmt.Fprintf(b, "\n%s\n", s.Title)
	textBranches(b, s.Tree, 1)
}

func textBranches(b *bytes.Buffer, branches []page.Branch, depth int) {
	for _, branch := range branches {
		fmt.Fprint(b, strings.Repeat("  ", depth))
		for i, line := range branch.Lines {
			if i > 0 {
				fmt.Fprint(b, "  ")
			}
			for _, t := range line {
				fmt.Fprint(b, t.Text)
			}
		}
		fmt.Fprintln(b)
		textBranches(b, branch.Branches, depth+1)
	}
}

func (w writer) textResult(b *bytes.Buffer, result investigate.Result) {
	fmt.Fprintf(b, "\n%s  %s\n", strings.ToUpper(w.severity(result.Severity)), w.check(result.Check, "question"))
	for i, e := range result.Evidence {
		if i == maxEvidence {
			fmt.Fprintf(b, "  %s\n", w.say("investigate.more", len(result.Evidence)-i))
			break
		}
		var more []string
		for _, part := range []string{w.time(e.At), w.makerWord(e.Maker), w.stateOf(result, e)} {
			if part != "" {
				more = append(more, part)
			}
		}
		fmt.Fprintf(b, "  %s", w.print(e.What))
		if len(more) > 0 {
			fmt.Fprintf(b, "  (%s)", strings.Join(more, ", "))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintf(b, "  → %s\n", w.check(result.Check, "fix"))
}

func (w writer) makerWord(m investigate.Maker) string {
	if m == "" {
		return ""
	}
	return w.say("investigate.maker." + string(m))
}

// textLedger sums up what was not seen: each outcome of each question once, with the number of regions.
func (w writer) textLedger(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n%s\n", w.say("investigate.ledger"))
	count := map[string]int{}
	var order []string
	for _, e := range slices.Concat(w.Result.Blind, w.Result.Caveats) {
		line := w.name(e.Service+" "+e.Action) + ": " + w.blind(e)
		if count[line] == 0 {
			order = append(order, line)
		}
		count[line]++
	}
	for _, s := range w.ledger().Paragraphs {
		fmt.Fprintf(b, "  - %s\n", s[0].Text)
	}
	for _, line := range order {
		if n := count[line]; n > 1 {
			line = w.say("investigate.times", line, n)
		}
		fmt.Fprintf(b, "  - %s\n", line)
	}
}
