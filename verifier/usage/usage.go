// Package usage finds out who used an AccessKey: what ActionTrail recorded of it in each region, and what it remembers of the
// key for 400 days. It only reads.
//
// Every question ends in a ledger, answered or not, with the reason: an empty list means "nobody" only for the regions and
// the time for which the ledger says that they were seen. Times are the service's.
//
// Limits: ActionTrail records a call about ten minutes late, and reads of data, such as OSS objects, not at all; the ledger
// names both. Of a key with many calls, the latest are read.
package usage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/internal/read"
)

// Question is what is asked about a key.
type Question struct {
	ID       rules.Secret
	From, To time.Time // by the service's clock
	Regions  []string  // those to look in; all that the account has opened if empty
	Ever     bool      // ask also what is remembered for 400 days
}

// Caller is a user of a key, or somebody who tries to be one: calls to one service from one address by one program.
type Caller struct {
	Service   string    `json:"service"`
	SourceIP  string    `json:"sourceIp"`
	UserAgent string    `json:"userAgent"`
	Calls     int       `json:"calls"`
	Failed    int       `json:"failed"` // how many of them were refused, for instance because the key is inactive
	Last      time.Time `json:"last"`
}

// Answer is what is known.
type Answer struct {
	Callers []Caller        `json:"callers"`           // the busiest first
	Ever    []account.Usage `json:"ever,omitempty"`    // addresses and services of 400 days, the latest first
	Regions []string        `json:"regions,omitempty"` // those that were asked
	Partial bool            `json:"partial"`           // there are older events that were not read
	Ledger  account.Ledger  `json:"ledger,omitempty"`
}

// Unread returns why something could not be read, so that its absence says nothing; zero if all was.
func (a Answer) Unread() reason.Reason {
	for _, e := range a.Ledger {
		if (e.Outcome == account.Denied || e.Outcome == account.Failed) && e.Action == lookup.Action {
			return e.Why
		}
	}
	return reason.Reason{}
}

const (
	// Delay is how late ActionTrail may record a call, by its documentation.
	Delay = 10 * time.Minute
	// maxPages is how many pages of 50 events are read in one region.
	maxPages = 6
	// workers is how many regions are asked at the same time: one that does not answer must not hold up the others. The pace
	// of ActionTrail, two calls a second for all regions together, is the limit.
	workers = 4
)

// The questions.
var (
	lookup  = account.Ask{Service: cloud.ActionTrail, Action: "LookupEvents"}
	objects = account.Ask{Service: cloud.OSS, Action: "GetObject"}
)

// asker asks about one key.
type asker struct {
	Question
	client *cloud.Client

	mu     sync.Mutex
	answer Answer
	found  map[Caller]*Caller
	seen   map[string]bool // the IDs of events: those of central services show in more than one region
}

// Ask asks as the administrator whom the client signs for. What could not be read is in the ledger. The only error is that of
// ctx.
func Ask(ctx context.Context, client *cloud.Client, q Question) (Answer, error) {
	a := &asker{Question: q, client: client, found: map[Caller]*Caller{}, seen: map[string]bool{}}
	a.answer.Regions = q.Regions
	if len(q.Regions) == 0 {
		a.findRegions(ctx)
	}
	a.eachRegion(ctx)
	if q.Ever {
		a.ever(ctx)
	}
	a.close()
	return a.answer, ctx.Err()
}

// note adds to the ledger.
func (a *asker) note(ask account.Ask, region string, err error, items int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := account.Entry{Ask: ask, Region: region, From: a.From, To: a.To, Outcome: account.Seen, Items: items}
	switch {
	case err == nil:
	case isClosed(err):
		e.Outcome, e.Why = account.Closed, reason.Of(err)
	case cloud.IsDenied(err):
		e.Outcome, e.Why, e.Right = account.Denied, reason.Of(err), ask.Service+":"+ask.Action
	default:
		e.Outcome, e.Why = account.Failed, reason.Of(err)
	}
	a.answer.Ledger = append(a.answer.Ledger, e)
}

// isClosed reports whether the account has not opened the region. The codes are inferred; with another one, the region counts
// as not seen.
func isClosed(err error) bool {
	code := cloud.Code(err)
	return strings.HasPrefix(code, "InvalidRegionId") || strings.Contains(code, "RegionNotOpened") || strings.HasPrefix(code, "UnsupportedRegion")
}

// findRegions asks which regions the account has opened. Whoever may not ask that looks in all public ones.
func (a *asker) findRegions(ctx context.Context) {
	opened, err := read.Regions(ctx, a.client)
	if err != nil || len(opened) == 0 {
		opened = cloud.Regions()
	}
	a.answer.Regions = opened
}

// eachRegion looks up the events of each region.
func (a *asker) eachRegion(ctx context.Context) {
	regions := make(chan string)
	var all sync.WaitGroup
	for range min(workers, len(a.answer.Regions)) { // each ends when the channel is closed
		all.Go(func() {
			for region := range regions {
				a.region(ctx, region)
			}
		})
	}
	for _, region := range a.answer.Regions {
		regions <- region
	}
	close(regions)
	all.Wait()
}

// region reads the latest events of one region. A page without events is no end: the next may have some.
func (a *asker) region(ctx context.Context, region string) {
	client := a.client.In(region)
	l := cloud.Lookup{Key: account.ByKey, Value: a.ID, From: a.From, To: a.To}
	items, seen, endless := 0, map[string]bool{}, false
	for range maxPages {
		events, next, err := client.LookupEvents(ctx, l)
		if err != nil {
			a.note(lookup, region, err, items)
			return
		}
		items += a.count(events)
		if l.Next = next; next == "" {
			a.note(lookup, region, nil, items)
			return
		}
		if endless = seen[next]; endless {
			break
		}
		seen[next] = true
	}
	if endless || items == 0 { // the list does not end, or has nothing where it says that there is something
		a.note(lookup, region, reason.NewError("cloud.endless-list"), items)
		return
	}
	a.note(lookup, region, nil, items)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer.Partial = true
	a.answer.Ledger = append(a.answer.Ledger, account.Entry{Ask: lookup, Region: region, From: a.From, To: a.To,
		Outcome: account.Unasked, Why: reason.New("usage.more-events")})
}

// count adds events to their callers, each once, and returns how many were new.
func (a *asker) count(events []cloud.Event) (added int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range events {
		if e.ID != "" && a.seen[e.ID] {
			continue
		}
		a.seen[e.ID] = true
		added++
		key := Caller{Service: e.Service, SourceIP: e.SourceIP, UserAgent: e.UserAgent}
		c, ok := a.found[key]
		if !ok {
			c = &Caller{Service: e.Service, SourceIP: e.SourceIP, UserAgent: e.UserAgent}
			a.found[key] = c
		}
		c.Calls++
		if e.Error != "" {
			c.Failed++
		}
		if e.Time.After(c.Last) {
			c.Last = e.Time
		}
	}
	return added
}

// ever asks for what is remembered for 400 days, refreshed hourly.
func (a *asker) ever(ctx context.Context) {
	for _, action := range []string{read.UsageIPs, read.UsageProducts} {
		used, err := read.Usage(ctx, a.client, action, a.ID)
		a.note(account.Ask{Service: cloud.ActionTrail, Action: action}, "", err, len(used))
		a.answer.Ever = append(a.answer.Ever, used...)
	}
	slices.SortStableFunc(a.answer.Ever, func(x, y account.Usage) int { return y.Last.Compare(x.Last) })
}

// close puts the answer in order, and adds to the ledger what nobody can see.
func (a *asker) close() {
	a.answer.Callers = []Caller{}
	for _, c := range slices.Collect(maps.Values(a.found)) {
		a.answer.Callers = append(a.answer.Callers, *c)
	}
	slices.SortFunc(a.answer.Callers, func(x, y Caller) int {
		return cmp.Or(y.Calls-x.Calls, y.Last.Compare(x.Last), cmp.Compare(x.Service+x.SourceIP+x.UserAgent, y.Service+y.SourceIP+y.UserAgent))
	})
	slices.SortStableFunc(a.answer.Ledger, func(x, y account.Entry) int {
		return cmp.Or(cmp.Compare(x.Action, y.Action), cmp.Compare(x.Region, y.Region))
	})
	a.answer.Ledger = append(a.answer.Ledger,
		account.Entry{Ask: lookup, From: a.To.Add(-Delay), To: a.To, Outcome: account.TooFresh, Why: reason.New("usage.too-fresh"), Again: a.To.Add(Delay)},
		account.Entry{Ask: objects, From: a.From, To: a.To, Outcome: account.Unlogged, Why: reason.New("usage.unlogged")})
}
