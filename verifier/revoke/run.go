package revoke

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/internal/openapi"
)

// Outcome is what became of an action.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"    // it happened, and reading confirmed it
	Already Outcome = "already" // it was so before
	Refused Outcome = "refused" // nothing changed: the service, a guard or a moved state stood against it
	Failed  Outcome = "failed"  // the call brought no answer, and reading showed that nothing changed
	Unknown Outcome = "unknown" // how things are could not be read: resume
)

// Step is what became of one action.
type Step struct {
	Action  Action
	Outcome Outcome
	State   State // as it was last read
	Err     error // why, unless it is done
}

// Hint returns what to do about the step, or "".
func (s Step) Hint() string {
	if s.Err == nil {
		return ""
	}
	return advise(s.Err)
}

// RunOptions say how a plan is run.
type RunOptions struct {
	Approver Approver
	Journal  *Journal
	History  *History   // when keys were disabled, where the service does not tell; may be nil
	OnStep   func(Step) // told after each action; may be nil
}

// Run does what the plan says, and nothing if any of its keys is not as the plan saw it or is not approved. The error
// is for what ends the run; what becomes of single actions is in the steps.
func (r *Revoker) Run(ctx context.Context, p *Plan, o RunOptions) ([]Step, error) {
	if o.Journal == nil {
		return nil, errors.New("nothing is changed without a journal")
	}
	if err := r.precheck(ctx, p, o.History); err != nil {
		return nil, err
	}
	if err := o.Journal.write(Record{Event: eventPlan, Plan: p}); err != nil {
		return nil, err
	}
	if err := r.approveFresh(ctx, p, o); err != nil {
		return nil, errors.Join(err, o.Journal.write(Record{Event: eventDenied}))
	}
	if err := o.Journal.write(Record{Event: eventApproved}); err != nil {
		return nil, err
	}
	return r.runActions(ctx, p, o, func(int) bool { return false })
}

// stale is how long a person may think about a plan before everything is read again.
const stale = 10 * time.Second

// approveFresh asks, and makes sure that the yes is to how things are.
func (r *Revoker) approveFresh(ctx context.Context, p *Plan, o RunOptions) error {
	start := r.Now()
	if err := approve(ctx, o.Approver, p.Actions); err != nil {
		return err
	}
	if r.Now().Sub(start) < stale {
		return nil
	}
	return r.precheck(ctx, p, o.History)
}

// Resume does what is left of the plan in the journal; without steps there was nothing left. What a call did whose
// answer was lost is read.
func (r *Revoker) Resume(ctx context.Context, o RunOptions) ([]Step, error) {
	p := o.Journal.plan
	switch {
	case p == nil || !o.Journal.approved:
		return nil, hinted("plan again: akguard revoke", "the journal holds no approved plan, so nothing was begun")
	case o.Journal.ended():
		return nil, nil
	}
	if err := r.checkPlan(ctx, p); err != nil {
		return nil, err
	}
	var left []Action
	for i, a := range p.Actions {
		if !o.Journal.settled(i) {
			left = append(left, a)
		}
	}
	if err := o.Journal.write(Record{Event: eventResume}); err != nil {
		return nil, err
	}
	if err := approve(ctx, o.Approver, left); err != nil {
		return nil, err
	}
	return r.runActions(ctx, p, o, o.Journal.settled)
}

// checkPlan refuses what no run of the plan may do.
func (r *Revoker) checkPlan(ctx context.Context, p *Plan) error {
	if err := p.check(); err != nil {
		return err
	}
	err := r.whoAmI(ctx)
	if err != nil && (r.cloud != r.self || !isOff(err)) {
		return err
	}
	if err == nil && p.Account != r.me.AccountID {
		return hinted("take a profile of that account", "the plan is for account %s, and the administrator's credential of %s", p.Account, r.me.AccountID)
	}
	if n := len(byKey(p.Actions)); n > r.MaxKeys {
		return hinted("look at the plan again; if it is meant, raise --max-keys", "the plan is about %d keys, more than the %d that are allowed", n, r.MaxKeys)
	}
	return nil
}

// precheck reads how everything is, and refuses unless all is as the plan saw it.
func (r *Revoker) precheck(ctx context.Context, p *Plan, h *History) error {
	if err := r.checkPlan(ctx, p); err != nil {
		return err
	}
	for _, group := range byKey(p.Actions) {
		state, err := r.observe(ctx, group[0])
		if err != nil {
			return err
		}
		for _, a := range group {
			if err := r.guard(a, state); err != nil {
				return err
			}
			if err := r.checkWatched(ctx, p, a, h); err != nil {
				return err
			}
			state = a.To
		}
	}
	return nil
}

// checkWatched refuses to delete a key that is not inactive for as long as the plan says: since it was planned, somebody
// may have enabled and disabled it again.
func (r *Revoker) checkWatched(ctx context.Context, p *Plan, a Action, h *History) error {
	if a.Kind != Delete || p.WatchSeconds == 0 {
		return nil
	}
	if n, early := r.tooEarly(ctx, a.Target, time.Duration(p.WatchSeconds)*time.Second, h); early {
		return hinted(n.Hint, "%s: %s", n.ID, n.Text)
	}
	return nil
}

// guard refuses an action that must not happen now.
func (r *Revoker) guard(a Action, state State) error {
	switch {
	case state != a.From:
		return hinted("plan again: something or somebody else has changed it", "%s is %s, and not %s as the plan saw it", a.Target.ID, state, a.From)
	case a.Kind == AttachPolicy && a.Target.Owner.Role == roleOf(&r.me):
		return r.ownRole(a.Target.Owner.Role)
	case a.Kind == Delete && state.Key != Inactive:
		return hinted("disable it first", "%s is not inactive", a.Target.ID)
	case a.Policy == "" && r.id(a.Target).IsZero():
		return hinted("plan again", "%s was not found again", a.Target.ID)
	case a.Policy == "" && r.id(a.Target).String() != a.Target.ID: // whoever confirms it reads the one and means the other
		return hinted("do not use this plan; plan again", "the plan shows %s, and means %s", a.Target.ID, r.id(a.Target))
	case !a.Leaked && r.Admin == nil:
		return hinted("take an administrator's credential", "%s needs more than the leaked key itself", a)
	case r.Admin != nil && r.Admin.Owns(r.id(a.Target)):
		return hinted("act with another administrator's credential", "%s is the key that akguard acts with now", a.Target.ID)
	}
	return nil
}

// runActions does the actions that are not settled. It ends early with ctx, and when the journal cannot be written.
func (r *Revoker) runActions(ctx context.Context, p *Plan, o RunOptions, settled func(int) bool) ([]Step, error) {
	var steps []Step
	for i := range p.Actions {
		if settled(i) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return steps, err
		}
		s, err := r.step(ctx, p, i, o)
		steps = append(steps, s)
		if o.OnStep != nil {
			o.OnStep(s)
		}
		if err != nil {
			return steps, err
		}
	}
	return steps, o.Journal.write(Record{Event: eventEnd})
}

// step does one action. What the service was too busy to take did not happen: it is tried again a few times, and
// each time all is read first.
func (r *Revoker) step(ctx context.Context, p *Plan, i int, o RunOptions) (Step, error) {
	for try := 0; ; try++ {
		s, err := r.attempt(ctx, p, i, o)
		if err != nil || s.Outcome != Refused || !openapi.IsThrottled(s.Err) || try == len(backoff) {
			return s, err
		}
		if err := r.Pause(ctx, backoff[try]); err != nil {
			return s, err
		}
	}
}

// attempt is one try: read, journal, call, journal, read, journal.
func (r *Revoker) attempt(ctx context.Context, p *Plan, i int, o RunOptions) (Step, error) {
	a, j := p.Actions[i], o.Journal
	s := Step{Action: a}
	if s.State, s.Err = r.observe(ctx, a); s.Err != nil {
		s.Outcome = Unknown
		return s, r.journalStep(ctx, i, s, j)
	}
	if a.reached(s.State) {
		s.Outcome = Already
		if j.begun(i) {
			s.Outcome = Done
		}
		return s, r.journalStep(ctx, i, s, j)
	}
	if s.Err = r.guard(a, s.State); s.Err == nil {
		s.Err = r.checkWatched(ctx, p, a, o.History)
	}
	if s.Err != nil {
		s.Outcome = Refused
		return s, r.journalStep(ctx, i, s, j)
	}
	if err := j.write(Record{Event: eventBegin, Action: i + 1, What: a.String()}); err != nil {
		s.Outcome, s.Err = Refused, err
		return s, err
	}
	err := r.call(ctx, a)
	if err := j.write(answered(i, err)); err != nil {
		s.Outcome, s.Err = Unknown, err
		return s, err
	}
	s = r.settle(ctx, a, err)
	return s, r.journalStep(ctx, i, s, j)
}

// journalStep writes down what became of an action. An interrupt ends the run.
func (r *Revoker) journalStep(ctx context.Context, i int, s Step, j *Journal) error {
	rec := Record{Event: eventSettled, Action: i + 1, What: s.Action.String(), Outcome: string(s.Outcome), State: &s.State}
	if s.Err != nil {
		rec.Detail = s.Err.Error()
	}
	return errors.Join(j.write(rec), ctx.Err())
}

// call makes the one call that changes something.
func (r *Revoker) call(ctx context.Context, a Action) error {
	c := r.cloud
	if a.Leaked && r.self != nil {
		c = r.self
	}
	id, owner := r.id(a.Target), a.Target.Owner
	return c.once(ctx, func(cred rules.Credential) error {
		switch a.Kind {
		case Disable, Enable:
			status := map[Kind]string{Disable: openapi.Inactive, Enable: openapi.Active}[a.Kind]
			if owner.User == "" {
				return c.ims.UpdateIdentityKey(ctx, cred, "", id, status)
			}
			return c.ram.UpdateAccessKey(ctx, cred, owner.User, id, status)
		case Delete:
			if owner.User == "" {
				return c.ims.DeleteIdentityKey(ctx, cred, "", id)
			}
			return c.ram.DeleteAccessKey(ctx, cred, owner.User, id)
		case Restore:
			return c.ims.RestoreKey(ctx, cred, owner.UserID, id)
		case Quarantine, Release:
			return c.ims.SetAccessKeyPolicy(ctx, cred, owner.Principal, id, versioned(a.To.Network))
		case CreatePolicy:
			return c.ram.CreatePolicy(ctx, cred, a.Policy, "ends leaked sessions; made by akguard", a.Document)
		case AttachPolicy:
			return c.ram.AttachPolicyToRole(ctx, cred, owner.Role, openapi.Policy{Type: "Custom", Name: a.Policy})
		case DetachPolicy:
			return c.ram.DetachPolicyFromRole(ctx, cred, owner.Role, openapi.Policy{Type: "Custom", Name: a.Policy})
		}
		return fmt.Errorf("%s is of no known kind", a)
	})
}

// looks is when the state is read after a call: changes may take a moment to show.
var looks = [...]time.Duration{0, 300 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// settle finds out what a call did, whose error may be nil, by reading.
func (r *Revoker) settle(ctx context.Context, a Action, err error) Step {
	s := Step{Action: a, Outcome: Unknown, Err: err}
	pauses := looks[:]
	if openapi.IsRefusal(err) {
		pauses = looks[:1]
	}
	var unread error
	for _, d := range pauses {
		if e := r.Pause(ctx, d); e != nil {
			unread = e
			break
		}
		if s.State, unread = r.observe(ctx, a); unread == nil && a.reached(s.State) {
			s.Outcome, s.Err = Done, nil
			return s
		}
	}
	return unsettled(s, unread)
}

// unsettled says what it means that the aim does not show.
func unsettled(s Step, unread error) Step {
	hint := advise(s.Err)
	switch {
	case unread != nil:
		s.Err = hinted("akguard revoke resume reads it again", "what became of it could not be read: %w", errors.Join(s.Err, unread))
	case s.Err == nil:
		s.Err = hinted("akguard revoke resume reads it again", "the service took the call, but still shows %s as %s", s.Action.Target.ID, s.State)
	case openapi.IsRefusal(s.Err):
		s.Outcome, s.Err = Refused, hinted(hint, "%s: %w", s.Action, s.Err)
	default:
		s.Outcome, s.Err = Failed, hinted("akguard revoke resume tries again", "%s: %w", s.Action, s.Err)
	}
	return s
}
