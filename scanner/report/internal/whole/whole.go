// Package whole collects a report, for formats that are one object or that show the worst first: they can write nothing
// before the summary.
package whole

import (
	"fmt"
	"io"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/order"
)

// Report is everything that a scan reports.
type Report struct {
	Header     finding.Header
	Findings   []finding.Finding // that count, the worst first
	Suppressed []finding.Finding // those that do not, if the scan was asked for them
	Skips      []finding.Skip
	Summary    finding.Summary
}

// Complete reports whether everything was read.
func (r Report) Complete() bool { return r.Summary.Complete && r.Unread() == 0 }

// Unread is how many things were not read.
func (r Report) Unread() int { return max(r.Summary.Skips, len(r.Skips)) }

// Hidden is how many findings do not count.
func (r Report) Hidden() int { return max(r.Summary.Suppressed, len(r.Suppressed)) }

// Handler writes what render makes of the whole report. Name is the format, as errors name it.
func Handler(w io.Writer, name string, render func(Report) ([]byte, error)) finding.Handler {
	return &handler{w: w, name: name, render: render}
}

type handler struct {
	w      io.Writer
	name   string
	render func(Report) ([]byte, error)
	report Report
}

// Header implements finding.Handler.
func (h *handler) Header(r finding.Header) error {
	h.report.Header = r
	return nil
}

// Finding implements finding.Handler.
func (h *handler) Finding(f finding.Finding) error {
	if f.Suppressed.IsZero() {
		h.report.Findings = append(h.report.Findings, f)
	} else {
		h.report.Suppressed = append(h.report.Suppressed, f)
	}
	return nil
}

// Skip implements finding.Handler.
func (h *handler) Skip(s finding.Skip) error {
	h.report.Skips = append(h.report.Skips, s)
	return nil
}

// Summary implements finding.Handler.
func (h *handler) Summary(s finding.Summary) error {
	h.report.Summary = s
	order.Worst(h.report.Findings)
	order.Worst(h.report.Suppressed)
	text, err := h.render(h.report)
	if err != nil {
		return err
	}
	if _, err := h.w.Write(text); err != nil {
		return fmt.Errorf("writing the %s report: %w", h.name, err)
	}
	return nil
}
