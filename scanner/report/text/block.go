package text

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/verifier"
)

// maxNames is how many names a line lists before it counts the others.
const maxNames = 3

// block writes one finding: a headline, at most one row of each kind, and an empty line.
func (h *handler) block(b *bytes.Buffer, f *finding.Finding, t *tally) {
	fmt.Fprintf(b, "%s  %s  %s  %s\n", h.status(f.Verdict.Status), h.say.Print(words.Severity(f.Severity)),
		h.say.Print(words.Type(f.Credential.Type)), h.ink.strong(h.say.Values(f.Credential)))
	row := func(label, text string) { h.row(b, label, text) }
	if v := f.Verdict; v.Identity != nil {
		row("report.row.owner", h.say.Print(words.Owner(*v.Identity)))
	} else if !v.Offline || t.quoteOffline { // else the closing lines, or a block before, say it once
		row("report.row.why", h.say.Print(words.Why(v)))
	}
	row("report.row.can", h.say.Can(f.Verdict.Reach))
	row("report.row.ours", h.say.Print(words.Ours(f.Verdict.Owner)))
	h.places(f, row)
	row("report.row.near", h.candidates(f.Candidates))
	if h.change || h.opts.All {
		row("report.row.print", f.Fingerprint) // which akguard ignore takes
	}
	if next := words.Next(*f); !t.advised[next] {
		t.advised[next] = true
		row("report.row.next", h.say.Print(next))
	}
	b.WriteByte('\n')
}

// row writes a label and a text, if there is one.
func (h *handler) row(b *bytes.Buffer, label, text string) {
	if text != "" {
		name := h.say.Say(label)
		h.wrapped(b, "  "+h.ink.faint(padded(name))+" ", strings.Repeat(" ", 3+max(labelWidth, columns(name))), text)
	}
}

// wrapped writes a text after a lead, which has as many columns as the indent of the lines that follow.
func (h *handler) wrapped(b *bytes.Buffer, lead, indent, text string) {
	most := 0
	if h.opts.Width > 0 {
		most = max(h.opts.Width-columns(indent), 20)
	}
	if lead == "" {
		lead = indent
	}
	for _, line := range wrap(text, most) {
		fmt.Fprintln(b, lead+line)
		lead = indent
	}
}

// labelWidth is how many columns a label takes.
const labelWidth = 5

// padded fills a label up with spaces.
func padded(label string) string {
	return label + strings.Repeat(" ", max(0, labelWidth-columns(label)))
}

// status is the first word of a block. A live credential is in capitals, also without colour.
func (h *handler) status(s verifier.Status) string {
	word := h.say.Print(words.Status(s))
	switch s {
	case verifier.Live:
		return h.ink.alarm(h.say.Say("report.status.live-loud"))
	case verifier.Restricted:
		return h.ink.alarm(h.say.Say("report.status.restricted-loud"))
	case verifier.NotFound, verifier.Expired, verifier.Inactive:
		return h.ink.faint(word)
	}
	return h.ink.doubt(word)
}

func (h *handler) places(f *finding.Finding, row func(label, text string)) {
	p := h.split(f.Occurrences)
	if len(p.past) == 0 {
		row("report.row.where", p.outside())
		return
	}
	row("report.row.first", p.exposure())
	row("report.row.now", p.outside())
	row("report.row.gone", h.say.Print(words.Removed(f.Removed())))
	if h.opts.All {
		p.each(row)
	} else {
		row("report.row.also", p.rest())
	}
	row("report.row.refs", p.reach())
}

func (h *handler) candidates(secrets []rules.Secret) string {
	if len(secrets) == 0 {
		return ""
	}
	var values []string
	for _, s := range secrets {
		values = append(values, words.Value(s, h.opts.ShowSecrets))
	}
	return h.say.Say("report.candidates", len(secrets), h.list(values, len(values)))
}

// list joins the first names of total, and counts the others. The names are printable already.
func (h *handler) list(names []string, total int) string {
	shown := names
	if !h.opts.All {
		shown = names[:min(len(names), maxNames)]
	}
	text := strings.Join(shown, h.say.Say("report.comma"))
	if more := total - len(shown); more > 0 {
		text += h.opts.Words.Print(reason.New("report.more", more))
	}
	return text
}
