package survey

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// The credential report has all users in a page or two, where each question about each user is a call. It can be four hours old, so it
// answers only for users who are older than the exposure, and for each whom an event names since, or may, the questions are asked
// after all.
const (
	makeReport = "GenerateCredentialReport"
	getReport  = "GetCredentialReport"

	// fewUsers are asked about one by one: that takes a minute, and is never old.
	fewUsers = 100

	// oldReport is older than a report can be that was just asked for.
	oldReport = 5 * time.Hour

	// reported is why an entry of the ledger was not asked: the report, made at its To, has the answer.
	reported = "survey.reported"
)

// chooseReport has the report made if there are many users. The caller holds mu.
func (r *reader) chooseReport(target) {
	if len(r.s.Users) > fewUsers {
		r.ask(r.find(cloud.IMS, makeReport), target{})
		return
	}
	r.eachUser(target{})
}

func readReport(ctx context.Context, r *reader, _ target) (int, error) {
	of, made, err := read.Report(ctx, r.client)
	if err != nil {
		return 0, err
	}
	if r.client.Now().Sub(made) > oldReport {
		return 0, reason.NewError("survey.report-too-old", made)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.credentials, r.reportMade = of, made
	return len(of), nil
}

// eachUser asks about each user what the report does not say. The caller holds mu.
func (r *reader) eachUser(target) {
	r.listed = true
	for i := range r.s.Users {
		u := &r.s.Users[i]
		known, ok := r.credentials[u.Name]
		if ok = ok && !u.Created.IsZero() && u.Created.Before(r.since()) && u.Created.Before(r.reportMade); ok && u.LastLogin.IsZero() {
			u.LastLogin = known.LastLogin
		}
		for _, q := range r.table {
			t := target{about: u.Name, of: u.ID}
			switch {
			case q.scope != perUser:
			case ok && !r.answered[key(q.Ask, t)] && answers(known, q, u):
				r.note(job{q: q, t: t}, account.Entry{Outcome: account.Seen, Why: reason.New(reported), To: r.reportMade})
				r.answered[key(q.Ask, t)] = true
			default:
				r.ask(q, t)
			}
		}
	}
}

// answers puts what the report says about a user into it, and reports whether that is the answer to a question.
func answers(c read.Credentials, q *question, u *account.User) bool {
	switch q.Action {
	case "GetUserMFAInfo":
		u.MFA = c.MFA
		return true
	case "GetLoginProfile": // the report does not say since when, nor whether a second factor is required
		return !c.Password
	case "ListAccessKeys": // nor which keys there are
		return c.Keys == 0
	}
	return false
}

// eachKey asks about each key of a user. When it was used last, the report says of users with a single key. The caller holds mu.
func (r *reader) eachKey(t target) {
	u := r.user(t.about)
	c, known := r.credentials[t.about]
	for i := range u.Keys {
		k := &u.Keys[i]
		kt := target{about: string(k.Ref), of: t.about}
		for _, q := range r.table {
			switch {
			case q.scope != perKey:
			case q.Action == "GetAccessKeyLastUsed" && known && c.Keys == 1 && len(u.Keys) == 1 && k.Created.Before(r.since()) && !r.answered[key(q.Ask, kt)]:
				k.LastUsed = c.LastUsed[0]
				r.note(job{q: q, t: kt}, account.Entry{Outcome: account.Seen, Why: reason.New(reported), To: r.reportMade})
				r.answered[key(q.Ask, kt)] = true
			default:
				r.ask(q, kt)
			}
		}
	}
}

// refresh asks about users whom the report may show as they were, when all events are read: those whom an event names since the report
// was made, or all, if the events were not seen. It reports whether there are any.
func (r *reader) refresh() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := false
	var changed map[string]time.Time
	for _, e := range slices.Clone(r.s.Ledger) {
		if e.Why.Code != reported || e.Action == "GetAccessKeyLastUsed" {
			continue
		}
		if changed == nil {
			changed = r.changedUsers()
		}
		if r.sawEvents(e.To) && !changed[e.About].After(e.To.Add(-delay)) {
			continue
		}
		t := target{about: e.About, of: r.user(e.About).ID}
		r.s.Ledger = slices.DeleteFunc(r.s.Ledger, func(other account.Entry) bool { return other == e })
		delete(r.answered, key(e.Ask, t))
		r.ask(r.find(e.Service, e.Action), t)
		asked = true
	}
	return asked
}

// changedUsers returns when an event last changed something about each user, or a user changed something. The caller holds mu.
func (r *reader) changedUsers() map[string]time.Time {
	last := map[string]time.Time{}
	note := func(name string, at time.Time) {
		name, _, _ = strings.Cut(name, "@")
		if at.After(last[name]) {
			last[name] = at
		}
	}
	for _, e := range r.s.Events {
		if e.Write && e.Error == "" {
			note(cmp.Or(e.Params["UserName"], e.Params["UserPrincipalName"], e.Actor.Name), e.Time)
			note(e.Params["NewUserName"], e.Time)
		}
	}
	return last
}

// sawEvents reports whether all that changed users since a time was read, as far as ActionTrail shows it. The caller holds mu.
func (r *reader) sawEvents(since time.Time) bool {
	homes := 0
	for _, region := range r.regional {
		if region == chinaHome || region == worldHome {
			homes++
		}
	}
	for _, s := range r.searches {
		home := s.region == chinaHome || s.region == worldHome
		if home && s.lookup.By == account.ByRW && !s.done && s.oldest.After(since) {
			return false
		}
	}
	return homes > 0
}
