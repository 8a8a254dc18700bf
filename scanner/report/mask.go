package report

import (
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
)

// Masked wraps a writer so that no value of any finding stands in what it writes of names: in the paths, authors,
// refs and reasons of this finding, of another, or of what was not read. It holds findings back until the summary,
// because a name may hold a value that only a later finding shows to be one.
func Masked(h finding.Handler) finding.Handler { return &masked{Handler: h} }

type masked struct {
	finding.Handler
	findings []finding.Finding
	skips    []finding.Skip
}

// Header implements finding.Handler.
func (m *masked) Header(r finding.Header) error {
	r.Target = rules.MaskIDs(r.Target)
	return m.Handler.Header(r)
}

// Finding implements finding.Handler.
func (m *masked) Finding(f finding.Finding) error {
	m.findings = append(m.findings, f)
	return nil
}

// Skip implements finding.Handler.
func (m *masked) Skip(s finding.Skip) error {
	m.skips = append(m.skips, s)
	return nil
}

// Summary implements finding.Handler.
func (m *masked) Summary(s finding.Summary) error {
	mask := m.replacer()
	for _, f := range m.findings {
		if err := m.Handler.Finding(maskFinding(f, mask)); err != nil {
			return err
		}
	}
	for _, skip := range m.skips {
		if err := m.Handler.Skip(finding.Skip{Path: mask(skip.Path), Reason: skip.Reason.Map(mask)}); err != nil {
			return err
		}
	}
	return m.Handler.Summary(s)
}

// replacer returns a function that masks every value of every finding, and whatever else looks like an ID: a file
// that could not be read may be named after a key that stands nowhere else.
func (m *masked) replacer() func(string) string {
	var pairs []string
	for _, f := range m.findings {
		for _, s := range append([]rules.Secret{f.Credential.ID, f.Credential.Secret, f.Credential.Token}, f.Candidates...) {
			if !s.IsZero() {
				pairs = append(pairs, s.Reveal(), s.String())
			}
		}
	}
	values := strings.NewReplacer(pairs...)
	return func(s string) string { return rules.MaskIDs(values.Replace(s)) }
}

func maskFinding(f finding.Finding, mask func(string) string) finding.Finding {
	f.Verdict.Reason, f.Verdict.Advice = f.Verdict.Reason.Map(mask), f.Verdict.Advice.Map(mask)
	if r := f.Verdict.Reach; r != nil {
		masked := &verifier.Reach{Limits: r.Limits.Map(mask)}
		for _, can := range r.Can {
			masked.Can = append(masked.Can, can.Map(mask))
		}
		f.Verdict.Reach = masked
	}
	if o := f.Verdict.Owner; o != nil {
		masked := *o
		masked.Note = o.Note.Map(mask)
		f.Verdict.Owner = &masked
	}
	occurrences := make([]finding.Occurrence, len(f.Occurrences))
	for i, o := range f.Occurrences {
		o.Path, o.Member, o.Author, o.Email = mask(o.Path), mask(o.Member), mask(o.Author), mask(o.Email)
		o.Refs, o.Reflog = each(o.Refs, mask), each(o.Reflog, mask)
		occurrences[i] = o
	}
	f.Occurrences = occurrences
	return f
}

func each(list []string, change func(string) string) []string {
	changed := make([]string, len(list))
	for i, s := range list {
		changed[i] = change(s)
	}
	return changed
}
