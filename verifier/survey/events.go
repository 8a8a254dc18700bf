package survey

import (
	"context"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

const (
	// window is the longest stretch that is looked up at once: the service takes 30 days, and a clock may be a little off.
	window = 30*24*time.Hour - time.Minute
	// overlap is by how much windows overlap, because events are not kept in the order of their times to the second.
	overlap = time.Minute
)

// maxBefore is how many pages are read, in each region, of what a key did before it leaked. Its usual addresses show in fewer.
const maxBefore = 10

// maxTries is how often the pages of a search are asked for again.
const maxTries = 3

// search is a lookup in one region and one stretch of time, read from its end back to its beginning.
type search struct {
	lookup   account.Lookup
	value    rules.Secret
	region   string
	rank     int
	before   bool // the exposure: a sample is enough
	from, to time.Time

	next   string
	tries  int       // of pages that were throttled in spite of the pace, and of the client's own repetitions
	oldest time.Time // everything from here to the end was read
	pages  int
	items  int
	done   bool
	failed account.Entry // why it ended before
}

// begin looks up the events of the leaked keys, and all that wrote something, in a region. The caller holds mu.
func (r *reader) begin(region string) {
	for _, ref := range r.s.Leaked {
		r.look(account.Lookup{By: account.ByKey, Key: ref, Region: region}, rankFirst)
	}
	r.look(account.Lookup{By: account.ByRW, Value: "Write", Region: region}, rankOpen)
}

// look adds the searches for a lookup that was not made yet, and reports whether there were any. The caller holds mu.
func (r *reader) look(l account.Lookup, rank int) bool {
	if l.Region == "" {
		asked := false
		for _, region := range r.regional {
			l.Region = region
			asked = r.look(l, rank) || asked
		}
		return asked
	}
	if r.lookups[l] {
		return false
	}
	r.lookups[l] = true
	value := rules.NewSecret(l.Value)
	if l.By == account.ByKey {
		value = r.ids[l.Key]
	}
	part := search{lookup: l, value: value, region: l.Region, rank: rank}
	r.stretch(part, r.s.Since, r.s.Taken)
	if slices.Contains(r.s.Leaked, l.Key) {
		part.rank, part.before = rankRest, true
		r.stretch(part, r.s.Since.Add(-beforeLeak), r.s.Since)
	}
	return true
}

// stretch adds the searches for what was not read yet of a stretch of time, as far as the service keeps it. The caller holds mu.
func (r *reader) stretch(s search, from, to time.Time) {
	if oldest := r.s.Taken.Add(-kept); from.Before(oldest) {
		from = oldest
	}
	if !from.Before(to) {
		return
	}
	for _, gap := range r.gaps(s.lookup, from, to) {
		s.from, s.to = gap.from, gap.to
		if s.value.IsZero() {
			r.recall(s)
		} else {
			r.searchAll(s)
		}
	}
}

// recall looks for the ID of a key that only an earlier reading knew: an event of it names the key. The caller holds mu.
func (r *reader) recall(s search) {
	ref := s.lookup.Key
	waiting, asked := r.forgotten[ref]
	r.forgotten[ref] = append(waiting, s)
	if asked {
		return
	}
	i := slices.IndexFunc(r.s.Events, func(e account.Event) bool { return e.Actor.Key == ref || slices.Contains(e.Keys, ref) })
	if i < 0 {
		return // remember looks again when all keys are listed
	}
	e := r.s.Events[i]
	l := read.Lookup{By: byEvent, Value: rules.NewSecret(e.ID), From: e.Time.Add(-overlap), To: e.Time.Add(overlap)}
	r.queue.add(job{service: cloud.ActionTrail, rank: s.rank, page: func(ctx context.Context) {
		_, ids, _, err := read.Events(ctx, r.in(e.Region), l)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err == nil {
			r.learn(ids)
		}
		r.recalled(ref)
	}})
}

// remember asks what waited for the IDs of keys that an earlier reading knew, and reports whether there was any: by now the
// keys of all users are listed. What is not known then, is not known any more.
func (r *reader) remember(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	waited := len(r.forgotten)+len(r.postponed) > 0
	for ref := range r.forgotten {
		r.recalled(ref)
	}
	for _, j := range r.postponed {
		if r.ids[account.KeyRef(j.t.about)].IsZero() && ctx.Err() == nil {
			r.note(j, account.Entry{Outcome: account.Failed, Why: reason.New("survey.key-forgotten")})
		} else {
			r.queue.add(j)
		}
	}
	r.postponed = nil
	return waited
}

// askLeaked asks about a leaked key, once its ID is known. The caller holds mu, or nothing runs yet.
func (r *reader) askLeaked(q *question, ref account.KeyRef) {
	t := target{about: string(ref)}
	if r.ids[ref].IsZero() && !r.answered[key(q.Ask, t)] {
		r.postponed = append(r.postponed, job{q: q, t: t, service: q.Service, rank: q.rank})
		return
	}
	r.ask(q, t)
}

// byEvent looks up an event by its ID.
const byEvent = "EventId"

// recalled begins the searches that waited for the ID of a key. The caller holds mu.
func (r *reader) recalled(ref account.KeyRef) {
	for _, s := range r.forgotten[ref] {
		s.value = r.ids[ref]
		r.searchAll(s)
	}
	delete(r.forgotten, ref)
}

// searchAll splits a search that is too long for the service, and adds it. The caller holds mu.
func (r *reader) searchAll(s search) {
	for to := s.to; ; {
		part := s
		part.to = to
		if to.Sub(part.from) > window {
			part.from = to.Add(-window)
		}
		part.oldest = part.to
		r.searches = append(r.searches, &part)
		if part.value.IsZero() {
			part.failed = account.Entry{Outcome: account.Failed, Why: reason.New("survey.key-forgotten")}
		} else {
			r.turn(&part)
		}
		if part.from.Equal(s.from) {
			return
		}
		to = part.from.Add(overlap)
	}
}

// turn asks for the next page of a search. The first pages of all searches come before the second ones: they have the
// latest events, and show how many pages there are. The caller holds mu.
func (r *reader) turn(s *search) {
	rank := s.rank
	if s.pages > 0 {
		rank = max(rank, rankRest)
	}
	r.queue.add(job{service: cloud.ActionTrail, rank: rank, t: target{region: s.region}, page: func(ctx context.Context) { r.page(ctx, s) }})
}

// page reads a page.
func (r *reader) page(ctx context.Context, s *search) {
	if refused := r.stop(ctx, s); refused.Outcome != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		s.failed = refused
		return
	}
	events, ids, next, err := read.Events(ctx, r.in(s.region), read.Lookup{By: s.lookup.By, Value: s.value, From: s.from, To: s.to, Next: s.next})
	r.mu.Lock()
	defer r.mu.Unlock()
	if cloud.IsThrottled(err) && s.tries < maxTries { // others are looking up events too
		s.tries++
		r.turn(s)
		return
	}
	if err != nil {
		s.failed = r.outcome(err)
		if s.failed.Outcome == account.Denied {
			s.failed.Right = rightLookup
			r.refused[ask(cloud.ActionTrail, lookupEvents)]++
		}
		return
	}
	r.learn(ids)
	for _, e := range events {
		r.keep(e)
		if e.Time.Before(s.oldest) {
			s.oldest = e.Time
		}
	}
	s.pages, s.items = s.pages+1, s.items+len(events)
	switch {
	case next == "":
		s.done = true
	case s.before && s.pages >= maxBefore:
		s.done, s.from = true, s.oldest
	case next == s.next:
		s.failed = account.Entry{Outcome: account.Failed, Why: reason.New("cloud.endless-list")}
	default:
		s.next = next
		r.turn(s)
	}
}

const (
	lookupEvents = "LookupEvents"
	rightLookup  = "actiontrail:LookupEvents"
)

// stop says why a search is not continued.
func (r *reader) stop(ctx context.Context, s *search) account.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return account.Entry{Outcome: account.Unasked, Why: reason.New("survey.interrupted")}
	case r.refused[ask(cloud.ActionTrail, lookupEvents)] >= maxRefusals:
		return account.Entry{Outcome: account.Denied, Why: reason.New("survey.refused-before", maxRefusals), Right: rightLookup}
	case len(r.s.Events) >= r.MaxEvents && s.lookup.By == account.ByRW, len(r.s.Events) >= 2*r.MaxEvents && s.pages > 0:
		return account.Entry{Outcome: account.Unasked, Why: reason.New("survey.event-limit", r.MaxEvents)}
	}
	return account.Entry{}
}

// keep adds an event that is not there yet. The caller holds mu.
func (r *reader) keep(e account.Event) {
	if e.ID != "" && r.events[e.ID] {
		return
	}
	r.events[e.ID] = true
	r.s.Events = append(r.s.Events, e)
}

// entries are what the ledger says of a search: what was read of it, and what was not.
func (s *search) entries() account.Ledger {
	e := account.Entry{Ask: ask(cloud.ActionTrail, lookupEvents), Region: s.region, About: s.lookup.About()}
	var all account.Ledger
	seen, rest := e, s.failed
	seen.Outcome, seen.From, seen.To, seen.Items = account.Seen, s.oldest, s.to, s.items
	if s.done {
		seen.From = s.from
	}
	if s.done || s.pages > 0 {
		all = append(all, seen)
	}
	if s.done {
		return all
	}
	if rest.Outcome == "" {
		rest.Outcome, rest.Why = account.Unasked, reason.New("survey.interrupted")
	}
	rest.Ask, rest.Region, rest.About, rest.From, rest.To = e.Ask, e.Region, e.About, s.from, s.oldest
	return append(all, rest)
}

// toCome estimates how many pages of a search there still are, by how densely those that were read were filled.
func (s *search) toCome() int {
	if s.done || s.failed.Outcome != "" || s.pages == 0 {
		return 0
	}
	read, rest := s.to.Sub(s.oldest), s.oldest.Sub(s.from)
	if read < time.Second {
		return 1
	}
	return 1 + int(float64(s.pages)*float64(rest)/float64(read))
}

// progress is how far the reading is. The caller holds mu.
func (r *reader) progress() Progress {
	extra := 0
	sized := len(r.searches) > 0 && r.listed
	for _, s := range r.searches {
		if n := s.toCome(); n > 1 {
			extra += n - 1 // the next one is in the queue
		}
		if s.lookup.By == account.ByRW && s.pages == 0 && !s.done && s.failed.Outcome == "" {
			sized = false
		}
	}
	done, total, left := r.queue.left(extra)
	return Progress{Done: done, Total: total, Left: left, Sized: sized}
}

// follow asks which other events are needed, and reports whether there are any.
func (r *reader) follow(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Follow == nil || ctx.Err() != nil || len(r.regional) == 0 || r.rounds > r.MaxRounds {
		return false
	}
	asked := false
	for _, l := range r.Follow(r.s) {
		if r.rounds < r.MaxRounds {
			asked = r.look(l, rankRights) || asked
		} else {
			r.giveUp(l)
		}
	}
	if asked {
		r.rounds++
	}
	return asked
}

// giveUp puts a lookup that comes too late into the ledger. The caller holds mu.
func (r *reader) giveUp(l account.Lookup) {
	if l.Region == "" && slices.ContainsFunc(r.regional, func(region string) bool {
		l.Region = region
		return !r.lookups[l]
	}) {
		l.Region = ""
	}
	if r.lookups[l] {
		return
	}
	r.lookups[l], r.rounds = true, r.MaxRounds+1 // what comes after it is not asked either
	r.searches = append(r.searches, &search{lookup: l, region: l.Region, from: r.s.Since, to: r.s.Taken, oldest: r.s.Taken,
		failed: account.Entry{Outcome: account.Unasked, Why: reason.New("survey.round-limit", r.MaxRounds)}})
}
