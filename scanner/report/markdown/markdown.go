// Package markdown writes a report as GitHub and GitLab show it in comments and job summaries: the numbers, a table of the
// findings, the worst first, and what to do.
//
// Both cut or refuse long texts, so the report is cut before that, at the end of a row, and says how many findings are
// missing. Words of a repository are code, in HTML with the characters escaped that mean something: there they can be no
// mention, no link, no HTML, and no end of a cell or of a comment that holds the report.
package markdown

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/whole"
	"github.com/akguard/akguard/scanner/report/internal/wire"
	"github.com/akguard/akguard/scanner/report/internal/words"
	"github.com/akguard/akguard/verifier"
)

// maxBytes is the size of a report unless the options say otherwise: what GitHub takes for a comment.
const maxBytes = 65_536

const (
	maxPlaces = 5  // of a finding that are listed
	maxSkips  = 10 // things that were not read that are named, if there is room
)

// Format is Markdown.
func Format() report.Format { return report.Format{Name: "markdown", New: newHandler} }

func newHandler(w io.Writer, o report.Options) finding.Handler {
	p := page{say: words.Writer{Printer: o.Words, Whole: o.ShowSecrets, Quote: Code}, limit: o.MaxBytes}
	if p.limit == 0 {
		p.limit = maxBytes
	}
	return whole.Handler(w, "Markdown", func(r whole.Report) ([]byte, error) { return []byte(p.render(r)), nil })
}

// Code quotes a text of others as code. It cuts long texts.
func Code(s string) string { return code(printable.Short(s)) }

func code(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("<code>")
	dots := !strings.Contains(strings.ToLower(s), "www.") // which would be a link
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" /-+=", r) || r == '.' && dots {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	b.WriteString("</code>")
	return b.String()
}

type page struct {
	say   words.Writer
	limit int
}

// text joins texts with a code. They are fit already.
func (p page) text(code string, parts ...any) string {
	return p.say.Printer.Print(reason.New(code, parts...))
}

func (p page) render(r whole.Report) string {
	head, foot := p.head(r), p.foot(r, maxSkips)
	if len(head)+len(foot) > p.limit/2 {
		foot = p.foot(r, 0)
	}
	rows := p.rows(r)
	body := strings.Join(rows, "")
	for shown := len(rows); len(head)+len(body)+len(foot) > p.limit && shown > 0; {
		shown = min(shown-1, fitting(rows, p.limit-len(head)-len(foot)-200)) // the line that says so is shorter than 200 bytes
		body = strings.Join(rows[:shown], "") + "\n" + p.text("report.markdown.cut", len(rows)-shown, len(rows)) + "\n"
	}
	return head + body + foot
}

// fitting is how many rows fit into room bytes.
func fitting(rows []string, room int) int {
	for i, row := range rows {
		if room -= len(row); room < 0 {
			return i
		}
	}
	return len(rows)
}

// head is the heading, the numbers, and the head of the table.
func (p page) head(r whole.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", p.verdict(r))
	fmt.Fprintf(&b, "%s\n", p.numbers(r))
	for _, n := range r.Header.Notes {
		fmt.Fprintf(&b, "\n%s\n", p.say.Say("report.note", n))
	}
	if len(r.Findings) > 0 {
		fmt.Fprintf(&b, "\n| %s | %s | %s | %s | %s |\n|---|---|---|---|---|\n", p.text("report.column.verdict"), p.text("report.column.severity"),
			p.text("report.column.credential"), p.text("report.column.where"), p.text("report.column.next"))
	}
	return b.String()
}

// verdict is the heading: whether something works, and whether all was read.
func (p page) verdict(r whole.Report) string {
	switch {
	case r.Summary.Live > 0:
		return "🔴 " + p.text("report.markdown.live", r.Summary.Live)
	case len(r.Findings) > 0:
		return "🟠 " + p.text("report.markdown.found", len(r.Findings))
	case !r.Complete():
		return "🟠 " + p.text("report.not-clean")
	}
	return "🟢 " + p.text("report.clean") + p.text("report.colon") + p.say.Say("report.nothing-found", r.Header.Target)
}

func (p page) numbers(r whole.Report) string {
	s := r.Summary
	list := []string{p.text("report.findings", len(r.Findings))}
	if r.Header.Change {
		list = append(list, p.text("report.new", s.New))
	}
	list = append(list, p.text("report.live", s.Live))
	if n := r.Hidden(); n > 0 {
		list = append(list, p.text("report.suppressed-count", n))
	}
	list = append(list, p.text("report.blobs", s.Blobs), p.text("report.commits", s.Commits))
	return strings.Join(list, p.text("report.comma"))
}

// rows are the rows of the table: one a finding.
func (p page) rows(r whole.Report) []string {
	rows := make([]string, 0, len(r.Findings))
	for _, f := range r.Findings {
		status := p.say.Print(words.Status(f.Verdict.Status))
		if f.Live() {
			status = "**" + status + "**"
		}
		if f.State != "" {
			status += "<br>" + p.say.Print(words.State(f.State))
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s |\n", status, p.say.Print(words.Severity(f.Severity)), p.credential(f.Credential),
			p.places(r.Header, f), p.next(f)))
	}
	return rows
}

func (p page) credential(c rules.Credential) string {
	values := []string{p.say.Print(words.Type(c.Type))}
	for _, s := range []rules.Secret{c.ID, c.Secret, c.Token} {
		if !s.IsZero() {
			values = append(values, code(words.Value(s, p.say.Whole)))
		}
	}
	return strings.Join(values, "<br>")
}

func (p page) next(f finding.Finding) string {
	if v := f.Verdict; v.Identity != nil && v.Status == verifier.Live {
		return p.say.Print(words.Owner(*v.Identity)) + "<br>" + p.say.Print(words.Next(f))
	}
	return p.say.Print(words.Next(f))
}

func (p page) places(h finding.Header, f finding.Finding) string {
	var list []string
	places := order.Of(f)
	for _, place := range places[:min(len(places), maxPlaces)] {
		list = append(list, p.place(h, place.First()))
	}
	if more := len(places) - maxPlaces; more > 0 {
		list = append(list, p.text("report.more-places", more))
	}
	return strings.Join(list, "<br>")
}

// place names a place, with the commit as a link if it is on the forge.
func (p page) place(h finding.Header, o finding.Occurrence) string {
	where := p.say.Print(words.Place(o))
	if o.Commit == "" || o.Source != finding.SourceHistory {
		return linked(where, o.Origin.Web)
	}
	commit := p.text("report.commit", "<code>"+words.Short(o.Commit)+"</code>")
	commit = linked(commit, wire.CommitURL(h, o))
	if o.Author != "" {
		commit += p.text("report.comma") + p.say.Quoted(o.Author)
	}
	return where + " (" + commit + ")"
}

// linked links a text, unless the address is none of a page, or would end the attribute or the cell that it is in.
func linked(text, url string) string {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") || strings.ContainsFunc(url, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'<>`|\\", r)
	}) {
		return text
	}
	return fmt.Sprintf(`<a href="%s">%s</a>`, url, text)
}

// foot is what was not read, and the advice that holds for all.
func (p page) foot(r whole.Report, named int) string {
	var b strings.Builder
	if !r.Complete() {
		fmt.Fprintf(&b, "\n**%s**%s%s\n", p.text("report.not-clean"), p.text("report.colon"), p.why(r))
		for i, s := range r.Skips[:min(len(r.Skips), named)] {
			if i == 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "- %s%s%s\n", p.say.Quoted(s.Path), p.text("report.colon"), p.say.Print(s.Reason))
		}
		if more := len(r.Skips) - named; more > 0 && named > 0 {
			fmt.Fprintf(&b, "- %s\n", p.text("report.markdown.more", more))
		}
	}
	if len(r.Findings) > 0 {
		fmt.Fprintf(&b, "\n%s\n", p.text("report.rotate-first"))
	}
	return b.String()
}

func (p page) why(r whole.Report) string {
	switch n := r.Unread(); {
	case r.Summary.Interrupted:
		return p.text("report.interrupted")
	case n > 0:
		return p.text("report.skipped", n)
	}
	return p.text("report.incomplete")
}
