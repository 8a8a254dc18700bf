// Package brief writes the report of a hook: what refuses a commit or a push, in lines that fit 80 columns, and one line for
// what does not count. It is for people in a hurry. What to do now depends on the hook, so the hook says it.
package brief

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// maxShown is how many findings, notices and skips are listed. The rest are counted.
const maxShown = 10

// Format is the report of a hook.
func Format() report.Format {
	return report.Format{Name: "brief", New: func(w io.Writer, o report.Options) finding.Handler {
		return &handler{w: w, say: words.Writer{Printer: o.Words, Whole: o.ShowSecrets}}
	}}
}

type handler struct {
	w      io.Writer
	say    words.Writer
	change bool
	counts []finding.Finding // what is new or live
	other  []finding.Finding // what the change only touches
	skips  []finding.Skip
}

// Header implements finding.Handler.
func (h *handler) Header(r finding.Header) error {
	h.change = r.Change
	return nil
}

// Finding implements finding.Handler.
func (h *handler) Finding(f finding.Finding) error {
	if f.Suppressed.IsZero() && f.Counts() {
		h.counts = append(h.counts, f)
	} else {
		h.other = append(h.other, f)
	}
	return nil
}

// Skip implements finding.Handler.
func (h *handler) Skip(s finding.Skip) error {
	h.skips = append(h.skips, s)
	return nil
}

// Summary implements finding.Handler.
func (h *handler) Summary(s finding.Summary) error {
	var b bytes.Buffer
	slices.SortStableFunc(h.counts, finding.CompareUrgency)
	if n := len(h.counts); n > 0 {
		heading := "report.brief.found"
		if h.change {
			heading = "report.brief.new"
		}
		fmt.Fprintln(&b, h.say.Say(heading, n))
		for _, f := range h.counts[:min(n, maxShown)] {
			h.finding(&b, f)
		}
		h.more(&b, n)
	}
	if n := len(h.other); n > 0 {
		fmt.Fprintln(&b, h.say.Say("report.brief.old", n))
		for _, f := range h.other[:min(n, maxShown)] {
			h.notice(&b, f)
		}
		h.more(&b, n)
	}
	if n := len(h.skips); n > 0 {
		fmt.Fprintln(&b, h.say.Say("report.brief.skipped", n))
		for _, s := range h.skips[:min(n, maxShown)] {
			fmt.Fprintln(&b, h.say.Say("report.skip", s.Path, s.Reason))
		}
		h.more(&b, n)
	}
	if s.Suppressed > 0 {
		fmt.Fprintln(&b, h.say.Say("report.brief.suppressed", s.Suppressed))
	}
	if b.Len() == 0 {
		return nil
	}
	if _, err := h.w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// finding writes where a credential is, what it is, and what names it in an ignore file.
func (h *handler) finding(b *bytes.Buffer, f finding.Finding) {
	fmt.Fprintf(b, "  %s\n    %s, %s\n", h.place(latest(f)), h.say.Subject(f.Credential), h.say.Print(words.Status(f.Verdict.Status)))
	if !f.Overruled.IsZero() {
		fmt.Fprintf(b, "    %s\n", h.say.Say("report.brief.overruled", f.Overruled.By, f.Overruled.Reason))
	}
	fmt.Fprintf(b, "    %s\n", h.say.Say("report.brief.fingerprint", f.Fingerprint))
}

// notice writes one line about a credential that was there before, with the commit that introduced it.
func (h *handler) notice(b *bytes.Buffer, f finding.Finding) {
	first, at := f.Occurrences[0], h.place(latest(f))
	if first.Commit == "" || first.Author == "" {
		fmt.Fprintf(b, "  %s\n", at)
		return
	}
	fmt.Fprintf(b, "  %s\n", h.say.Say("report.brief.since", at, first.Commit[:min(10, len(first.Commit))], first.Date.UTC().Format(time.DateOnly), first.Author))
}

// latest returns the last occurrence: that of the change, and not where the credential was introduced.
func latest(f finding.Finding) finding.Occurrence { return f.Occurrences[len(f.Occurrences)-1] }

// place names a file and a line, or a message.
func (h *handler) place(o finding.Occurrence) string {
	if o.Source == finding.SourceMessage {
		if o.Commit == "" {
			return h.say.Say("report.brief.message-line", o.Line)
		}
		return h.say.Say("report.brief.message", o.Commit[:min(10, len(o.Commit))], o.Line)
	}
	name := o.Path
	if o.Member != "" {
		name += "!/" + o.Member
	}
	return fmt.Sprintf("%s:%d", printable.Short(cmp.Or(name, o.Blob)), o.Line)
}

func (h *handler) more(b *bytes.Buffer, n int) {
	if n > maxShown {
		fmt.Fprintf(b, "  %s\n", h.say.Say("report.brief.more", n-maxShown))
	}
}
