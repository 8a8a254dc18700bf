package report

import (
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier"
)

// Masked wraps a writer so that names in what it writes hold no value of any finding: paths, authors, refs and reasons of
// this finding, of another, and of what was skipped. A name may hold a value that only a later finding reveals. A scan
// therefore announces all values before its first finding (finding.Announcer), and findings pass through as they come.
// Where nobody does, as for a saved report, they are held back until the summary.
func Masked(h finding.Handler) finding.Handler { return &masked{Handler: h} }

type masked struct {
	finding.Handler
	mask     func(string) string // nil until the values are known
	findings []finding.Finding
	skips    []finding.Skip
}

var _ finding.Announcer = (*masked)(nil)

// Announce implements finding.Announcer.
func (m *masked) Announce(values []rules.Secret) { m.mask = replacer(values) }

// Header implements finding.Handler.
func (m *masked) Header(r finding.Header) error {
	r.Target = rules.MaskIDs(r.Target)
	if r.Web != rules.MaskIDs(r.Web) { // a link that leads nowhere helps nobody
		r.Web = ""
	}
	return m.Handler.Header(r)
}

// Finding implements finding.Handler.
func (m *masked) Finding(f finding.Finding) error {
	if m.mask != nil {
		return m.Handler.Finding(maskFinding(f, m.mask))
	}
	m.findings = append(m.findings, f)
	return nil
}

// Skip implements finding.Handler.
func (m *masked) Skip(s finding.Skip) error {
	if m.mask != nil {
		return m.Handler.Skip(finding.Skip{Path: m.mask(s.Path), Reason: s.Reason.Map(m.mask)})
	}
	m.skips = append(m.skips, s)
	return nil
}

// Summary implements finding.Handler.
func (m *masked) Summary(s finding.Summary) error {
	if m.mask == nil {
		var values []rules.Secret
		for _, f := range m.findings {
			values = append(values, f.Credential.ID, f.Credential.Secret, f.Credential.Token)
			values = append(values, f.Candidates...)
		}
		m.Announce(values)
	}
	for _, f := range m.findings {
		if err := m.Finding(f); err != nil {
			return err
		}
	}
	for _, skip := range m.skips {
		if err := m.Skip(skip); err != nil {
			return err
		}
	}
	return m.Handler.Summary(s)
}

// replacer returns a function that masks every value, and whatever else looks like an ID: a file that could not be read
// may be named after a key that is nowhere else.
func replacer(values []rules.Secret) func(string) string {
	var pairs []string
	for _, s := range values {
		if !s.IsZero() {
			pairs = append(pairs, s.Reveal(), s.String())
		}
	}
	replace := strings.NewReplacer(pairs...)
	return func(s string) string { return rules.MaskIDs(replace.Replace(s)) }
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
	s := &f.Suppressed
	s.By, s.Reason, s.Owner = mask(s.By), mask(s.Reason), mask(s.Owner)
	occurrences := make([]finding.Occurrence, len(f.Occurrences))
	for i, o := range f.Occurrences {
		o.Origin = maskOrigin(o, mask)
		o.Path, o.Member, o.Author, o.Email = mask(o.Path), mask(o.Member), mask(o.Author), mask(o.Email)
		o.Refs, o.Reflog = each(o.Refs, mask), each(o.Reflog, mask)
		occurrences[i] = o
	}
	f.Occurrences = occurrences
	return f
}

// maskOrigin masks the names of a repository. A link that leads nowhere helps nobody.
func maskOrigin(o finding.Occurrence, mask func(string) string) finding.Origin {
	from := o.Origin
	from.Repository, from.Owner = mask(from.Repository), mask(from.Owner)
	from.Lost.Ref, from.Lost.Actor = mask(from.Lost.Ref), mask(from.Lost.Actor)
	if mask(from.Web) != from.Web || mask(o.Path) != o.Path {
		from.Web = ""
	}
	return from
}

func each(list []string, change func(string) string) []string {
	changed := make([]string, len(list))
	for i, s := range list {
		changed[i] = change(s)
	}
	return changed
}
