package rules

import (
	"fmt"

	"github.com/akguard/akguard/rules/reason"
)

// Severity ranks findings.
type Severity int

// The severities, lowest first.
const (
	Low Severity = iota + 1
	Medium
	High
	Critical
)

var severityNames = map[Severity]string{Low: "low", Medium: "medium", High: "high", Critical: "critical"}

// String returns the severity's name in lower case.
func (s Severity) String() string {
	if name, ok := severityNames[s]; ok {
		return name
	}
	return fmt.Sprintf("severity(%d)", int(s))
}

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Rule describes one type of credential: what a report says about it, and the detectors that find its parts.
type Rule struct {
	ID          string        // stable name, as in reports: alibaba-accesskey-pair
	Type        Type          // the credential type that it reports
	Severity    Severity      // before verification
	Description reason.Reason // what was found
	Help        reason.Reason // what to do about it; its text is Markdown
	// Generic says that the rule does not know what its values give access to. If a specific rule reports the same value,
	// the specific rule wins.
	Generic   bool
	Detectors []Detector // what to look for; detectors of one name, in several rules, are one detector
	Matchers  []Matcher  // the same for values that are not found by a literal in their own place
	Examples  Examples
}

// Examples are contents that a rule must and must not match. They are templates, so that the source holds no key:
// {id16}, {id24}, {legacy-id}, {secret}, {sts-id}, {sts-secret} and {token} become random values of that shape.
type Examples struct {
	Match   []string
	NoMatch []string
}
