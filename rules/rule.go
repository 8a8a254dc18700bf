package rules

import "fmt"

// Severity ranks findings for a person who has ten minutes.
type Severity int

// The severities, least first.
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

// Rule describes one type of credential: what a report says of it, and the parts that it is made of.
type Rule struct {
	ID          string   // stable name, as in reports: alibaba-accesskey-pair
	Type        Type     // the credential type that it reports
	Severity    Severity // before verification
	Description string   // one sentence: what was found
	Help        string   // what to do about it; Markdown
	Parts       []Part   // what to look for
	Examples    Examples
	// Where reports whether a match counts at a path and in a commit; both may be empty. Marks are the match's. nil: anywhere.
	Where func(path, commit string, marks uint32) bool
}

// Examples are contents that a rule must and must not match. They are templates, so that no key stands in the
// source: {id16}, {id24}, {legacy-id}, {secret}, {sts-id}, {sts-secret} and {token} become random values of that shape.
type Examples struct {
	Match   []string
	NoMatch []string
}

// Part recognises one part of a credential. Find is called where one of Literals stands in the content, with
// the literal's offset, and answers the value's place. What it answers must depend on nothing that is more than
// Reach bytes away from the literal, and may only be more generous where the content is cut beyond that: that is
// what lets a history be scanned by what changes in it.
//
// A part with All has none of these. It is called once, with the offsets of all Folded in the content, in order. Where
// none stands it finds nothing; a part without Folded is called for every content.
type Part struct {
	Kind     Kind
	Type     Type // of the credential, for KindValue
	Literals []string
	Reach    int  // bytes
	Hidden   bool // it may stand in encoded text: what its literals become there is worth decoding
	Find     func(content []byte, at int) (Match, bool)

	Folded []string // in lower case; they may stand in any
	All    func(content []byte, at []int) []Match

	// Why says why content[start:end], which begins like the part, is none; may be nil.
	Why func(content []byte, start, end int) string
	// WhyNear says it where there is no telling by its beginning: it is called where Find finds nothing, and returns what it
	// would take for the part, if there is such a thing, and why it is none; "" if there is not. It may be nil.
	WhyNear func(content []byte, at int) (Match, string)
}

// Kind is the part of a credential that a match is.
type Kind uint8

// The kinds of parts.
const (
	KindID        Kind = iota + 1 // a long-term AccessKey ID
	KindSecret                    // an AccessKey secret
	KindSTSID                     // the ID of a temporary credential
	KindSTSSecret                 // the secret of a temporary credential
	KindToken                     // the security token of a temporary credential
	KindValue                     // a credential that is one value
	KindRest                      // no part: a rule has not looked at what follows, because too much matched before
)

// Match is one value found in a content.
type Match struct {
	Kind       Kind
	Type       Type // for KindValue
	Start, End int  // byte offsets: content[Start:End]
	Named      bool // its own key name stands beside it
	Telling    bool // the key name alone tells whose value it is
	Weak       bool // of an ID: it is none unless a secret belongs to it

	Marks uint32 // what the part has to tell its rule's Where
}
