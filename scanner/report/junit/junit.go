// Package junit writes a report as JUnit XML, which every CI system shows as tests: each credential is a test that failed,
// the worst first, and each thing that could not be read is a test with an error. A complete scan without findings is one
// test that passed, because some systems refuse a report without tests.
//
// Findings that do not count, because they are suppressed or were there before the change and do not work, are tests that
// were skipped.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
)

// maxPlaces is how many places the text of a failure lists.
const maxPlaces = 20

// Format is JUnit XML.
func Format() report.Format { return report.Format{Name: "junit", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	b := builder{words.Writer{Printer: o.Words, Whole: o.ShowSecrets}}
	return whole.Handler(w, "JUnit", b.encode)
}

type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Time     string   `xml:"time,attr"`
		Suite    suite    `xml:"testsuite"`
	}
	suite struct {
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       string     `xml:"time,attr"`
		Properties []property `xml:"properties>property"`
		Cases      []testCase `xml:"testcase"`
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testCase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		File    string   `xml:"file,attr,omitempty"`
		Line    int      `xml:"line,attr,omitempty"`
		Time    string   `xml:"time,attr"`
		Failure *outcome `xml:"failure"`
		Error   *outcome `xml:"error"`
		Skipped *outcome `xml:"skipped"`
	}
	outcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

type builder struct{ say words.Writer }

func (b builder) encode(r whole.Report) ([]byte, error) {
	text, err := xml.MarshalIndent(b.suites(r), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the JUnit report: %w", err)
	}
	return append([]byte(xml.Header), append(text, '\n')...), nil
}

func (b builder) suites(r whole.Report) suites {
	s := suite{Name: "akguard", Time: fmt.Sprintf("%.3f", r.Summary.Duration.Seconds()), Properties: []property{
		{"version", r.Header.Version}, {"source", b.say.Quoted(r.Header.Target)},
	}}
	for _, n := range r.Header.Notes {
		s.Properties = append(s.Properties, property{"note", b.say.Print(n)})
	}
	for _, f := range append(r.Findings, r.Suppressed...) {
		s.add(b.finding(f))
	}
	s.add(b.unread(r)...)
	if len(s.Cases) == 0 {
		name := b.say.Say("report.nothing-found", r.Header.Target)
		s.add(testCase{Class: "akguard", Name: name, Time: "0"})
	}
	return suites{Name: "akguard", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Skipped: s.Skipped, Time: s.Time, Suite: s}
}

func (s *suite) add(cases ...testCase) {
	for _, c := range cases {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
}

func (b builder) finding(f finding.Finding) testCase {
	first := f.Occurrences[0]
	c := testCase{
		Class: "akguard." + f.Rule.ID, Name: b.say.Subject(f.Credential) + " " + f.Fingerprint, Time: "0",
		File: printable.Text(wire.File(first)), Line: first.Line,
	}
	what := b.say.Sentence(f, first.Parts)
	switch {
	case !f.Suppressed.IsZero():
		c.Skipped = &outcome{Message: b.say.Say("report.suppressed-by", words.Suppressed(f.Suppressed))}
	case !f.Counts():
		c.Skipped = &outcome{Message: b.say.Print(words.State(f.State)) + b.say.Say("report.colon") + what}
	default:
		c.Failure = &outcome{Message: what, Type: f.Verdict.Status.String(), Text: b.places(f)}
	}
	return c
}

// places lists where a credential is, one place a line.
func (b builder) places(f finding.Finding) string {
	var lines []string
	places := order.Of(f)
	for _, p := range places[:min(len(places), maxPlaces)] {
		o := p.First()
		line := fmt.Sprintf("%s:%d", printable.Text(wire.File(o)), o.Line)
		if o.Commit != "" {
			line += " " + b.say.Say("report.commit", o.Commit)
		}
		lines = append(lines, line)
	}
	if more := len(places) - maxPlaces; more > 0 {
		lines = append(lines, b.say.Say("report.more-places", more))
	}
	return strings.Join(lines, "\n")
}

// unread are the tests of what could not be read.
func (b builder) unread(r whole.Report) []testCase {
	fail := func(name, message string) testCase {
		return testCase{Class: "akguard.unread", Name: name, Time: "0", Error: &outcome{Message: message, Type: "unread"}}
	}
	var cases []testCase
	for _, s := range r.Skips {
		cases = append(cases, fail(b.say.Quoted(s.Path), b.say.Print(s.Reason)))
	}
	switch {
	case r.Summary.Interrupted:
		cases = append(cases, fail("akguard", b.say.Say("report.interrupted")))
	case !r.Complete() && len(cases) == 0:
		cases = append(cases, fail("akguard", b.say.Say("report.incomplete")))
	}
	return cases
}
