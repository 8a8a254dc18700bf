package survey

import (
	"slices"
	"time"

	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// resume takes over what an interrupted reading has answered. Keys are listed again, because a snapshot does not have their
// IDs; so is all that failed. The snapshot of Options.Resume must not be used afterwards.
func (r *reader) resume() {
	old := *r.Resume
	taken := r.s.Taken
	r.s = &old
	r.s.Taken, r.s.Since = taken, r.Since.UTC()
	r.domain = old.Alias
	r.s.Events = slices.Clone(old.Events)
	for _, e := range old.Events {
		r.events[e.ID] = true
	}
	r.s.Ledger = nil
	r.useRegions(old.Regions)
	for _, e := range r.Resume.Ledger {
		if e.Outcome != account.Seen && e.Outcome != account.Closed || e.Action == "ListAccessKeys" && e.Why.Code != reported || e.Action == "ListAccessKeysInRecycleBin" {
			continue
		}
		r.s.Ledger = append(r.s.Ledger, e)
		if e.Action != lookupEvents {
			r.answered[key(e.Ask, target{region: e.Region, about: e.About})] = true
		}
	}
}

// gap is a stretch of time that was not read yet.
type gap struct{ from, to time.Time }

// gaps returns what an earlier reading has left of a lookup. The last minutes before that reading count as not read, because
// the service shows events late.
func (r *reader) gaps(l account.Lookup, from, to time.Time) []gap {
	open := []gap{{from, to}}
	if r.Resume == nil {
		return open
	}
	for _, e := range r.Resume.Ledger {
		if e.Ask != ask(cloud.ActionTrail, lookupEvents) || e.Outcome != account.Seen || e.Region != l.Region || e.About != l.About() {
			continue
		}
		end := e.To
		if fresh := r.Resume.Taken.Add(-delay); end.After(fresh) {
			end = fresh
		}
		open = cutOut(open, e.From, end)
	}
	return open
}

// cutOut removes a stretch from gaps, but for a little overlap.
func cutOut(gaps []gap, from, to time.Time) []gap {
	var rest []gap
	for _, g := range gaps {
		if !to.After(g.from) || !from.Before(g.to) {
			rest = append(rest, g)
			continue
		}
		if from.Add(overlap).After(g.from.Add(overlap)) {
			rest = append(rest, gap{g.from, from})
		}
		if to.Before(g.to) {
			rest = append(rest, gap{to, g.to})
		}
	}
	return rest
}
