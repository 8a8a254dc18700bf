// Package incident writes the result of an investigation for people: on the terminal, as a page that can be passed on, as
// Markdown, and as JSON that a later investigation compares itself with.
//
// A page is one self-contained file: it loads nothing, works without scripts, and escapes every value, because a thief chooses the
// names of what he makes. Without "everything was seen" no format says clean.
package incident

import (
	"time"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/investigate"
)

// Report is the result of an investigation with what it is based on.
type Report struct {
	Version  string             `json:"version"` // of akguard
	Result   investigate.Report `json:"result"`
	Snapshot *account.Snapshot  `json:"snapshot"`
	Leaks    []Leak             `json:"leaks,omitempty"`
	Done     []Deed             `json:"done,omitempty"`
	Before   *Comparison        `json:"before,omitempty"` // with an earlier investigation
}

// Leak is a leaked key and where it was found.
type Leak struct {
	Key   account.KeyRef `json:"key"`
	Place string         `json:"place,omitempty"`
	URL   string         `json:"url,omitempty"`
	At    time.Time      `json:"at,omitzero"` // when it was published
}

// Deed is what was done about the incident.
type Deed struct {
	At    time.Time     `json:"at"`
	What  reason.Reason `json:"what"`
	Kind  string        `json:"kind,omitempty"` // disable, enable, …
	Key   string        `json:"key,omitempty"`  // masked
	User  string        `json:"user,omitempty"` // of the key
	Thing string        `json:"thing,omitempty"`
}

// Options say how a report is written.
type Options struct {
	Words *message.Printer
	Share bool // replace names, numbers and addresses, the same one by the same word everywhere
	Zone  *time.Location
}

// Format is a way to write a report.
type Format struct {
	Name      string
	Render    func(r Report, o Options) ([]byte, error)
	RenderAll func(g Organization, o Options) ([]byte, error)
}

// Formats returns all formats; the first is the one for terminals.
func Formats() []Format {
	return []Format{
		{"text", text, func(g Organization, o Options) ([]byte, error) { return newUnion(g, o).text(), nil }},
		{"json", toJSON, allJSON},
		{"html", html, func(g Organization, o Options) ([]byte, error) { return newUnion(g, o).document().Render() }},
		{"markdown", markdown, func(g Organization, o Options) ([]byte, error) { return toMarkdown(newUnion(g, o).document()), nil }},
	}
}

// Left returns what is left to do.
func (r Report) Left() []investigate.Task { return r.Result.Left() }
