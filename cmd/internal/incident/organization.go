package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/report/page"
)

// Organization is the result of an investigation of several accounts. Each is judged by itself: a thief in one does not make another
// less clean, and an account that could not be entered is clean for nobody.
type Organization struct {
	Version  string `json:"version"` // of akguard
	Accounts []Part `json:"accounts"`
}

// Part is one account of an organization.
type Part struct {
	Account string        `json:"account"`
	Name    string        `json:"name,omitempty"`
	Why     reason.Reason `json:"why,omitzero"`     // it was not read
	Report  *Report       `json:"report,omitempty"` // nil if it was not read
}

// Entered reports whether the account was read.
func (p Part) Entered() bool { return p.Report != nil }

// title names an account for people.
func (p Part) title(w writer) string {
	if p.Name == "" {
		return w.name(p.Account)
	}
	return w.say("investigate.account-name", p.Account, p.Name)
}

// union puts an organization into words. Its own writer has no report; each account has one with the same words for names.
type union struct {
	Organization
	w writer
}

func newUnion(g Organization, o Options) union {
	var all []Report
	for _, p := range g.Accounts {
		if p.Entered() {
			all = append(all, *p.Report)
		}
	}
	u := union{g, newWriter(Report{Version: g.Version}, Options{Words: o.Words, Zone: o.Zone})}
	if o.Share {
		l := listAliases(all)
		for _, p := range g.Accounts {
			l.add("account", p.Account)
			l.add("name", p.Name)
		}
		u.w.aliases = l.replacer()
	}
	u.w.o.Share = o.Share
	return u
}

// of returns the writer of an account.
func (u union) of(p Part) writer {
	w := u.w
	w.Report = *p.Report
	return w
}

// result is what came of an account, in a sentence.
func (u union) result(p Part) string {
	if !p.Entered() {
		return u.w.say("investigate.not-read", p.Why)
	}
	text, _ := u.of(p).headline()
	return text
}

// count returns in how many accounts a thief left traces, and how many were not seen whole.
func (u union) count() (found, unseen, entered int) {
	for _, p := range u.Accounts {
		switch {
		case !p.Entered():
			unseen++
			continue
		case p.Report.Result.Alarms() > 0:
			found++
		case !p.Report.Result.Complete():
			unseen++
		}
		entered++
	}
	return found, unseen, entered
}

func (u union) headline() (text, tone string) {
	switch found, unseen, _ := u.count(); {
	case found > 0:
		return u.w.say("investigate.all-found", found, len(u.Accounts)), page.Alarm
	case unseen > 0:
		return u.w.say("investigate.all-not-clean", unseen, len(u.Accounts)), page.Doubt
	}
	return u.w.say("investigate.all-clean", len(u.Accounts)), page.Good
}

func (u union) text() []byte {
	var b bytes.Buffer
	headline, _ := u.headline()
	fmt.Fprintf(&b, "%s\n\n", headline)
	for _, p := range u.Accounts {
		fmt.Fprintf(&b, "  - %s: %s\n", p.title(u.w), u.result(p))
	}
	for _, p := range u.Accounts {
		if p.Entered() {
			title := u.w.say("investigate.account", p.title(u.w))
			fmt.Fprintf(&b, "\n\n%s\n%s\n", title, strings.Repeat("=", len([]rune(title))))
			u.of(p).text(&b)
		}
	}
	return b.Bytes()
}

// document is one page: the accounts, and the sections of each under its number.
func (u union) document() page.Document {
	found, unseen, entered := u.count()
	d := page.Document{Lang: u.w.say("report.html.lang"), Title: u.w.say("investigate.all-title", len(u.Accounts)), Footer: u.w.say("investigate.footer")}
	d.Headline, d.Tone = u.headline()
	for _, f := range []struct {
		key, tone string
		n         int
	}{{"investigate.fact.accounts", "", entered}, {"investigate.fact.traces", page.Alarm, found}, {"investigate.fact.unseen", page.Doubt, unseen}} {
		if f.n == 0 {
			f.tone = ""
		}
		d.Facts = append(d.Facts, page.Fact{Label: u.w.say(f.key), Value: strconv.Itoa(f.n), Tone: f.tone})
	}
	t := u.w.table("account", "outcome")
	d.Sections = []page.Section{{Title: u.w.say("investigate.accounts"), Table: t}}
	for _, p := range u.Accounts {
		t.Rows = append(t.Rows, []page.Cell{cell(p.title(u.w)), cell(u.result(p))})
		if !p.Entered() {
			continue
		}
		one := u.of(p).document()
		d.Subtitle = one.Subtitle
		for _, s := range one.Sections {
			s.Title = u.w.say("investigate.account-section", p.title(u.w), s.Title)
			d.Sections = append(d.Sections, s)
		}
	}
	return d
}

func allJSON(g Organization, _ Options) ([]byte, error) {
	text, err := json.MarshalIndent(g, "", "  ")
	return append(text, '\n'), err
}
