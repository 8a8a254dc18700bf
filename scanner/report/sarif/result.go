package sarif

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// The objects of SARIF that say what was found and where.
type (
	result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      message           `json:"message"`
		Locations    []location        `json:"locations"`
		Related      []location        `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Baseline     string            `json:"baselineState,omitempty"`
		Suppressions []suppression     `json:"suppressions,omitzero"`
		Properties   properties        `json:"properties"`
	}
	location struct {
		ID       int               `json:"id,omitempty"`
		Message  *message          `json:"message,omitempty"`
		Physical physicalLocation  `json:"physicalLocation"`
		Logical  []logicalLocation `json:"logicalLocations,omitempty"`
	}
	physicalLocation struct {
		Artifact artifactLocation `json:"artifactLocation"`
		Region   region           `json:"region"`
	}
	artifactLocation struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	region struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	suppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	logicalLocation struct {
		FullName string `json:"fullyQualifiedName"`
		Kind     string `json:"kind"`
	}
	// properties has the fields of the JSON stream under the names that they have there.
	properties struct {
		Severity     string            `json:"severity"`
		Verification wire.Verification `json:"verification"`
		wire.Occurrence
		Sources []string `json:"sources"` // all in which the place is
	}
)

// fingerprintKey names the fingerprint with its version, so that a service does not compare those of two versions.
var fingerprintKey = fmt.Sprintf("akguardFingerprint/v%d", rules.FingerprintVersion)

// result makes the result for one place of a finding.
func (h *handler) result(p order.Place) result {
	f, o := p.Finding, p.First()
	here := newLocation(o, o.Line)
	here.Physical.Region = exact(p.Now(), f.Credential)
	index, id := h.rules.of(f)
	r := result{
		RuleID: id, RuleIndex: index, Level: level(f.Severity), Message: plain(h.say.Sentence(f, o.Parts)),
		Locations:    []location{here},
		Fingerprints: map[string]string{fingerprintKey: f.Fingerprint},
		Properties:   properties{f.Severity.String(), wire.NewVerification(f.Verdict, h.say.Printer), wire.NewOccurrence(o), sources(p)},
		Suppressions: h.suppressions(p),
	}
	if h.change {
		r.Baseline = baseline(f.State)
	}
	if now := p.Now(); now.Parts == finding.PartBoth && now.SecretLine != 0 && now.SecretLine != now.Line {
		r.relate(h.say.Say("report.sarif.secret"), newLocation(now, now.SecretLine))
	}
	if p.Index > 0 {
		first := f.Occurrences[0]
		r.relate(h.say.Say("report.sarif.first"), newLocation(first, first.Line))
	}
	return r
}

// exact is the region of a value in one line. The length is that of the value, or of its mask in a saved report. It stays
// within one line: GitHub shows an alert in a pull request only if all its lines are in the diff.
func exact(o finding.Occurrence, c rules.Credential) region {
	value := c.ID
	if value.IsZero() || o.Parts == finding.PartSecret {
		value = c.Secret
	}
	start := max(o.Column, 1)
	return region{StartLine: o.Line, StartColumn: start, EndLine: o.Line, EndColumn: start + max(1, utf8.RuneCountInString(value.Reveal()))}
}

func sources(p order.Place) []string {
	var list []string
	for _, o := range p.All {
		if !slices.Contains(list, o.Source) {
			list = append(list, o.Source)
		}
	}
	return list
}

// baseline is what SARIF calls a state. A result without one, in a report that has states, would be invalid.
func baseline(s finding.State) string {
	switch s {
	case finding.StateMoved:
		return "updated"
	case finding.StateExisting:
		return "unchanged"
	}
	return "new"
}

// suppressions says why a result does not count. In SARIF either all results of a run have the list, which may be empty,
// or none has.
func (h *handler) suppressions(p order.Place) []suppression {
	s := p.Finding.Suppressed
	if s.IsZero() {
		if h.suppressed {
			return []suppression{}
		}
		return nil
	}
	kind := "external"
	if slices.ContainsFunc(p.Finding.Occurrences, func(o finding.Occurrence) bool { return o.Path != "" && strings.HasPrefix(s.By, o.Path+":") }) {
		kind = "inSource" // a comment beside the credential
	}
	return []suppression{{kind, "accepted", h.say.Print(words.Suppressed(s))}}
}

// relate adds a location that belongs to the result, numbered from 1.
func (r *result) relate(what string, l location) {
	m := plain(what)
	l.ID, l.Message = len(r.Related)+1, &m
	r.Related = append(r.Related, l)
}

func newLocation(o finding.Occurrence, line int) location {
	l := location{Physical: physicalLocation{Region: region{StartLine: max(line, 1)}}}
	if o.Path != "" {
		l.Physical.Artifact = artifactLocation{URI: relative(o.Path), Base: baseRoot}
		return l
	}
	kind, name := wire.StandIn(o)
	l.Physical.Artifact = artifactLocation{URI: strings.ReplaceAll(kind, " ", "-") + "/" + relative(name), Base: baseNoFile}
	l.Logical = []logicalLocation{{FullName: name, Kind: kind}}
	return l
}

// relative percent-encodes a path as a relative URI. A leading slash, or a colon before the first slash, would
// make it something else.
func relative(path string) string {
	uri := (&url.URL{Path: path}).EscapedPath()
	if first, _, _ := strings.Cut(uri, "/"); first == "" || strings.Contains(first, ":") {
		return "./" + uri
	}
	return uri
}
