package cleanup

import (
	"context"
	"errors"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// RunOptions say how a plan is run. Approver and Journal are required.
type RunOptions struct {
	Approver revoke.Approver // is asked once, about all actions
	Journal  *revocation.Journal
	OnStep   func(change.Step) // called after each action; may be nil
}

// Run carries out a plan once it is approved. Each thing is read again before it is changed; what has changed since is left
// alone, and hinders nothing else. The error says what ended the run; the steps have the result of each action.
func (c *Cleaner) Run(ctx context.Context, p *revocation.Plan, o RunOptions) ([]change.Step, error) {
	if err := c.check(ctx, p); err != nil {
		return nil, err
	}
	o.Journal.SetClock(c.cloud.Now)
	if err := o.Journal.Write(revocation.Record{Event: revocation.EventPlan, Plan: p}); err != nil {
		return nil, err
	}
	if err := approve(ctx, o.Approver, p.Actions); err != nil {
		return nil, errors.Join(err, o.Journal.Write(revocation.Record{Event: revocation.EventDenied}))
	}
	if err := o.Journal.Write(revocation.Record{Event: revocation.EventApproved}); err != nil {
		return nil, err
	}
	return change.All(ctx, maker{c}, p, o.Journal, o.OnStep)
}

// Resume carries out the rest of the plan in the journal; no steps mean that nothing was left.
func (c *Cleaner) Resume(ctx context.Context, o RunOptions) ([]change.Step, error) {
	p := o.Journal.Plan()
	switch {
	case p == nil || !o.Journal.Approved():
		return nil, change.Fail(reason.New("revoke.no-approved-plan"), reason.New("cleanup.plan-again"))
	case o.Journal.Ended():
		return nil, nil
	}
	if err := c.check(ctx, p); err != nil {
		return nil, err
	}
	o.Journal.SetClock(c.cloud.Now)
	left := o.Journal.Left().Actions
	if err := o.Journal.Write(revocation.Record{Event: revocation.EventResume}); err != nil {
		return nil, err
	}
	if err := approve(ctx, o.Approver, left); err != nil {
		return nil, err
	}
	return change.All(ctx, maker{c}, p, o.Journal, o.OnStep)
}

func approve(ctx context.Context, approver revoke.Approver, actions []revocation.Action) error {
	if approver == nil {
		return revoke.ErrDenied
	}
	if err := approver.Approve(ctx, actions); err != nil {
		return err
	}
	return ctx.Err()
}

// check refuses what no run of the plan may do.
func (c *Cleaner) check(ctx context.Context, p *revocation.Plan) error {
	if !p.Goal.CleanUp() {
		return change.Fail(reason.New("cleanup.not-a-clean-up"), reason.New("cleanup.not-a-clean-up-hint"))
	}
	if err := p.Check(); err != nil {
		return change.Fail(reason.Of(err), reason.New("cleanup.plan-again"))
	}
	return c.identify(ctx, p.Account)
}
