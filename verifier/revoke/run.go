package revoke

import (
	"context"
	"errors"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
)

// RunOptions say how a plan is run.
type RunOptions struct {
	Approver Approver
	Journal  *revocation.Journal
	History  *revocation.History // when keys were disabled, if the service does not report it; may be nil
	OnStep   func(change.Step)   // called after each action; may be nil
}

// Run carries out the plan. It does nothing if any key has changed since the plan was made, or is not approved. The error
// says what ended the run; the steps have the result of each action.
func (r *Revoker) Run(ctx context.Context, p *revocation.Plan, o RunOptions) ([]change.Step, error) {
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
	return change.All(ctx, runner{r, p.WatchTime(), o.History}, p, o.Journal, o.OnStep)
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
func (r *Revoker) Resume(ctx context.Context, o RunOptions) ([]change.Step, error) {
	p := o.Journal.Plan()
	switch {
	case p == nil || !o.Journal.Approved():
		return nil, change.Fail(reason.New("revoke.no-approved-plan"), reason.New("revoke.plan-again"))
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
	return change.All(ctx, runner{r, p.WatchTime(), o.History}, p, o.Journal, o.OnStep)
}

// checkPlan refuses what no run of the plan may do.
func (r *Revoker) checkPlan(ctx context.Context, p *revocation.Plan) error {
	if err := p.Check(); err != nil {
		return err
	}
	if p.Goal.CleanUp() {
		return change.Fail(reason.New("revoke.plan-of-clean-up"), reason.New("revoke.plan-of-clean-up-hint"))
	}
	err := r.whoAmI(ctx)
	if err != nil && (r.cloud != r.self || !isOff(err)) {
		return err
	}
	if err == nil && p.Account != r.me.AccountID {
		return change.Fail(reason.New("revoke.plan-for-account", p.Account, r.me.AccountID), reason.New("revoke.use-profile-of-account"))
	}
	return nil
}

// precheck reads the state of all keys, and refuses the plan if any has changed.
func (r *Revoker) precheck(ctx context.Context, p *revocation.Plan, h *revocation.History) error {
	if err := r.checkPlan(ctx, p); err != nil {
		return err
	}
	if n := len(byKey(p.Actions)); n > r.MaxKeys {
		return change.Fail(reason.New("revoke.too-many-keys", n, r.MaxKeys), reason.New("revoke.too-many-keys-hint"))
	}
	for _, group := range byKey(p.Actions) {
		state, err := r.Observe(ctx, group[0])
		if err != nil {
			return err
		}
		for _, a := range group {
			if a.Reached(state) { // somebody else was faster; that is no reason to leave other keys as they are
				continue
			}
			if err := r.Guard(ctx, a, state); err != nil {
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
		return change.Fail(reason.New("revoke.about", n.ID, n.Text), n.Hint)
	}
	return nil
}

// Guard refuses an action that must not happen in that state.
func (r *Revoker) Guard(_ context.Context, a revocation.Action, state revocation.State) error {
	id := r.id(a.Target)
	switch {
	case state != a.From:
		return change.Fail(reason.New("revoke.state-changed", a.Target.ID, state.Reason(), a.From.Reason()), reason.New("revoke.state-changed-hint"))
	case a.Kind == revocation.AttachPolicy && a.Target.Owner.Role == roleOf(&r.me):
		return r.ownRole(a.Target.Owner.Role)
	case a.Kind == revocation.Delete && state.Key != revocation.Inactive:
		return change.Fail(reason.New("revoke.not-inactive", a.Target.ID), reason.New("revoke.disable-first"))
	case a.Policy == "" && id.IsZero():
		return change.Fail(reason.New("revoke.not-found-again", a.Target.ID), reason.New("revoke.plan-again"))
	case a.Policy == "" && id.String() != a.Target.ID: // the user would confirm one key and change another
		return change.Fail(reason.New("revoke.plan-shows-another", a.Target.ID, id.String()), reason.New("revoke.distrust-plan"))
	case !a.Leaked && r.Admin == nil:
		return change.Fail(reason.New("revoke.needs-administrator", a.Reason()), reason.New("revoke.use-administrator"))
	case r.Admin != nil && r.Admin.Owns(id):
		return change.Fail(reason.New("revoke.own-key", a.Target.ID), reason.New("revoke.use-other-administrator"))
	}
	return nil
}

// runner is the Maker of one run.
type runner struct {
	*Revoker
	watch   time.Duration // how long a key must have been inactive before it is deleted
	history *revocation.History
}

// Guard refuses an action that must not happen now.
func (r runner) Guard(ctx context.Context, a revocation.Action, s revocation.State) error {
	if err := r.Revoker.Guard(ctx, a, s); err != nil {
		return err
	}
	return r.checkWatched(ctx, a, r.watch, r.history)
}

// Forget has the next reading of the owner's keys be a new one.
func (r *Revoker) Forget(a revocation.Action) { r.lists.forget(a.Target.Owner.User) }

// Pause waits for d, or until ctx ends.
func (r *Revoker) Pause(ctx context.Context, d time.Duration) error { return r.cloud.Pause(ctx, d) }

// Call makes the one call that changes something.
func (r *Revoker) Call(ctx context.Context, a revocation.Action) error {
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
