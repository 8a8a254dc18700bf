package survey

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// key names a question about something.
func key(a account.Ask, t target) string {
	return strings.Join([]string{a.Service, a.Action, t.region, t.about}, "\n")
}

// settle writes the outcome of a question into the ledger. The caller holds mu.
func (r *reader) settle(j job, items int, err error) {
	e := r.outcome(err)
	e.Items = items
	if e.Outcome == account.Denied {
		e.Right = j.q.right
		if r.refused[j.q.Ask] >= 0 {
			r.refused[j.q.Ask]++
		}
	} else if err == nil {
		r.refused[j.q.Ask] = -1 << 30 // it is permitted, if not for everything
	}
	if j.q.optional && e.Outcome.Blind() && e.Outcome != account.Unasked {
		e.Outcome, e.Right = account.Closed, ""
	}
	r.note(j, e)
}

// note adds an entry to the ledger. The caller holds mu.
func (r *reader) note(j job, e account.Entry) {
	e.Ask, e.Region, e.About = j.q.Ask, j.t.region, j.t.about
	r.s.Ledger = append(r.s.Ledger, e)
}

// outcome says what an error means.
func (r *reader) outcome(err error) account.Entry {
	switch {
	case err == nil:
		return account.Entry{Outcome: account.Seen}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return account.Entry{Outcome: account.Unasked, Why: reason.New("survey.interrupted")}
	case isClosed(err), r.told && isNowhere(err):
		return account.Entry{Outcome: account.Closed, Why: reason.Of(err)}
	case cloud.IsDenied(err):
		return account.Entry{Outcome: account.Denied, Why: reason.Of(err)}
	}
	return account.Entry{Outcome: account.Failed, Why: reason.Of(err)}
}

// closedCodes are how services refuse a region or a service that the account has not opened. Where the codes are not
// documented, they are inferred: with an unknown one, the question counts as not answered.
var closedCodes = []string{
	"InvalidRegionId", "InvalidRegion.", "UnsupportedRegion", "RegionNotSupport", "Forbidden.RegionNotOpened", "RegionUnauthorized",
	"ServiceNotEnabled", "ServiceNotOpen", "NotOpened", "UserNotOpen", "UserNotEnabled", "NotPurchased", "UserDisable",
	"InvalidParameter.RegionId", "ResourceCenterNotEnabled",
}

func isClosed(err error) bool {
	code := cloud.Code(err)
	return code != "" && slices.ContainsFunc(closedCodes, func(start string) bool { return strings.HasPrefix(code, start) })
}

// isNowhere reports whether a service has no host in a region. Once the names of other hosts were found, this is not for want
// of a network.
func isNowhere(err error) bool { return reason.Of(err).Code == "cloud.no-such-host" }

// answers returns what was asked so far. The caller holds mu.
func (r *reader) answers() account.Ledger {
	all := slices.Clone(r.s.Ledger)
	for _, s := range r.searches {
		all = append(all, s.entries()...)
	}
	return all
}

// ledger returns what was asked, with what was not, in order. The caller holds mu.
func (r *reader) ledger() account.Ledger {
	all := append(r.answers(), r.unseen()...)
	all = append(all, r.unchosen()...)
	for _, q := range r.table { // after those on which it depends
		if !all.Asked(q.Ask) {
			all = append(all, unneeded(all, q))
		}
	}
	slices.SortStableFunc(all, func(a, b account.Entry) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.About, b.About), a.From.Compare(b.From))
	})
	return all
}

// unneeded is the entry of a question that was asked of nothing. If there is nothing to ask it of, it is answered; if that
// is not known, neither is the answer.
func unneeded(l account.Ledger, q *question) account.Entry {
	e := account.Entry{Ask: q.Ask, Outcome: account.Seen}
	source := q.source()
	switch blind := l.Blind(source); {
	case source == account.Ask{}:
		if q.scope == once {
			e.Outcome, e.Why = account.Unasked, reason.New("survey.interrupted")
		}
	case len(blind) > 0:
		e.Outcome, e.Why = account.Unasked, reason.New("survey.source", source.Action)
	case !l.Asked(source):
		e.Outcome, e.Why = account.Unasked, reason.New("survey.interrupted")
	}
	return e
}

// unchosen are the questions of regions that the account has opened and the user left out.
func (r *reader) unchosen() account.Ledger {
	var all account.Ledger
	if len(r.Options.Regions) == 0 {
		return nil
	}
	skip := func(a account.Ask, region string) {
		all = append(all, account.Entry{Ask: a, Region: region, Outcome: account.Unasked, Why: reason.New("survey.not-chosen")})
	}
	for _, region := range r.s.Regions {
		if slices.Contains(r.Options.Regions, region) {
			continue
		}
		if !slices.Contains(r.regional, region) {
			skip(ask(cloud.ActionTrail, lookupEvents), region)
		}
		for _, q := range r.table {
			if q.scope == perRegion {
				skip(q.Ask, region)
			}
		}
	}
	return all
}

// unrecorded are reads that ActionTrail does not record.
var unrecorded = []account.Ask{{Service: "oss", Action: "GetObject"}, {Service: "ots", Action: "GetRow"}, {Service: "kms", Action: "Decrypt"}}

// unseen returns what no call can show: what is too old, what is too fresh, and what is not recorded.
func (r *reader) unseen() account.Ledger {
	var all account.Ledger
	lookup := ask(cloud.ActionTrail, lookupEvents)
	if len(r.searches) == 0 { // the regions were never known
		all = append(all, account.Entry{Ask: lookup, From: r.s.Since, To: r.s.Taken, Outcome: account.Unasked, Why: reason.New("survey.interrupted")})
	}
	if oldest := r.s.Taken.Add(-kept); r.s.Since.Before(oldest) {
		all = append(all, account.Entry{Ask: lookup, From: r.s.Since, To: oldest, Outcome: account.TooOld, Why: reason.New("survey.too-old", 90)})
	}
	for _, region := range r.regional {
		if slices.ContainsFunc(r.searches, func(s *search) bool { return s.region == region && s.failed.Outcome == account.Closed }) {
			continue
		}
		all = append(all, account.Entry{Ask: lookup, Region: region, From: r.s.Taken.Add(-delay), To: r.s.Taken, Outcome: account.TooFresh,
			Why: reason.New("survey.too-fresh", delay), Again: r.s.Taken.Add(delay)})
	}
	for _, a := range unrecorded {
		all = append(all, account.Entry{Ask: a, From: r.s.Since, To: r.s.Taken, Outcome: account.Unlogged, Why: reason.New("survey.unlogged")})
	}
	return all
}
