package revoke

import (
	"context"
	"sync"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
)

// FreezeOptions say how keys are frozen. Approver and Journal are needed.
type FreezeOptions struct {
	Approver Approver
	Journal  *revocation.Journal
	History  *revocation.History

	// Look is called first for each key, from several goroutines: it may find out more about it. It may be nil.
	Look func(context.Context, Subject) Subject
	// OnPlan is called before a key is approved, and OnKey when it is settled: one call at a time, and none while the
	// Approver waits for an answer. Both may be nil.
	OnPlan, OnKey func(Frozen)
}

// Frozen is what became of one key of a Freeze.
type Frozen struct {
	Subject Subject
	Plan    *revocation.Plan // for this key alone
	Steps   []change.Step    // what was done, in the order of its actions
	Denied  bool             // the actions were not approved
}

// Off reports whether the key is as it was to be: now, or already before.
func (f Frozen) Off() bool {
	for _, s := range f.Steps {
		if !s.Over() {
			return false
		}
	}
	return !f.Denied && !f.Plan.Blocked() && len(f.Steps) == len(f.Plan.Actions)
}

// workers is how many keys are handled at the same time. The pace of RAM is the limit; a few keys are enough to keep to it
// on a slow connection, and the first of them must not wait for many others.
const workers = 8

// Freeze takes keys out of use, each as soon as it is read and approved: one that cannot be read, or is not approved, stops
// no other. It has no limit of keys. The result has every key that was begun, in the order of the subjects. The error says
// what ended the Freeze early: ctx, the journal, or a credential that cannot act at all.
func (r *Revoker) Freeze(ctx context.Context, subjects []Subject, q Request, o FreezeOptions) ([]Frozen, error) {
	switch {
	case o.Journal == nil:
		return nil, reason.NewError("revoke.no-journal")
	case q.Goal != revocation.ToDisable && q.Goal != revocation.ToQuarantine:
		return nil, reason.NewError("revoke.plan-kind")
	}
	subjects = distinct(subjects)
	if err := r.checkRequest(len(subjects), q); err != nil {
		return nil, err
	}
	if err := r.whoAmI(ctx); err != nil {
		return nil, err
	}
	for _, s := range subjects {
		q.History.Recognize(s.ID)
	}
	r.lists = newLists()
	defer func() { r.lists = nil }()
	f := &freezer{Revoker: r, FreezeOptions: o, request: q, plan: *r.newPlan(q), results: make([]*Frozen, len(subjects)), first: make(chan struct{})}
	return f.run(ctx, subjects)
}

// freezer is one Freeze.
type freezer struct {
	*Revoker
	FreezeOptions
	request Request
	plan    revocation.Plan // without actions

	speaking sync.Mutex // held while a caller is told something, or asked
	results  []*Frozen
	first    chan struct{} // closed when the first key is settled
}

func (f *freezer) run(ctx context.Context, subjects []Subject) ([]Frozen, error) {
	f.Journal.SetClock(f.now)
	opening := f.plan
	if err := f.Journal.Write(revocation.Record{Event: revocation.EventPlan, Plan: &opening, Keys: len(subjects)}); err != nil {
		return nil, err
	}
	if err := f.Journal.Write(revocation.Record{Event: revocation.EventApproved}); err != nil { // each key is added when it is
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var all sync.WaitGroup
	for range min(workers, len(subjects)) { // each ends with the subjects, or with ctx
		all.Go(func() {
			for i := range next {
				if err := f.freeze(ctx, i, subjects[i]); err != nil {
					stop(err)
				}
			}
		})
	}
	f.hand(ctx, next, len(subjects))
	close(next)
	all.Wait()
	return f.Begun(), f.end(ctx)
}

// headStart is how long the first key is handled alone: the calls of eight keys at once would keep its change waiting.
const headStart = time.Second

// hand gives the keys to the workers, in order.
func (f *freezer) hand(ctx context.Context, next chan<- int, keys int) {
	for i := range keys {
		select {
		case next <- i:
		case <-ctx.Done():
			return
		}
		if i > 0 {
			continue
		}
		select {
		case <-f.first:
		case <-time.After(headStart):
		case <-ctx.Done():
		}
	}
}

// end closes the journal's record, unless the Freeze was ended early.
func (f *freezer) end(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return f.Journal.Write(revocation.Record{Event: revocation.EventEnd})
}

func (f *freezer) Begun() []Frozen {
	var list []Frozen
	for _, k := range f.results {
		if k != nil {
			list = append(list, *k)
		}
	}
	return list
}

// freeze handles one key. An error ends the whole Freeze.
func (f *freezer) freeze(ctx context.Context, i int, s Subject) error {
	if i == 0 {
		defer close(f.first)
	}
	if f.Look != nil {
		s = f.Look(ctx, s)
	}
	p := f.plan
	p.Actions, p.Notes = f.planKeyOrSay(ctx, s, f.request)
	k := &Frozen{Subject: s, Plan: &p}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f.results[i] = k
	err := f.settleKey(ctx, k)
	f.tell(f.OnKey, *k)
	return err
}

// settleKey asks about what was planned for a key, and does it.
func (f *freezer) settleKey(ctx context.Context, k *Frozen) error {
	if len(k.Plan.Actions) > 0 {
		if err := f.approve(ctx, k); err != nil {
			return err
		}
	}
	if len(k.Plan.Actions) == 0 || k.Denied {
		nothing := f.plan
		_, err := f.Journal.Add(&nothing)
		return err
	}
	return f.carryOut(ctx, k)
}

func (f *freezer) tell(what func(Frozen), k Frozen) {
	f.speaking.Lock()
	defer f.speaking.Unlock()
	if what != nil {
		what(k)
	}
}

// approve asks about one key. Only the end of ctx is an error.
func (f *freezer) approve(ctx context.Context, k *Frozen) error {
	f.speaking.Lock()
	defer f.speaking.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f.OnPlan != nil {
		f.OnPlan(*k)
	}
	err := approve(ctx, f.Approver, k.Plan.Actions)
	k.Denied = err != nil
	return ctx.Err()
}

// carryOut does what was planned for one key. What follows an action that failed is not tried: it builds on it.
func (f *freezer) carryOut(ctx context.Context, k *Frozen) error {
	first, err := f.Journal.Add(k.Plan)
	if err != nil {
		return err
	}
	for i, a := range k.Plan.Actions {
		s, err := change.One(ctx, runner{f.Revoker, 0, f.History}, change.Task{Action: a, Index: first + i}, f.Journal)
		k.Steps = append(k.Steps, s)
		if err != nil {
			return err
		}
		if !s.Over() {
			return nil
		}
	}
	return nil
}
