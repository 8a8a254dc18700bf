package subject

import (
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/verifier/osfile"
)

// ReadReport reads a report that akguard has written as a JSON stream or array.
func ReadReport(name string) (*Report, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, command.Usage("usage.read-report", name, osfile.WithoutPath(err))
	}
	defer file.Close()
	r := new(Report)
	if err := jsonl.Read(file, builtin.Set(), r); err != nil {
		return nil, command.Usage("usage.not-a-report", name, err)
	}
	return r, nil
}

// Report is a report in memory. It is a finding.Handler so that a reader can fill it.
type Report struct {
	Opening  finding.Header
	Findings []finding.Finding
	Skips    []finding.Skip
	Closing  *finding.Summary // nil for an interrupted scan of an older version
}

// Header implements finding.Handler.
func (r *Report) Header(h finding.Header) error { r.Opening = h; return nil }

// Finding implements finding.Handler.
func (r *Report) Finding(f finding.Finding) error { r.Findings = append(r.Findings, f); return nil }

// Skip implements finding.Handler.
func (r *Report) Skip(s finding.Skip) error { r.Skips = append(r.Skips, s); return nil }

// Summary implements finding.Handler.
func (r *Report) Summary(s finding.Summary) error { r.Closing = &s; return nil }

// Play gives the report to h, with other findings and another summary.
func (r *Report) Play(h finding.Handler, findings []finding.Finding, sum finding.Summary) error {
	if err := h.Header(r.Opening); err != nil {
		return err
	}
	for _, f := range findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	for _, s := range r.Skips {
		if err := h.Skip(s); err != nil {
			return err
		}
	}
	return h.Summary(sum)
}
