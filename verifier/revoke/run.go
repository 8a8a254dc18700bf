package revoke

import (
	"context"
	"errors"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

// Step is an action with its result.
type Step struct {
	Action  revocation.Action
	Outcome revocation.Outcome
	State   revocation.State // as it was last read
	Err     error            // why, unless it is done
}

// Hint returns what to do about the step; zero if it succeeded.
func (s Step) Hint() reason.Reason {
	if s.Err == nil {
		return reason.Reason{}
	}
	hint := hintFor(s.Err)
	if s.Action.Leaked && hint.Code == grantPermission { // nobody should grant the leaked key anything
		return reason.New("revoke.leaked-key-denied")
	}
	return hint
}

// RunOptions say how a plan is run.
type RunOptions struct {
	Approver Approver
	Journal  *revocation.Journal
	History  *revocation.History // when keys were disabled, if the service does not report it; may be nil
	OnStep   func(Step)          // called after each action; may be nil
}

// Run carries out the plan. It does nothing if any key has changed since the plan was made, or is not approved. The error
// says what ended the run; the steps have the result of each action.
func (r *Revoker) Run(ctx context.Context, p *revocation.Plan, o RunOptions) ([]Step, error) {
	if o.Journal == nil {
		return nil, reason.NewError("revoke.no-journal")
	}
	if err := r.precheck(ctx, p, o.History); err != nil {
		return nil, err
	}
	o.Journal.SetClock(r.now)
	if err := o.Journal.Write(revocation.Record{Event: revocation.EventPlan, Plan: p}); err != nil {
		return nil, err
	}
	if err := r.approveFresh(ctx, p, o); err != nil {
		return nil, errors.Join(err, o.Journal.Write(revocation.Record{Event: revocation.EventDenied}))
	}
	if err := o.Journal.Write(revocation.Record{Event: revocation.EventApproved}); err != nil {
		return nil, err
	}
	return r.runActions(ctx, p, o, func(int) bool { return false })
}

// stale is how long a person may think about a plan before all state is read again.
const stale = 10 * time.Second

// approveFresh asks, and makes sure that the approval is for the current state.
func (r *Revoker) approveFresh(ctx context.Context, p *revocation.Plan, o RunOptions) error {
	start := r.now()
	if err := approve(ctx, o.Approver, p.Actions); err != nil {
		return err
	}
	if r.now().Sub(start) < stale {
		return nil
	}
	return r.precheck(ctx, p, o.History)
}

// Resume carries out the rest of the plan in the journal; no steps mean that nothing was left. For calls whose
// answers were lost, it reads the state.
func (r *Revoker) Resume(ctx context.Context, o RunOptions) ([]Step, error) {
	p := o.Journal.Plan()
	switch {
	case p == nil || !o.Journal.Approved():
		return nil, fail(reason.New("revoke.no-approved-plan"), reason.New("revoke.plan-again"))
	case o.Journal.Ended():
		return nil, nil
	}
	if err := r.checkPlan(ctx, p); err != nil {
		return nil, err
	}
	o.Journal.SetClock(r.now)
	left := o.Journal.Left().Actions
	if err := o.Journal.Write(revocation.Record{Event: revocation.EventResume}); err != nil {
		return nil, err
	}
	if err := approve(ctx, o.Approver, left); err != nil {
		return nil, err
	}
	return r.runActions(ctx, p, o, o.Journal.Settled)
}

// checkPlan refuses what no run of the plan may do.
func (r *Revoker) checkPlan(ctx context.Context, p *revocation.Plan) error {
	if err := p.Check(); err != nil {
		return err
	}
	err := r.whoAmI(ctx)
	if err != nil && (r.cloud != r.self || !isOff(err)) {
		return err
	}
	if err == nil && p.Account != r.me.AccountID {
		return fail(reason.New("revoke.plan-for-account", p.Account, r.me.AccountID), reason.New("revoke.use-profile-of-account"))
	}
	return nil
}

// precheck reads the state of all keys, and refuses the plan if any has changed.
func (r *Revoker) precheck(ctx context.Context, p *revocation.Plan, h *revocation.History) error {
	if err := r.checkPlan(ctx, p); err != nil {
		return err
	}
	if n := len(byKey(p.Actions)); n > r.MaxKeys {
		return fail(reason.New("revoke.too-many-keys", n, r.MaxKeys), reason.New("revoke.too-many-keys-hint"))
	}
	for _, group := range byKey(p.Actions) {
		state, err := r.observe(ctx, group[0])
		if err != nil {
			return err
		}
		for _, a := range group {
			if a.Reached(state) { // somebody else was faster; that is no reason to leave other keys as they are
				continue
			}
			if err := r.guard(a, state); err != nil {
				return err
			}
			if err := r.checkWatched(ctx, a, p.WatchTime(), h); err != nil {
				return err
			}
			state = a.To
		}
	}
	return nil
}

// checkWatched refuses to delete a key that has not been inactive for the plan's watch time: somebody may have enabled and
// disabled it again since.
func (r *Revoker) checkWatched(ctx context.Context, a revocation.Action, watch time.Duration, h *revocation.History) error {
	if a.Kind != revocation.Delete || watch == 0 {
		return nil
	}
	if n, early := r.tooEarly(ctx, a.Target, watch, h); early {
		return fail(reason.New("revoke.about", n.ID, n.Text), n.Hint)
	}
	return nil
}

// guard refuses an action that must not happen now.
func (r *Revoker) guard(a revocation.Action, state revocation.State) error {
	id := r.id(a.Target)
	switch {
	case state != a.From:
		return fail(reason.New("revoke.state-changed", a.Target.ID, state.Reason(), a.From.Reason()), reason.New("revoke.state-changed-hint"))
	case a.Kind == revocation.AttachPolicy && a.Target.Owner.Role == roleOf(&r.me):
		return r.ownRole(a.Target.Owner.Role)
	case a.Kind == revocation.Delete && state.Key != revocation.Inactive:
		return fail(reason.New("revoke.not-inactive", a.Target.ID), reason.New("revoke.disable-first"))
	case a.Policy == "" && id.IsZero():
		return fail(reason.New("revoke.not-found-again", a.Target.ID), reason.New("revoke.plan-again"))
	case a.Policy == "" && id.String() != a.Target.ID: // the user would confirm one key and change another
		return fail(reason.New("revoke.plan-shows-another", a.Target.ID, id.String()), reason.New("revoke.distrust-plan"))
	case !a.Leaked && r.Admin == nil:
		return fail(reason.New("revoke.needs-administrator", a.Reason()), reason.New("revoke.use-administrator"))
	case r.Admin != nil && r.Admin.Owns(id):
		return fail(reason.New("revoke.own-key", a.Target.ID), reason.New("revoke.use-other-administrator"))
	}
	return nil
}

// runActions carries out the actions that are not settled. It ends early with ctx, and if the journal cannot be written.
func (r *Revoker) runActions(ctx context.Context, p *revocation.Plan, o RunOptions, settled func(int) bool) ([]Step, error) {
	var steps []Step
	for i := range p.Actions {
		if settled(i) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return steps, err
		}
		s, err := r.step(ctx, task{p.Actions[i], i, p.WatchTime()}, o)
		steps = append(steps, s)
		if o.OnStep != nil {
			o.OnStep(s)
		}
		if err != nil {
			return steps, err
		}
	}
	return steps, o.Journal.Write(revocation.Record{Event: revocation.EventEnd})
}

// task is an action to carry out.
type task struct {
	revocation.Action
	index int           // in the journal's plan
	watch time.Duration // how long a key must have been inactive before it is deleted
}

// backoff is how long a throttled change waits before it is tried again.
var backoff = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

// step carries out one action. What has changed nothing is tried again; the state is read anew before each try.
func (r *Revoker) step(ctx context.Context, t task, o RunOptions) (Step, error) {
	for try := 0; ; try++ {
		s, err := r.attempt(ctx, t, o)
		if err != nil || try >= tries(s) {
			return s, err
		}
		if err := r.cloud.Pause(ctx, backoff[try]); err != nil {
			return s, err
		}
	}
}

// tries returns how often a step is worth another try. A throttled call has changed nothing. A change that closes something
// and was not seen to happen is made once more: made twice, it has the same effect. One that opens something is not, because
// somebody else may have closed it again meanwhile.
func tries(s Step) int {
	switch {
	case s.Outcome == revocation.Refused && cloud.IsThrottled(s.Err):
		return len(backoff)
	case closes(s.Action) && (s.Outcome == revocation.Failed || s.Outcome == revocation.Unknown):
		return 1
	}
	return 0
}

// closes reports whether an action sets a value that takes something away.
func closes(a revocation.Action) bool {
	return a.Kind == revocation.Disable || a.Kind == revocation.Quarantine
}

// attempt is one try: read, journal, call, journal, read, journal.
func (r *Revoker) attempt(ctx context.Context, t task, o RunOptions) (Step, error) {
	a, i, j := t.Action, t.index, o.Journal
	s := Step{Action: a}
	if s.State, s.Err = r.observe(ctx, a); s.Err != nil {
		s.Outcome = revocation.Unknown
		return s, r.journalStep(ctx, i, s, j)
	}
	if a.Reached(s.State) {
		s.Outcome = revocation.Already
		if j.Begun(i) {
			s.Outcome = revocation.Done
		}
		return s, r.journalStep(ctx, i, s, j)
	}
	if s.Err = r.guard(a, s.State); s.Err == nil {
		s.Err = r.checkWatched(ctx, a, t.watch, o.History)
	}
	if s.Err != nil {
		s.Outcome = revocation.Refused
		return s, r.journalStep(ctx, i, s, j)
	}
	if err := j.Write(revocation.Record{Event: revocation.EventBegin, Action: i + 1, What: a.String()}); err != nil {
		s.Outcome, s.Err = revocation.Refused, err
		return s, err
	}
	err := r.call(ctx, a)
	if err := j.Write(answered(i, err)); err != nil {
		s.Outcome, s.Err = revocation.Unknown, err
		return s, err
	}
	s = r.settle(ctx, a, err)
	return s, r.journalStep(ctx, i, s, j)
}

// journalStep records what became of an action. An interrupt ends the run.
func (r *Revoker) journalStep(ctx context.Context, i int, s Step, j *revocation.Journal) error {
	rec := revocation.Record{Event: revocation.EventSettled, Action: i + 1, What: s.Action.String(), Outcome: string(s.Outcome), State: &s.State}
	if s.Err != nil {
		rec.Detail = reason.Of(s.Err).String()
	}
	return errors.Join(j.Write(rec), ctx.Err())
}

// call makes the one call that changes something.
func (r *Revoker) call(ctx context.Context, a revocation.Action) error {
	c := r.cloud
	if a.Leaked && r.self != nil {
		c = r.self
	}
	id, owner := r.id(a.Target), a.Target.Owner
	policy := cloud.Policy{Type: "Custom", Name: a.Policy}
	switch a.Kind {
	case revocation.Disable:
		return setStatus(ctx, c, owner, id, cloud.Inactive)
	case revocation.Enable:
		return setStatus(ctx, c, owner, id, cloud.Active)
	case revocation.Delete:
		if owner.User == "" {
			return c.DeleteIdentityKey(ctx, "", id)
		}
		return c.DeleteAccessKey(ctx, owner.User, id)
	case revocation.Restore:
		return c.RestoreKey(ctx, owner.UserID, id)
	case revocation.Quarantine, revocation.Release:
		return c.SetAccessKeyPolicy(ctx, owner.Principal, id, keypolicy.Versioned(a.To.Network))
	case revocation.CreatePolicy:
		return c.CreatePolicy(ctx, a.Policy, policyDescription, a.Document)
	case revocation.AttachPolicy:
		return c.AttachPolicyToRole(ctx, owner.Role, policy)
	case revocation.DetachPolicy:
		return c.DetachPolicyFromRole(ctx, owner.Role, policy)
	}
	return reason.NewError("revoke.plan-kind")
}

// policyDescription is what the RAM console shows beside a policy.
const policyDescription = "denies leaked temporary credentials; created by akguard"

func setStatus(ctx context.Context, c *cloud.Client, owner revocation.Owner, id rules.Secret, status string) error {
	if owner.User == "" {
		return c.UpdateIdentityKey(ctx, "", id, status)
	}
	return c.UpdateAccessKey(ctx, owner.User, id, status)
}

// pollSchedule is when the state is read after a call: a change may take a moment to show.
var pollSchedule = [...]time.Duration{0, 300 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// settle finds out what a call did by reading the state. The call's error may be nil.
func (r *Revoker) settle(ctx context.Context, a revocation.Action, err error) Step {
	s := Step{Action: a, Outcome: revocation.Unknown, Err: err}
	pauses := pollSchedule[:]
	switch {
	case cloud.IsRefusal(err):
		pauses = pollSchedule[:1]
	case err != nil && closes(a): // it can be made again sooner
		pauses = pollSchedule[:3]
	}
	var unread error
	for _, d := range pauses {
		r.lists.forget(a.Target.Owner.User)
		if e := r.cloud.Pause(ctx, d); e != nil {
			unread = e
			break
		}
		if s.State, unread = r.observe(ctx, a); unread == nil && a.Reached(s.State) {
			s.Outcome, s.Err = revocation.Done, nil
			return s
		}
	}
	return unsettled(s, unread)
}

// unsettled explains why the state is not what the action was to achieve.
func unsettled(s Step, unread error) Step {
	switch {
	case unread != nil:
		why := reason.New("revoke.effect-unread", unread)
		if s.Err != nil {
			why = reason.New("revoke.call-failed-effect-unread", s.Err, unread)
		}
		s.Err = &reason.Error{Reason: why, Hint: reason.New("revoke.resume-reads"), Err: errors.Join(s.Err, unread)}
	case s.Err == nil:
		s.Err = fail(reason.New("revoke.no-effect", s.Action.Target.ID, s.State.Reason()), reason.New("revoke.resume-reads"))
	case cloud.IsRefusal(s.Err):
		s.Outcome, s.Err = revocation.Refused, failCall(reason.New("revoke.about", s.Action.Reason(), s.Err), s.Err)
	default:
		s.Outcome = revocation.Failed
		s.Err = &reason.Error{Reason: reason.New("revoke.about", s.Action.Reason(), s.Err), Hint: reason.New("revoke.resume-tries"), Err: s.Err}
	}
	return s
}

// answered is the record of a call's answer.
func answered(i int, err error) revocation.Record {
	rec := revocation.Record{Event: revocation.EventAnswer, Action: i + 1, Outcome: "ok", Code: cloud.Code(err)}
	switch {
	case err == nil:
	case cloud.IsRefusal(err):
		rec.Outcome, rec.Detail = "refused", err.Error()
	default:
		rec.Outcome, rec.Detail = "unanswered", err.Error()
	}
	return rec
}
