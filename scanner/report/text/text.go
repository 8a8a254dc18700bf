// Package text writes a report for a person in a hurry: a block of a few lines for each finding, the most urgent first,
// whatever the number of its occurrences; then what could not be read; then one line of numbers.
//
// In a change, what was there before is a line each, and so is what is suppressed. Many findings have an overview, and the
// same advice is given once.
//
// It says "clean" only when everything was read and nothing was found. It shows the first places and counts the others:
// the JSON stream has them all. Text from the scanned content is escaped where it could hide something or drive the
// terminal. On a terminal, lines are as wide as it is; anywhere else they are not broken, for programs that read lines. A service that could not be reached is named once, however many findings that leaves unverified.
package text

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/verifier"
)

// maxSkips is how many things that could not be read are named.
const maxSkips = 10

// Format is text for people.
func Format() report.Format { return report.Format{Name: "text", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	return &handler{w: w, opts: o, say: words.Writer{Printer: o.Words, Whole: o.ShowSecrets}, ink: newInk(o.Color), now: o.Time()}
}

type handler struct {
	w      io.Writer
	opts   report.Options
	say    words.Writer
	ink    ink
	now    time.Time // when the report began
	header finding.Header
	change bool

	findings []*finding.Finding // in the order in which they came; pointers, because a finding has a thousand bytes
	skips    []finding.Skip
}

// Header implements finding.Handler.
func (h *handler) Header(r finding.Header) error {
	h.header, h.change = r, r.Change
	return nil
}

// Finding implements finding.Handler.
func (h *handler) Finding(f finding.Finding) error {
	h.findings = append(h.findings, &f)
	return nil
}

// Skip implements finding.Handler.
func (h *handler) Skip(s finding.Skip) error {
	h.skips = append(h.skips, s)
	return nil
}

// Summary implements finding.Handler. It writes the report: the order of the findings depends on all verdicts.
func (h *handler) Summary(s finding.Summary) error {
	order.WorstOf(h.findings)
	var blocks, notices []*finding.Finding
	for _, f := range h.findings {
		if notice(f) {
			notices = append(notices, f)
		} else {
			blocks = append(blocks, f)
		}
	}
	var b bytes.Buffer
	t := h.tally()
	t.quoteOffline = h.opts.Quiet // without closing lines, the first block of an unreachable service says so for all
	for _, f := range blocks {
		h.block(&b, f, &t)
		t.quoteOffline = t.quoteOffline && !f.Verdict.Offline
	}
	h.notices(&b, notices)
	h.overview(&b, blocks)
	h.commands(&b, blocks)
	if t.usable {
		h.line(&b, "report.rotate-first")
	}
	for _, note := range h.header.Notes {
		h.line(&b, "report.note", note)
	}
	complete := s.Complete && s.Skips == 0 && len(h.skips) == 0
	if !complete {
		h.unread(&b, s)
	}
	if !h.opts.Quiet {
		h.close(&b, s, t, complete)
	}
	return h.write(b.Bytes())
}

// tally is what the closing lines depend on.
type tally struct {
	unverified   int                    // findings that may or may not work
	offline      int                    // those of them for which the service could not be reached
	away         reason.Reason          // why it could not be reached
	usable       bool                   // a secret in history may still work
	quoteOffline bool                   // the block being written says why a service could not be reached
	advised      map[reason.Reason]bool // what was advised, which is the same for many findings
}

func (h *handler) tally() tally {
	t := tally{advised: make(map[reason.Reason]bool)}
	for _, f := range h.findings {
		if !f.Suppressed.IsZero() {
			continue
		}
		if s := f.Verdict.Status; s == verifier.Unknown || s == verifier.Unchecked {
			t.unverified++
		}
		secret := f.Credential.Type != rules.AccessKeyID && !words.Dead(f.Verdict.Status)
		t.usable = t.usable || secret && slices.ContainsFunc(f.Occurrences, wire.InHistory)
		if f.Verdict.Offline {
			t.offline++
			if why := words.Why(f.Verdict); len(why.String()) > len(t.away.String()) { // the longer one also says that the others were not asked about
				t.away = why
			}
		}
	}
	return t
}

// close writes the last lines.
func (h *handler) close(b *bytes.Buffer, s finding.Summary, t tally, complete bool) {
	switch {
	case !complete || s.Findings > 0 || slices.ContainsFunc(h.findings, func(f *finding.Finding) bool { return f.Suppressed.IsZero() }):
	case s.Empty() && !h.header.Empty.IsZero():
		fmt.Fprintln(b, h.say.Print(h.header.Empty))
	default:
		h.pair(b, h.ink.good(h.say.Say("report.clean")), h.say.Say("report.nothing-found", h.header.Target))
	}
	if t.offline > 0 {
		h.pair(b, h.ink.doubt(h.say.Say("report.not-verified")), h.say.Say("report.offline", t.offline, t.away))
	}
	fmt.Fprintln(b, h.totals(s, t.unverified))
}

// unread reports that the scan was not complete, and lists what was skipped.
func (h *handler) unread(b *bytes.Buffer, s finding.Summary) {
	n := max(s.Skips, len(h.skips))
	why := h.say.Say("report.incomplete")
	switch {
	case s.Interrupted:
		why = h.say.Say("report.interrupted")
	case n > 0:
		why = h.say.Say("report.skipped", n)
	}
	h.pair(b, h.ink.alarm(h.say.Say("report.not-clean")), why)
	shown := h.skips
	if !h.opts.All {
		shown = h.skips[:min(len(h.skips), maxSkips)]
	}
	for _, s := range shown {
		h.line(b, "report.skip", s.Path, s.Reason)
	}
	if more := n - len(shown); more > 0 {
		h.line(b, "report.more-skips", more)
	}
}

// maxCommands is how many commands to act on a key are offered.
const maxCommands = 3

// commands offers commands that can be pasted, to a person at a terminal: an ID is no secret, but a file may be passed on.
func (h *handler) commands(b *bytes.Buffer, findings []*finding.Finding) {
	if !h.opts.Person {
		return
	}
	var ids []string
	for _, f := range findings {
		id := f.Credential.ID
		if words.Stoppable(*f) && !finding.IsMasked(id) && !slices.Contains(ids, id.Reveal()) {
			ids = append(ids, id.Reveal())
		}
	}
	if len(ids) == 0 {
		return
	}
	h.line(b, "report.commands")
	for _, id := range ids[:min(len(ids), maxCommands)] {
		fmt.Fprintf(b, "  akguard respond %s\n", id)
	}
	if more := len(ids) - maxCommands; more > 0 {
		h.line(b, "report.more-skips", more)
	}
	b.WriteByte('\n')
}

// pair writes a heading and what it is about, with the colon of the language.
func (h *handler) pair(b *bytes.Buffer, heading, text string) {
	fmt.Fprintln(b, heading+h.say.Say("report.colon")+text)
}

func (h *handler) line(b *bytes.Buffer, code string, args ...any) {
	fmt.Fprintln(b, h.say.Say(code, args...))
}

func (h *handler) write(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if _, err := h.w.Write(text); err != nil {
		return fmt.Errorf("writing the text report: %w", err)
	}
	return nil
}
