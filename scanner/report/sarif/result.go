package sarif

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
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
	}
)

// fingerprintKey names the fingerprint with its version, so that a service does not compare those of two versions.
var fingerprintKey = fmt.Sprintf("akguardFingerprint/v%d", rules.FingerprintVersion)

// result makes the result for one occurrence of f.
func (h *handler) result(f finding.Finding, o finding.Occurrence) result {
	here := newLocation(o, o.Line)
	here.Physical.Region.StartColumn = o.Column
	r := result{
		RuleID: f.Rule.ID, Level: level(f.Severity), Message: plain(h.sentence(f, o.Parts)),
		Locations:    []location{here},
		Fingerprints: map[string]string{fingerprintKey: f.Fingerprint},
		Properties:   properties{f.Severity.String(), wire.NewVerification(f.Verdict, h.say.Printer), wire.NewOccurrence(o)},
	}
	if o.Parts == finding.PartBoth && o.SecretLine != 0 && o.SecretLine != o.Line {
		r.relate(h.say.Say("report.sarif.secret"), newLocation(o, o.SecretLine))
	}
	return r
}

// relate adds a location that belongs to the result, numbered from 1.
func (r *result) relate(what string, l location) {
	m := plain(what)
	l.ID, l.Message = len(r.Related)+1, &m
	r.Related = append(r.Related, l)
}

// sentence describes an occurrence: what it is, whether it works, what it can do, who owns it, and what to do.
func (h *handler) sentence(f finding.Finding, parts finding.Parts) string {
	text := h.say.Subject(f.Credential)
	switch {
	case parts == finding.PartID && f.Credential.Type != rules.AccessKeyID:
		text = h.say.Say("report.sarif.id-of", text)
	case parts == finding.PartSecret && f.Credential.Type != rules.AccessKeySecret:
		text = h.say.Say("report.sarif.secret-of", text)
	}
	v, status := f.Verdict, words.Status(f.Verdict.Status)
	switch why := words.Why(v); {
	case v.Identity != nil:
		text += h.say.Say("report.sarif.verdict", status, words.Owner(*v.Identity))
	case !why.IsZero():
		text += h.say.Say("report.sarif.verdict", status, why)
	default:
		text += h.say.Say("report.sarif.status", status)
	}
	if can := h.say.Can(v.Reach); can != "" {
		text += h.say.Say("report.sarif.can", can)
	}
	if ours := words.Ours(v.Owner); !ours.IsZero() {
		text += h.say.Say("report.sarif.ours", ours)
	}
	return text + h.say.Say("report.sarif.next", words.Next(f))
}

func newLocation(o finding.Occurrence, line int) location {
	l := location{Physical: physicalLocation{Region: region{StartLine: line}}}
	if o.Path != "" {
		l.Physical.Artifact = artifactLocation{URI: relative(o.Path), Base: baseRoot}
		return l
	}
	kind, name := standIn(o)
	l.Physical.Artifact = artifactLocation{URI: strings.ReplaceAll(kind, " ", "-") + "/" + relative(name), Base: baseNoFile}
	l.Logical = []logicalLocation{{FullName: name, Kind: kind}}
	return l
}

// standIn names content without a path: its kind, and its name within that kind.
func standIn(o finding.Occurrence) (kind, name string) {
	switch {
	case o.Source == finding.SourceStdin:
		return "stream", "stdin"
	case wire.InTag(o):
		return "tag message", o.Blob
	case o.Source == finding.SourceMessage:
		return "commit message", o.Commit
	}
	return "git blob", o.Blob
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
