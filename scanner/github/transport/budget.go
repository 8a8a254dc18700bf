package transport

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"
)

// Store keeps the state of a budget. Update calls f with the present state, stores what f returns, and returns that, as one
// step: where another process is faster, it calls f again.
type Store interface {
	Update(ctx context.Context, f func(State) State) (State, error)
}

// BudgetOptions say where a budget is kept, and what the limits are. A zero value is GitHub's limit.
type BudgetOptions struct {
	Store       Store // nil: in memory
	Points      int   // by minute, for REST
	GraphQL     int   // by minute
	Content     int   // requests by minute that create something
	ContentHour int
	AtOnce      int
	// Minute is how long a minute is. Tests shorten it.
	Minute time.Duration
	// Sleep waits; nil: for that long, or until the context ends. If it returns early, the clock of the budget moves on.
	Sleep func(context.Context, time.Duration) error
}

func (o BudgetOptions) defaults() BudgetOptions {
	set := func(n *int, to int) {
		if *n == 0 {
			*n = to
		}
	}
	set(&o.Points, 900)
	set(&o.GraphQL, 2000)
	set(&o.Content, 80)
	set(&o.ContentHour, 500)
	set(&o.AtOnce, 80) // GitHub's is 100: an answer has arrived before the server has done with the request
	if o.Minute == 0 {
		o.Minute = time.Minute
	}
	if o.Store == nil {
		o.Store = new(memory)
	}
	return o
}

// memory is a Store for one process.
type memory struct {
	mu    sync.Mutex
	state State
}

// Update implements Store.
func (m *memory) Update(_ context.Context, f func(State) State) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = f(m.state)
	return m.state, nil
}

// Budget keeps the requests of one identity within GitHub's limits, in one process or in many: the primary limits by resource
// and hour, and the secondary ones of points by minute, of requests at once and of content created. It is the part of one
// process, and safe for concurrent use.
//
// The state is plain data with pure functions. A Store keeps it, in memory or where several processes reach it. A process takes
// several requests at once, to be made within a second, so that the store is not asked for each one, and a lease on a part of
// the requests at once, which ends soon after the process does. GitHub also limits the CPU time of requests, which a client
// cannot see; a refusal for that narrows the other limits.
type Budget struct {
	o       BudgetOptions
	process string
	clock   *clock

	mu      sync.Mutex
	pools   map[string]*pool
	seen    map[string]Rate // said by answers, and not yet in the store
	missed  []Answer        // refusals that the store could not be told of
	known   map[string]Rate // in the store, when it was asked last
	silent  bool
	slots   int
	busy    int
	waiting int
	scarce  bool
	renewal *time.Timer // of the lease; nil while there is none
}

// pool holds the requests to one resource that were taken and not made.
type pool struct {
	turn     chan struct{} // held by who asks the store
	requests int
	until    time.Time
	reset    time.Time // of the limit that they were taken of
	next     int       // how many to take
	waiting  int
}

// NewBudget returns a budget.
func NewBudget(o BudgetOptions) *Budget {
	o = o.defaults()
	return &Budget{o: o, process: rand.Text()[:12], clock: &clock{sleep: o.Sleep}, pools: map[string]*pool{}, seen: map[string]Rate{}}
}

// State returns the present state.
func (b *Budget) State(ctx context.Context) (State, error) {
	return b.o.Store.Update(ctx, func(s State) State { return s.now(b.o, b.clock.now()) })
}

// Now returns the time by the clock of the budget.
func (b *Budget) Now() time.Time { return b.clock.now() }

// Patience is how long requests wait for limits and failures to pass.
type Patience struct {
	mu   sync.Mutex
	left time.Duration
}

// NewPatience returns a patience that lasts for a time.
func NewPatience(d time.Duration) *Patience { return &Patience{left: d} }

// Spend takes a wait from what is left, and reports whether that was enough.
func (p *Patience) Spend(d time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d > p.left {
		return false
	}
	p.left -= d
	return true
}

func (p *Patience) rest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left
}

// LimitedError says that a request was not made, because it would have had to wait for longer than its patience.
type LimitedError struct{ Wait time.Duration }

// Error implements error.
func (e *LimitedError) Error() string { return "the rate limit lasts for another " + e.Wait.String() }

// Sleep waits, and spends patience on it. It reports a LimitedError if there is not enough.
func (b *Budget) Sleep(ctx context.Context, d time.Duration, p *Patience) error {
	if !p.Spend(d) {
		return &LimitedError{d}
	}
	return b.clock.wait(ctx, d)
}

// Take waits until a request may be made. Done must follow.
func (b *Budget) Take(ctx context.Context, c Cost, p *Patience) error {
	pool, ready := b.enter(c)
	if ready {
		return nil
	}
	defer b.leave(pool)
	start := b.clock.now()
	timer := time.NewTimer(p.rest())
	defer timer.Stop()
	select {
	case pool.turn <- struct{}{}:
		defer func() { <-pool.turn }()
	case <-timer.C:
		return &LimitedError{p.rest()}
	case <-ctx.Done():
		return ctx.Err()
	}
	if waited := b.clock.now().Sub(start); !p.Spend(waited) {
		return &LimitedError{waited}
	}
	for attempt, failed := 0, 0; ; attempt++ {
		wait, err := b.refill(ctx, c, pool)
		if err == nil && wait == 0 {
			return nil
		}
		if err != nil { // as while a store chooses a new leader
			if failed++; failed == maxFailed || ctx.Err() != nil {
				return err
			}
			wait = min(time.Second, poll<<failed)
		}
		// A long wait is made of short ones: another process may have learned more.
		if wait > p.rest() {
			return &LimitedError{wait}
		}
		if wait == poll {
			wait *= time.Duration(min(attempt+1, 10))
		}
		if err := b.Sleep(ctx, min(wait, b.o.Minute), p); err != nil {
			return err
		}
	}
}

// maxFailed is how often a store is asked that fails: for about half a minute.
const maxFailed = 30

// enter makes a request out of what was taken, or notes that it waits.
func (b *Budget) enter(c Cost) (*pool, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pools[c.Resource]
	if p == nil {
		p = &pool{turn: make(chan struct{}, 1), next: 1}
		b.pools[c.Resource] = p
	}
	if !c.single() && b.draw(p) {
		return p, true
	}
	p.waiting++
	b.waiting++
	return p, false
}

func (b *Budget) leave(p *pool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p.waiting--
	b.waiting--
}

// draw makes a request out of a pool. The lock is held.
func (b *Budget) draw(p *pool) bool {
	if p.requests == 0 || b.busy >= b.slots || !b.clock.now().Before(p.until) {
		return false
	}
	p.requests--
	b.start()
	return true
}

// start notes that a request is under way. The lock is held.
func (b *Budget) start() {
	b.busy++
	if b.renewal == nil {
		b.renewal = time.AfterFunc(lease/3, b.renew)
	}
}

// renew renews the lease while requests are under way.
func (b *Budget) renew() {
	b.mu.Lock()
	if b.busy == 0 {
		b.renewal = nil
		b.mu.Unlock()
		return
	}
	w := b.want(Cost{}, nil)
	b.renewal.Reset(lease / 3)
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lease/3)
	defer cancel()
	_, _ = b.o.Store.Update(ctx, func(s State) State { // if it fails, the next time may do
		s, _ = s.now(b.o, b.clock.now()).lease(b.o, w, b.clock.now())
		return s
	})
}

// want returns what to ask for. The lock is held.
func (b *Budget) want(c Cost, p *pool) want {
	w := want{process: b.process, cost: c, wish: 1, busy: b.busy, waiting: b.waiting, seen: maps.Clone(b.seen), missed: slices.Clone(b.missed)}
	if p != nil && !c.single() {
		if w.wish = 0; p.requests == 0 || !b.clock.now().Before(p.until) {
			w.wish, w.unused, w.reset = max(p.next, p.waiting), p.requests, p.reset
			p.requests = 0
		}
	}
	return w
}

// refill asks the store, and makes a request out of what it gets. Else it returns how long to wait.
func (b *Budget) refill(ctx context.Context, c Cost, p *pool) (time.Duration, error) {
	b.mu.Lock()
	if !c.single() && b.draw(p) {
		b.mu.Unlock()
		return 0, nil
	}
	w := b.want(c, p)
	b.mu.Unlock()
	var g grant
	asked := b.clock.now()
	state, err := b.o.Store.Update(ctx, func(s State) State {
		s, g = s.take(b.o, w, b.clock.now())
		return s
	})
	if err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.missed = b.missed[min(len(w.missed), len(b.missed)):]
	b.note(state, w)
	b.slots, b.scarce = g.slots, g.scarce
	if w.wish == 0 && b.draw(p) {
		return 0, nil
	}
	if g.requests == 0 {
		return max(g.wait, time.Millisecond), nil
	}
	if !c.single() {
		p.next = 1
		if asked.Before(p.until) { // the last ones were soon used up
			p.next = max(1, min(2*w.wish, b.o.Points/60/g.live))
		}
		p.requests, p.until, p.reset = g.requests-1, g.until, g.reset
	}
	b.start()
	return 0, nil
}

// note keeps what the store knows. The lock is held.
func (b *Budget) note(s State, w want) {
	b.known, b.silent = s.Rates, s.Silent
	for resource, rate := range w.seen {
		if b.seen[resource] == rate {
			delete(b.seen, resource)
		}
	}
}

// Done notes that a request has ended, and what its answer says.
func (b *Budget) Done(ctx context.Context, a Answer) {
	b.mu.Lock()
	b.busy--
	quiet := b.busy == 0 && b.waiting == 0 && b.scarce
	urgent := b.hear(a)
	w := b.want(Cost{}, nil)
	b.mu.Unlock()
	if !quiet && !urgent {
		return
	}
	// Others must hear of a limit, even if this request was given up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease)
	defer cancel()
	state, err := b.o.Store.Update(ctx, func(s State) State {
		s = s.answer(b.o, a, b.clock.now())
		for resource, rate := range w.seen {
			s = s.learn(resource, rate, b.clock.now())
		}
		if quiet {
			s = s.leave(b.process)
		}
		return s
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.note(state, w)
	} else if a.Limited {
		b.missed = append(b.missed, a)
	}
	if quiet && b.busy == 0 {
		b.slots = 0
	}
	if a.Limited {
		for _, p := range b.pools {
			p.requests = 0
		}
	}
}

// news is by how many requests the store may be behind what answers say.
const news = 50

// hear keeps what an answer says, and reports whether the store must hear of it at once. The lock is held.
func (b *Budget) hear(a Answer) bool {
	if a.Limited {
		return true
	}
	if !a.Good {
		return false
	}
	if a.Resource == "" {
		return !b.silent && len(b.known) == 0
	}
	b.seen[a.Resource] = a.Rate
	known, ok := b.known[a.Resource]
	return !ok || b.silent || a.Rate.Remaining < known.Remaining-news || a.Rate.Remaining == 0 || a.Rate.Reset.Sub(known.Reset) > sameReset
}

// answer notes what an answer says.
func (s State) answer(o BudgetOptions, a Answer, now time.Time) State {
	switch {
	case a.Limited && !a.Primary:
		s = s.strike(o, a.Pause, now)
	case a.Limited:
		s = s.learn(a.Resource, Rate{Limit: a.Rate.Limit, Reset: now.Add(max(a.Pause, time.Second))}, now)
	case a.Good && a.Resource == "":
		s.Silent = len(s.Rates) == 0
	case a.Good:
		s.Silent = false
	}
	return s
}

// clock tells the time. Where Sleep is a test's and returns early, the clock moves on by as much.
type clock struct {
	sleep func(context.Context, time.Duration) error
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	if c.sleep == nil {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		}
	}
	start := time.Now()
	err := c.sleep(ctx, d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += max(0, d-time.Since(start))
	return err
}
