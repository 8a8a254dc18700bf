package transport

import (
	"maps"
	"slices"
	"time"
)

// State is what all processes of one identity share. It can be stored as JSON; its zero value is that of a new budget. No
// function changes a State: each returns a new one.
type State struct {
	Blocked time.Time // no request before: GitHub has refused one for a secondary limit
	Struck  time.Time // when it did so last
	Strikes int       `json:",omitempty"` // how often of late: pauses get longer
	// Narrow is how often the limits were halved. The server's may be lower than those that GitHub publishes, and it also
	// limits what a client cannot see.
	Narrow int `json:",omitempty"`
	// Silent is set if the server says nothing of limits in its answers, as Enterprise Server does unless an administrator
	// turns them on. Then only the number of requests at once is limited, until the server refuses one.
	Silent bool             `json:",omitempty"`
	Rates  map[string]Rate  `json:",omitempty"` // by resource: core, graphql, search, …
	Leases map[string]Lease `json:",omitempty"` // by process
	// What was taken of the limits by minute and hour.
	Points  []Bin `json:",omitempty"`
	GraphQL []Bin `json:",omitempty"`
	Content []Bin `json:",omitempty"`
	Hour    []Bin `json:",omitempty"`
}

// Rate is what is left of the primary limit of a resource.
type Rate struct {
	Limit     int
	Remaining int
	Reset     time.Time
	Shared    bool `json:",omitempty"` // others make requests that count too
}

// left returns how many requests may still be made. Where others make some, answers that are on their way may tell of more of
// them: the last few of the limit are left alone.
func (r Rate) left(o BudgetOptions) int {
	if r.Shared {
		return r.Remaining - min(2*o.AtOnce, r.Limit/5)
	}
	return r.Remaining
}

// Lease lets a process make some requests at once until it ends.
type Lease struct {
	Slots int
	Until time.Time
}

// Bin counts what may have been used until a time.
type Bin struct {
	At int64 // in milliseconds since 1970
	N  int
}

// Cost is what a request costs.
type Cost struct {
	Resource string // whose primary limit it counts towards, as far as the address tells
	Points   int    // towards the secondary limits
	GraphQL  bool
	Content  bool // it creates something
}

// single reports whether a request is to be paid for by itself, and not out of what was taken for several.
func (c Cost) single() bool { return c.Content || c.Points != 1 }

// want is what a process asks for.
type want struct {
	process string
	cost    Cost
	wish    int             // how many requests; 0: only more of them at once
	busy    int             // requests that it has under way
	waiting int             // requests that wait
	seen    map[string]Rate // what answers have said since it asked last
	missed  []Answer        // refusals that the store could not be told of
	unused  int             // requests of those that it took last
	reset   time.Time       // of the limit that they were taken of
}

// grant is what it gets. If that is nothing, it may ask again after a wait.
type grant struct {
	requests int
	until    time.Time // when they must be made
	slots    int       // how many requests it may have under way
	reset    time.Time // of the primary limit; zero if it is not known
	scarce   bool      // give slots back as soon as they are free
	live     int       // how many processes share the budget
	wait     time.Duration
}

const (
	lease = 15 * time.Second
	poll  = 100 * time.Millisecond
)

// valid is how long a process may keep what it has taken. It is short, because requests that were taken are made even if
// another process is refused one meanwhile.
func (o BudgetOptions) valid() time.Duration { return o.Minute / 60 }

// slack is how long a request takes at most to arrive: it may count towards a minute that begins then.
func (o BudgetOptions) slack() time.Duration { return o.Minute / 20 }

// at rounds a time up to the end of a bin.
func (o BudgetOptions) at(t time.Time) int64 {
	width := max(1, o.Minute.Milliseconds()/60)
	return (t.UnixMilli()/width + 1) * width
}

// now drops what has passed.
func (s State) now(o BudgetOptions, now time.Time) State {
	old := now.Add(-o.Minute)
	s.Points, s.GraphQL, s.Content = since(s.Points, old), since(s.GraphQL, old), since(s.Content, old)
	s.Hour = since(s.Hour, now.Add(-60*o.Minute))
	s.Rates, s.Leases = maps.Clone(s.Rates), maps.Clone(s.Leases)
	maps.DeleteFunc(s.Rates, func(_ string, r Rate) bool { return !r.Reset.Add(60 * o.Minute).After(now) })
	maps.DeleteFunc(s.Leases, func(_ string, l Lease) bool { return !l.Until.After(now) })
	for s.Strikes > 0 && now.Sub(s.Struck) > forgiven*o.Minute {
		s.Strikes--
		s.Struck = s.Struck.Add(forgiven * o.Minute)
	}
	if s.Narrow > 0 && now.Sub(s.Struck) > widened*o.Minute {
		s.Narrow = 0
	}
	return s
}

// How many minutes without a strike take one back, and how many make the limits as wide as they were.
const (
	forgiven = 10
	widened  = 24 * 60
)

func since(bins []Bin, t time.Time) []Bin {
	return slices.DeleteFunc(slices.Clone(bins), func(b Bin) bool { return b.At < t.UnixMilli() })
}

// take takes requests for a process.
func (s State) take(o BudgetOptions, w want, now time.Time) (State, grant) {
	s = s.hear(o, w, now)
	s, g := s.lease(o, w, now)
	g.until = now.Add(o.valid())
	if wait := s.Blocked.Sub(now); wait > 0 {
		g.wait = wait
		return s, g
	}
	n, wait := w.wish, time.Duration(0)
	if w.wish > 0 {
		n, wait = s.room(o, w, now)
	}
	switch {
	case w.wish > 0 && n <= 0:
		g.wait = max(wait, time.Millisecond)
	case g.slots <= w.busy:
		g.wait = poll
	case n > 0:
		g.requests = n
		g.reset = s.pay(o, w.cost, n, g.until, now)
	}
	return s, g
}

// hear notes what a process has learned since it asked last.
func (s State) hear(o BudgetOptions, w want, now time.Time) State {
	for _, a := range w.missed {
		s = s.answer(o, a, now)
	}
	s = s.now(o, now)
	for resource, rate := range w.seen {
		s = s.learn(resource, rate, now)
	}
	if rate, ok := s.Rates[w.cost.Resource]; ok && w.unused > 0 && rate.Reset.Sub(w.reset).Abs() <= sameReset {
		rate.Remaining += w.unused
		s.Rates[w.cost.Resource] = rate
	}
	return s
}

// room returns how many of the requests that a process wants may be made now. If there are none, it returns when.
func (s *State) room(o BudgetOptions, w want, now time.Time) (n int, wait time.Duration) {
	if n = w.wish; s.Narrow > 0 {
		n = 1 // what was taken could not be called back
	}
	if rate, ok := s.Rates[w.cost.Resource]; ok && rate.Reset.After(now) {
		if n = min(n, rate.left(o)); n <= 0 {
			wait = rate.Reset.Sub(now)
		}
	}
	for _, l := range s.windows(o, w.cost) {
		room, free := l.room(now)
		if n = min(n, room); room <= 0 {
			wait = max(wait, free)
		}
	}
	return n, wait
}

// pay takes requests from the limits, and returns when the primary one begins anew; zero if that is not known. The bins and
// rates are those of this State alone.
func (s *State) pay(o BudgetOptions, c Cost, n int, until, now time.Time) time.Time {
	for _, l := range s.windows(o, c) {
		*l.bins = charge(*l.bins, o.at(until.Add(o.slack())), n*l.cost)
	}
	rate, ok := s.Rates[c.Resource]
	if !ok || !rate.Reset.After(now) {
		return time.Time{}
	}
	rate.Remaining -= n
	s.Rates[c.Resource] = rate
	return rate.Reset
}

// lease gives a process its part of the requests at once: an equal one, unless others hold more of theirs.
func (s State) lease(o BudgetOptions, w want, now time.Time) (State, grant) {
	others, live := 0, 1
	for process, l := range s.Leases {
		if process != w.process {
			others += l.Slots
			live++
		}
	}
	most := max(1, o.AtOnce>>s.Narrow)
	slots := max(w.busy, min(max(1, most/live), most-others, w.busy+w.waiting))
	if s.Leases == nil {
		s.Leases = map[string]Lease{}
	}
	delete(s.Leases, w.process)
	if slots > 0 {
		s.Leases[w.process] = Lease{slots, now.Add(lease)}
	}
	return s, grant{slots: slots, live: live, scarce: 4*(others+slots) > 3*most}
}

// leave gives back what a process holds.
func (s State) leave(process string) State {
	s.Leases = maps.Clone(s.Leases)
	delete(s.Leases, process)
	return s
}

// limit is one of the limits by time.
type limit struct {
	bins *[]Bin
	span time.Duration
	most int
	cost int
}

// windows returns the limits that a request counts towards.
func (s *State) windows(o BudgetOptions, c Cost) []limit {
	if s.Silent && s.Narrow == 0 {
		return nil
	}
	most := func(n int) int { return max(n>>s.Narrow, c.Points, 1) }
	out := []limit{{&s.Points, o.Minute, most(o.Points), c.Points}}
	if c.GraphQL {
		out[0] = limit{&s.GraphQL, o.Minute, most(o.GraphQL), c.Points}
	}
	if c.Content {
		out = append(out, limit{&s.Content, o.Minute, most(o.Content), 1}, limit{&s.Hour, 60 * o.Minute, most(o.ContentHour), 1})
	}
	return out
}

// room returns how many requests fit, and when one does.
func (l limit) room(now time.Time) (int, time.Duration) {
	sum := 0
	for _, b := range *l.bins {
		sum += b.N
	}
	room := (l.most - sum) / l.cost
	for _, b := range *l.bins { // the oldest first
		if sum+l.cost <= l.most {
			break
		}
		sum -= b.N
		if sum+l.cost <= l.most {
			return room, time.UnixMilli(b.At + 1).Add(l.span).Sub(now)
		}
	}
	return room, 0
}

// charge adds to a bin.
func charge(bins []Bin, at int64, n int) []Bin {
	i, found := slices.BinarySearchFunc(bins, at, func(b Bin, at int64) int { return int(b.At - at) })
	if found {
		bins = slices.Clone(bins)
		bins[i].N += n
		return bins
	}
	return slices.Insert(slices.Clone(bins), i, Bin{at, n})
}

// sameReset is how much the time at which a limit begins anew differs between answers that mean the same one.
const sameReset = 5 * time.Second

// sharing is how many requests that are not ours tell that others share the limit.
const sharing = 3

// learn notes what an answer says of a primary limit. Of the same hour the least is right: answers overtake each other, and
// what was taken since is not in them.
func (s State) learn(resource string, r Rate, now time.Time) State {
	old, known := s.Rates[resource]
	if !r.Reset.After(now) || known && old.Reset.Sub(r.Reset) > sameReset {
		return s
	}
	s.Rates = maps.Clone(s.Rates)
	if s.Rates == nil {
		s.Rates = map[string]Rate{}
	}
	r.Shared = old.Shared
	if known && r.Reset.Sub(old.Reset) <= sameReset {
		r.Shared = r.Shared || r.Remaining < old.Remaining-sharing
		r.Remaining, r.Reset = min(r.Remaining, old.Remaining), old.Reset
	}
	s.Rates[resource] = r
	return s
}

// The longest pause after a secondary limit that the server does not ask for, in minutes, and how often limits are halved.
const (
	maxPause  = 32
	maxNarrow = 3
)

// strike notes that the server has refused a request for a secondary limit. pause is how long it asks to wait, 0 if it does
// not say; then it is a minute, and longer each time. Requests that were under way are refused too: they count as one.
func (s State) strike(o BudgetOptions, pause time.Duration, now time.Time) State {
	s = s.now(o, now)
	if !now.Before(s.Blocked) {
		s.Strikes++
		s.Narrow = min(s.Narrow+1, maxNarrow)
		s.Struck = now
	}
	if pause == 0 {
		pause = o.Minute * time.Duration(min(maxPause, 1<<min(16, max(0, s.Strikes-1))))
	}
	if until := now.Add(pause + time.Second); until.After(s.Blocked) {
		s.Blocked = until
	}
	return s
}

// Takes estimates how long a number of requests takes, given what is left and what the limits are.
func (s State) Takes(requests int, now time.Time) time.Duration {
	const minute = 900
	pace := time.Duration(requests) * time.Minute / minute
	if s.Silent {
		return 0
	}
	rate, ok := s.Rates["core"]
	if !ok || rate.Limit <= 0 || requests <= rate.Remaining || !rate.Reset.After(now) {
		return pace
	}
	left := requests - rate.Remaining
	hours := (left - 1) / rate.Limit // whole ones after the reset
	last := left - hours*rate.Limit
	return rate.Reset.Sub(now) + time.Duration(hours)*time.Hour + time.Duration(last)*time.Minute/minute
}
