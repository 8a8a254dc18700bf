// Package sarif writes a report as SARIF 2.1.0, for code scanning services and editors: one run, one result for
// each occurrence. It writes nothing before the summary, because SARIF is one object.
//
// GitHub refuses a whole file for one result without the URI of a file (github/codeql-action#1738, #2459). Content
// that is no file therefore gets a URI that names it, relative to the base NOFILE, beside its logical location.
// Results carry one fingerprint, that of the credential: the service has the files, and knows better which alerts
// are about the same line. The invocation counts as successful only if everything was read, and each thing that was
// not read is a notification of level error, which in SARIF means that results are missing.
package sarif

import (
	"fmt"
	"io"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// Format is SARIF 2.1.0.
func Format() report.Format { return report.Format{Name: "sarif", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	return &handler{w: w, say: words.Writer{Printer: o.Words, Whole: o.ShowSecrets}, index: make(map[string]int), results: []result{}}
}

type handler struct {
	w             io.Writer
	say           words.Writer
	version       string
	rules         []descriptor
	index         map[string]int // of a rule's ID in rules
	results       []result
	notifications []notification
	configuration []notification // notes on how the scan was configured
}

func (h *handler) Header(r finding.Header) error {
	h.version = r.Version
	for _, rule := range r.Rules {
		h.rule(rule)
	}
	for _, n := range r.Notes {
		h.configuration = append(h.configuration, notification{
			Descriptor: reference{ID: configID}, Level: "warning", Message: plain(h.say.Print(n)),
		})
	}
	return nil
}

// rule returns the index of r among the rules of the report, and adds it if need be.
func (h *handler) rule(r rules.Rule) int {
	i, ok := h.index[r.ID]
	if !ok {
		i = len(h.rules)
		h.index[r.ID] = i
		h.rules = append(h.rules, h.descriptor(r))
	}
	return i
}

func (h *handler) Finding(f finding.Finding) error {
	index := h.rule(f.Rule)
	for i, o := range f.Occurrences {
		r := h.result(f, o)
		r.RuleIndex = index
		if i > 0 {
			r.relate(h.say.Say("report.sarif.first"), newLocation(f.Occurrences[0], f.Occurrences[0].Line))
		}
		h.results = append(h.results, r)
	}
	return nil
}

func (h *handler) Skip(s finding.Skip) error {
	h.notify(h.say.Say("report.sarif.not-read", s.Path, s.Reason))
	return nil
}

func (h *handler) notify(text string) {
	h.notifications = append(h.notifications, notification{
		Descriptor: reference{ID: unreadID}, Level: "error", Message: plain(text),
	})
}

func (h *handler) Summary(s finding.Summary) error {
	if s.Interrupted {
		h.notify(h.say.Say("report.interrupted"))
	}
	complete := s.Complete && s.Skips == 0 && len(h.notifications) == 0
	if !complete && len(h.notifications) == 0 {
		h.notify(h.say.Say("report.incomplete"))
	}
	text, err := wire.Encode(newLog(h, complete), "  ")
	if err != nil {
		return err
	}
	if _, err := h.w.Write(text); err != nil {
		return fmt.Errorf("writing the SARIF report: %w", err)
	}
	return nil
}
