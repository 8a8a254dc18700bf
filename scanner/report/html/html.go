// Package html writes a report as one HTML file that can be passed on: for an incident, an audit, or a colleague who does not
// use a terminal. It needs nothing else, works without JavaScript, and has all findings, the worst first.
package html

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/scanner/report/page"
	"github.com/akguard/akguard/verifier"
)

const (
	openPlaces = 3   // places of a finding that are shown at once
	maxPlaces  = 500 // places of a finding that are listed
)

// Format is HTML.
func Format() report.Format { return report.Format{Name: "html", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	b := builder{words.Writer{Printer: o.Words, Whole: o.ShowSecrets}, o.Time()}
	return whole.Handler(w, "HTML", func(r whole.Report) ([]byte, error) { return b.document(r).Render() })
}

type builder struct {
	say words.Writer
	now time.Time
}

func (b builder) document(r whole.Report) page.Document {
	d := page.Document{
		Lang: b.say.Say("report.html.lang"), Title: b.say.Say("report.html.title", r.Header.Target),
		Subtitle: b.say.Say("report.html.subtitle", r.Header.Version, b.now.UTC().Format("2006-01-02 15:04 UTC")),
		Facts:    b.facts(r), Footer: b.say.Say("report.html.footer"),
	}
	d.Headline, d.Tone = b.headline(r)
	d.Sections = append(d.Sections, b.remarks(r))
	d.Sections = append(d.Sections, b.overview(r)...)
	if len(r.Findings) > 0 {
		d.Sections = append(d.Sections, page.Section{Title: b.say.Say("report.html.findings"), Table: b.table(r.Header, r.Findings)})
	}
	if len(r.Suppressed) > 0 {
		d.Sections = append(d.Sections, page.Section{Title: b.say.Say("report.html.suppressed"), Table: b.table(r.Header, r.Suppressed)})
	}
	if len(r.Skips) > 0 {
		d.Sections = append(d.Sections, b.unread(r))
	}
	return d
}

// headline is the result in a sentence. A scan that was not complete never reads as clean.
func (b builder) headline(r whole.Report) (text, tone string) {
	switch {
	case r.Summary.Live > 0:
		text, tone = b.say.Say("report.markdown.live", r.Summary.Live), page.Alarm
	case len(r.Findings) > 0:
		text, tone = b.say.Say("report.markdown.found", len(r.Findings)), page.Doubt
	case r.Complete():
		return b.say.Say("report.clean") + b.say.Say("report.colon") + b.say.Say("report.nothing-found", r.Header.Target), page.Good
	default:
		tone = page.Doubt
	}
	if r.Complete() {
		return text, tone
	}
	why := b.say.Say("report.incomplete")
	if r.Summary.Interrupted {
		why = b.say.Say("report.interrupted")
	} else if n := r.Unread(); n > 0 {
		why = b.say.Say("report.skipped", n)
	}
	if text != "" {
		text += b.say.Say("report.semicolon")
	}
	return text + b.say.Say("report.not-clean") + b.say.Say("report.colon") + why, tone
}

func (b builder) facts(r whole.Report) []page.Fact {
	s := r.Summary
	number := func(key string, n int64, tone string) page.Fact {
		if n == 0 {
			tone = ""
		}
		return page.Fact{Label: b.say.Say(key), Value: strconv.FormatInt(n, 10), Tone: tone}
	}
	facts := []page.Fact{number("report.html.findings", int64(len(r.Findings)), "")}
	if r.Header.Change {
		facts = append(facts, number("report.state.new", int64(s.New), page.Doubt))
	}
	unsure := 0
	for _, f := range r.Findings {
		if f.Verdict.Status == verifier.Unknown || f.Verdict.Status == verifier.Unchecked {
			unsure++
		}
	}
	return append(facts,
		number("report.status.live", int64(s.Live), page.Alarm), number("report.not-verified", int64(unsure), page.Doubt),
		number("report.html.suppressed", int64(r.Hidden()), ""), number("report.html.skipped", int64(r.Unread()), page.Doubt),
		number("report.html.blobs", s.Blobs, ""), number("report.html.commits", s.Commits, ""),
		page.Fact{Label: b.say.Say("report.html.time"), Value: s.Duration.Round(time.Millisecond).String()},
	)
}

// remarks are what a reader must know, and the advice that holds for all.
func (b builder) remarks(r whole.Report) page.Section {
	var s page.Section
	for _, n := range r.Header.Notes {
		s.Paragraphs = append(s.Paragraphs, page.Plain(b.say.Say("report.note", n)))
	}
	if len(r.Findings) > 0 {
		s.Paragraphs = append(s.Paragraphs, page.Plain(b.say.Say("report.rotate-first")))
	}
	return s
}

func (b builder) unread(r whole.Report) page.Section {
	s := page.Section{Title: b.say.Say("report.html.skipped")}
	for _, skip := range r.Skips {
		s.List = append(s.List, page.Line{
			{Text: printable.Short(skip.Path), Code: true}, {Text: b.say.Say("report.colon") + b.say.Print(skip.Reason)},
		})
	}
	return s
}

func (b builder) table(h finding.Header, findings []finding.Finding) *page.Table {
	t := &page.Table{Controls: true, All: b.say.Say("report.html.all"), Search: b.say.Say("report.html.search")}
	for i, key := range []string{"verdict", "severity", "credential", "where", "next"} {
		t.Columns = append(t.Columns, page.Column{Title: b.say.Say("report.column." + key), Filter: i < 2})
	}
	for i, f := range findings {
		t.Rows = append(t.Rows, b.row(h, f, i))
	}
	return t
}

func (b builder) row(h finding.Header, f finding.Finding, rank int) []page.Cell {
	status, severity := b.say.Print(words.Status(f.Verdict.Status)), b.say.Print(words.Severity(f.Severity))
	verdict := page.Cell{Lines: []page.Line{page.Plain(status)}, Class: tone(f), Sort: fmt.Sprintf("%06d", rank), Filter: status}
	if f.State != "" {
		verdict.Lines = append(verdict.Lines, page.Plain(b.say.Print(words.State(f.State))))
	}
	credential := page.Cell{Lines: []page.Line{page.Plain(b.say.Print(words.Type(f.Credential.Type))), page.Code(b.say.Values(f.Credential)), {{Text: f.Fingerprint, Code: true, Faint: true}}}}
	return []page.Cell{
		verdict, {Lines: []page.Line{page.Plain(severity)}, Sort: strconv.Itoa(9 - int(f.Severity)), Filter: severity},
		credential, b.where(h, f), {Lines: b.next(f)},
	}
}

func tone(f finding.Finding) string {
	switch {
	case f.Live():
		return page.Alarm + " strong"
	case words.Dead(f.Verdict.Status):
		return ""
	}
	return page.Doubt
}

// where lists the places: some at once, the others when they are unfolded.
func (b builder) where(h finding.Header, f finding.Finding) page.Cell {
	var lines []page.Line
	places := order.Of(f)
	for _, p := range places[:min(len(places), maxPlaces)] {
		lines = append(lines, b.place(h, p))
	}
	if more := len(places) - maxPlaces; more > 0 {
		lines = append(lines, page.Plain(b.say.Say("report.more-places", more)))
	}
	open := min(len(lines), openPlaces)
	return page.Cell{Lines: lines[:open], More: lines[open:], MoreTitle: b.say.Say("report.more-places", len(places)-open)}
}

// place names a place, and the commit that introduced the credential there.
func (b builder) place(h finding.Header, p order.Place) page.Line {
	o := p.First()
	line := page.Line{{Text: b.say.Print(words.Place(o)), Code: true}}
	if o.Commit == "" || o.Source != finding.SourceHistory { // no commit has the link
		line[0].URL = o.Origin.Web
	}
	add := func(text, url string) {
		line = append(line, page.Text{Text: b.say.Say("report.comma")}, page.Text{Text: text, URL: url})
	}
	if o.Commit != "" && o.Source == finding.SourceHistory {
		add(b.say.Say("report.commit", words.Short(o.Commit)), wire.CommitURL(h, o))
	}
	if o.Author != "" {
		add(printable.Short(o.Author), "")
	}
	if date := wire.Time(o.Date); date != "" {
		add(date[:len(time.DateOnly)], "")
	}
	if order.Present(p.Now()) && o.Source == finding.SourceHistory {
		add(b.say.Say("report.html.present"), "")
	}
	if !o.Origin.Lost.IsZero() {
		add(b.say.Print(words.Lost(o.Origin.Lost)), "")
	}
	if o.Origin.Owner != "" {
		add(b.say.Say("report.html.owned", o.Origin.Owner), "")
	}
	return line
}

// next says what to do, and what is known that matters for it.
func (b builder) next(f finding.Finding) []page.Line {
	lines := []page.Line{page.Plain(b.say.Print(words.Next(f)))}
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, page.Line{{Text: b.say.Say(label) + b.say.Say("report.colon"), Faint: true}, {Text: text}})
		}
	}
	if v := f.Verdict; v.Identity != nil {
		add("report.row.owner", b.say.Print(words.Owner(*v.Identity)))
	} else {
		add("report.row.why", b.say.Print(words.Why(v)))
	}
	add("report.row.can", b.say.Can(f.Verdict.Reach))
	add("report.row.ours", b.say.Print(words.Ours(f.Verdict.Owner)))
	add("report.row.gone", b.say.Print(words.Removed(f.Removed())))
	add("report.suppressed-word", b.say.Print(words.Suppressed(f.Suppressed)))
	return lines
}
