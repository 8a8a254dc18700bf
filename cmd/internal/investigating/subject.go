package investigating

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/cmd/internal/subject"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/verifier/account"
)

// What is looked at if nothing says since when: the events that ActionTrail keeps.
const (
	kept = 90 * 24 * time.Hour
	day  = 24 * time.Hour
)

// inquiry is what an investigation is about.
type inquiry struct {
	keys  []rules.Secret
	leaks []incident.Leak
	since time.Time
}

// refs returns the names of the keys.
func (q inquiry) refs() []account.KeyRef {
	var refs []account.KeyRef
	for _, id := range q.keys {
		refs = append(refs, account.Ref(id))
	}
	return refs
}

// subjectOf finds out which keys leaked, and when: since the first commit or push that a report names, or since what an earlier investigation
// looked at.
func (a *app) subjectOf(o options, first incident.Organization) (inquiry, error) {
	var q inquiry
	if info, err := os.Stat(o.subject); err == nil && !info.IsDir() {
		if q, err = reported(o.subject); err != nil {
			return q, err
		}
	} else if o.subject != "" {
		if !subject.LooksLikeID(o.subject) {
			return q, command.Usage("usage.not-an-id", rules.MaskIDs(o.subject))
		}
		q.keys = []rules.Secret{rules.NewSecret(o.subject)}
		q.leaks = []incident.Leak{{Key: account.Ref(q.keys[0])}}
	}
	switch {
	case o.since != "":
		at, err := parseSince(o.since, time.Now())
		if err != nil {
			return q, err
		}
		q.since = at
	case !since(first).IsZero():
		q.since = since(first)
	case q.since.IsZero():
		q.since = time.Now().Add(-kept)
	}
	return q, nil
}

// since is what an earlier investigation looked at.
func since(g incident.Organization) time.Time {
	for _, p := range g.Accounts {
		if p.Entered() {
			return p.Report.Result.Since
		}
	}
	return time.Time{}
}

// reported returns the keys of a report, and the time of the first commit that has one of them.
func reported(name string) (inquiry, error) {
	var q inquiry
	r, err := subject.ReadReport(name)
	if err != nil {
		return q, err
	}
	masked := 0
	for _, f := range r.Findings {
		switch t := f.Credential.Type; {
		case f.Credential.ID.IsZero() || t != rules.AccessKey && t != rules.AccessKeyID && t != rules.STS:
		case f.Masked():
			masked++
		default:
			q.add(f)
		}
	}
	switch {
	case len(q.keys) == 0 && masked > 0:
		return q, command.Usage("usage.masked-report", masked, name)
	case len(q.keys) == 0:
		return q, command.Usage("usage.report-without-key", name)
	}
	return q, nil
}

func (q *inquiry) add(f finding.Finding) {
	q.keys = append(q.keys, f.Credential.ID)
	leak := incident.Leak{Key: account.Ref(f.Credential.ID)}
	for _, o := range f.Occurrences {
		if leak.Place == "" {
			leak.Place, leak.URL = o.Path, o.Origin.Web
		}
		if !o.Date.IsZero() && (leak.At.IsZero() || o.Date.Before(leak.At)) {
			leak.At, leak.Place = o.Date, o.Path
		}
	}
	q.leaks = append(q.leaks, leak)
	if !leak.At.IsZero() && (q.since.IsZero() || leak.At.Before(q.since)) {
		q.since = leak.At
	}
}

// parseSince reads a time, a day, or how long ago: 2026-11-20T10:00:00Z, 2026-11-20, 72h, 7d.
func parseSince(text string, now time.Time) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(form, text, time.Local); err == nil && t.Before(now) {
			return t, nil
		}
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3650 {
			return now.Add(-time.Duration(n) * day), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, command.Usage("usage.since", text)
}
