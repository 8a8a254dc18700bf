// Package sarif writes a report as SARIF 2.1.0, for code scanning services and editors: one run, one result for
// each place, the worst first. It writes nothing before the summary, because SARIF is one object.
//
// A place is a line of a file: a credential that is there in history and in the working tree is one result, because a
// reader looks once. GitHub refuses a whole file for one result without the URI of a file (github/codeql-action#1738,
// #2459). Content that is no file therefore gets a URI that names it, relative to the base NOFILE, beside its logical
// location. Results carry the fingerprint of the credential and, where the line is on the disk, the hash by which GitHub
// recognizes it. GitHub refuses reports above certain sizes: the report stays below them, and says what it leaves out.
//
// The invocation counts as successful only if everything was read, and each thing that was not read is a notification of
// level error, which in SARIF means that results are missing.
package sarif

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// Format is SARIF 2.1.0.
func Format() report.Format { return report.Format{Name: "sarif", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	say := words.Writer{Printer: o.Words, Whole: o.ShowSecrets}
	return &handler{w: w, say: say, tree: o.Tree, rules: newRuleTable(say)}
}

type handler struct {
	w             io.Writer
	say           words.Writer
	tree          fs.FS // may be nil
	version       string
	change        bool
	rules         *ruleTable
	findings      []finding.Finding
	suppressed    bool // some finding is
	notifications []notification
	left          int            // things that were not read and are not named
	cut           int            // results that are left out
	configuration []notification // notes on how the scan was configured
}

// Header implements finding.Handler.
func (h *handler) Header(r finding.Header) error {
	h.version, h.change = r.Version, r.Change
	for _, rule := range r.Rules {
		h.rules.add(rule)
	}
	for _, n := range r.Notes {
		h.configuration = append(h.configuration, notification{
			Descriptor: reference{ID: configID}, Level: "warning", Message: plain(h.say.Print(n)),
		})
	}
	return nil
}

// Finding implements finding.Handler.
func (h *handler) Finding(f finding.Finding) error {
	h.findings = append(h.findings, f)
	h.suppressed = h.suppressed || !f.Suppressed.IsZero()
	return nil
}

// Skip implements finding.Handler.
func (h *handler) Skip(s finding.Skip) error {
	if len(h.notifications) == maxNotifications {
		h.left++
		return nil
	}
	h.notify(unreadID, h.say.Say("report.sarif.not-read", s.Path, s.Reason))
	return nil
}

func (h *handler) notify(about, text string) {
	h.notifications = append(h.notifications, notification{
		Descriptor: reference{ID: about}, Level: "error", Message: plain(text),
	})
}

// Summary implements finding.Handler. It writes the report.
func (h *handler) Summary(s finding.Summary) error {
	if h.left > 0 {
		h.notify(unreadID, h.say.Say("report.sarif.more-skips", h.left))
	}
	if s.Interrupted {
		h.notify(unreadID, h.say.Say("report.interrupted"))
	}
	complete := s.Complete && s.Skips == 0 && len(h.notifications) == 0
	if !complete && len(h.notifications) == 0 {
		h.notify(unreadID, h.say.Say("report.incomplete"))
	}
	order.Worst(h.findings)
	text, err := h.encode(h.results(order.Places(h.findings)), complete)
	if err != nil {
		return err
	}
	if _, err := h.w.Write(text); err != nil {
		return fmt.Errorf("writing the SARIF report: %w", err)
	}
	return nil
}
