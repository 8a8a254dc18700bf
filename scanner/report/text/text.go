// Package text writes a report for a person in a hurry: a block of a few lines for each finding, whatever the
// number of places where it stands, then what could not be read, then one line of numbers.
//
// It says "clean" only when everything was read and nothing was found. It shows the first places and counts the
// others: the JSON stream has them all. What comes from the scanned content is escaped where it could hide
// something or drive the terminal. That a service could not be reached is said once, however many findings that leaves
// unverified.
package text

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/safe"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/verifier"
)

// maxSkips is how many things that could not be read are named.
const maxSkips = 10

// Options changes what is written.
type Options struct {
	ShowSecrets bool // write credentials whole
	Color       bool // colour the words that matter
	Quiet       bool // write findings and what could not be read, and no closing line
}

// NewHandler returns a Handler that writes text to w: each finding as it comes, the rest at the end.
func NewHandler(w io.Writer, opts Options) finding.Handler {
	return &handler{w: w, opts: opts, ink: newInk(opts.Color), now: time.Now()}
}

type handler struct {
	w      io.Writer
	opts   Options
	ink    ink
	now    time.Time // when the report began
	target string

	findings   int
	unverified int            // findings of which nobody knows whether they work
	offline    int            // those of them for which the service could not be reached
	away       string         // why it could not
	usable     bool           // a secret in history may still work
	skips      []finding.Skip // the first maxSkips
	skipped    int
}

func (h *handler) Header(r finding.Header) error {
	h.target = r.Target
	return nil
}

func (h *handler) Finding(f finding.Finding) error {
	h.findings++
	if s := f.Verdict.Status; s == verifier.Unknown || s == verifier.Unchecked {
		h.unverified++
	}
	secret := f.Credential.Type != rules.AccessKeyID && !words.Dead(f.Verdict.Status)
	h.usable = h.usable || secret && slices.ContainsFunc(f.Occurrences, wire.InHistory)
	text := h.block(f)
	if f.Verdict.Offline {
		h.offline++
		if why := words.Why(f.Verdict); len(why) > len(h.away) { // the longer one also says that the others were not asked about
			h.away = why
		}
	}
	return h.write(text)
}

func (h *handler) Skip(s finding.Skip) error {
	h.skipped++
	if len(h.skips) < maxSkips {
		h.skips = append(h.skips, s)
	}
	return nil
}

func (h *handler) Summary(s finding.Summary) error {
	var b bytes.Buffer
	if h.usable {
		fmt.Fprintln(&b, "rewriting history does not take a key back: rotate it first")
	}
	complete := s.Complete && s.Skips == 0 && h.skipped == 0
	if !complete {
		h.unread(&b, max(s.Skips, h.skipped))
	}
	if !h.opts.Quiet {
		if complete && s.Findings == 0 && h.findings == 0 {
			fmt.Fprintf(&b, "%s: no Alibaba Cloud credentials found in %s\n", h.ink.good("clean"), safe.Text(h.target))
		}
		if h.offline > 0 {
			fmt.Fprintf(&b, "%s: %s: %s\n", h.ink.doubt("not verified"), count(int64(h.offline), "finding"), h.away)
		}
		fmt.Fprintln(&b, totals(s, h.unverified))
	}
	return h.write(b.Bytes())
}

// unread says that the scan was not complete, and names what it missed.
func (h *handler) unread(b *bytes.Buffer, n int) {
	if n == 0 {
		fmt.Fprintln(b, h.ink.alarm("NOT clean")+": the scan did not read everything")
		return
	}
	fmt.Fprintf(b, "%s: %s could not be read\n", h.ink.alarm("NOT clean"), count(int64(n), "thing"))
	for _, s := range h.skips {
		fmt.Fprintf(b, "  %s: %s\n", safe.Text(s.Path), safe.Text(s.Reason.String()))
	}
	if more := n - len(h.skips); more > 0 {
		fmt.Fprintf(b, "  and %d more\n", more)
	}
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
