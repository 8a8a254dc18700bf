package review

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report/markdown"
)

// The markers are HTML comments, which GitHub does not show.
const (
	summaryMarker = "<!-- akguard review -->"
	addedMarker   = "<!-- akguard added -->"
	goneSuffix    = " gone"
)

var marker = regexp.MustCompile(`^<!-- akguard ([0-9a-f]{16,64})(` + goneSuffix + `)? -->`)

// fingerprint returns the fingerprint in the marker of a comment.
func fingerprint(body string) (string, bool) {
	m := marker.FindStringSubmatch(body)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// isGone reports whether a comment says that its credential is gone.
func isGone(body string) bool {
	m := marker.FindStringSubmatch(body)
	return m != nil && m[2] != ""
}

func isSummary(body string) bool { return strings.HasPrefix(body, summaryMarker) }

func isAdded(body string) bool { return strings.HasPrefix(body, addedMarker) }

// same reports whether a text is there already. GitHub changes line ends.
func same(there, text string) bool {
	return strings.TrimSpace(strings.ReplaceAll(there, "\r\n", "\n")) == strings.TrimSpace(text)
}

const (
	maxListed = 50     // findings that the summary lists
	maxText   = 60_000 // characters; GitHub takes 65,536
)

func (r *run) say(code string, args ...any) string { return r.Words.Print(reason.New(code, args...)) }

// subject names a credential and its status. Words of others are code.
func (r *run) subject(f finding.Finding) (value, status string) {
	c := f.Credential
	return markdown.Code(cmp.Or(c.ID.String(), c.Secret.String())), r.say("report.status." + f.Verdict.Status.String())
}

// comment is the text of a comment. It names the place unless the comment is there.
func (r *run) comment(e *entry, exact bool) string {
	value, status := r.subject(e.finding)
	text := fmt.Sprintf("<!-- akguard %s -->\n", e.finding.Fingerprint) + r.say("review.comment", value, status)
	if !exact {
		text += "\n\n" + r.where(e.finding)
	}
	return text + "\n\n" + r.say("review.fingerprint", markdown.Code(e.finding.Fingerprint))
}

// where names the last place of a finding: those before may be from before the change.
func (r *run) where(f finding.Finding) string {
	o := f.Occurrences[len(f.Occurrences)-1]
	commit := markdown.Code(o.Commit[:min(len(o.Commit), 10)])
	switch {
	case o.Path == "" && o.Commit == "":
		return r.say("review.in-tag", markdown.Code(o.Blob[:min(len(o.Blob), 10)]))
	case o.Path == "":
		return r.say("review.in-message", commit, markdown.Code(o.Author))
	}
	path := o.Path
	if o.Member != "" {
		path += "!/" + o.Member
	}
	return r.say("review.in-file", markdown.Code(path), o.Line, commit, markdown.Code(o.Author))
}

// gone is the text of a comment whose credential is gone.
func (r *run) gone(fingerprint string) string {
	return fmt.Sprintf("<!-- akguard %s%s -->\n", fingerprint, goneSuffix) + r.say("review.gone", markdown.Code(fingerprint))
}

// added is the text of a review that adds comments to those that are there.
func (r *run) added(n int) string { return addedMarker + "\n" + r.say("review.added", n) }

// summary is the text of the first review: how many findings there are, and those that have no comment of their own.
func (r *run) summary(p *plan) string {
	var b strings.Builder
	b.WriteString(summaryMarker + "\n")
	if len(p.entries) == 0 {
		return b.String() + r.say("review.clean")
	}
	b.WriteString(r.say("review.summary", len(p.entries)))
	var rest []*entry
	for _, e := range p.entries {
		if e.kept == nil && !e.isNew {
			rest = append(rest, e)
		}
	}
	if n := len(p.entries) - len(rest); n > 0 {
		b.WriteString(" " + r.say("review.commented", n))
	}
	b.WriteString("\n\n")
	size, listed := utf8.RuneCountInString(b.String()), 0
	for _, e := range rest[:min(len(rest), maxListed)] {
		value, status := r.subject(e.finding)
		line := "- " + r.say("review.item", value, status, r.where(e.finding)) + "\n"
		if size += utf8.RuneCountInString(line); size > maxText {
			break
		}
		b.WriteString(line)
		listed++
	}
	if more := len(rest) - listed; more > 0 {
		b.WriteString("\n" + r.say("review.more", more) + "\n")
	}
	return b.String()
}
