package cleanup

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/internal/cloud"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// Plan works out what is to be done about a report, and changes nothing. It reads the present state of each thing: what cannot be
// read becomes a note, and so does what only a person can do.
func (c *Cleaner) Plan(ctx context.Context, r investigate.Report, a *account.Snapshot, q Request) (*revocation.Plan, error) {
	if err := c.identify(ctx, a.Account); err != nil {
		return nil, err
	}
	c.known = q.Known
	p := c.newPlan(revocation.ToCleanUp)
	w := wishesFor(r, a, q)
	for _, one := range w.all {
		actions, notes := c.planOne(ctx, one)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		merge(p, actions)
		p.Notes = append(p.Notes, notes...)
	}
	p.Notes = append(p.Notes, w.notes...)
	return p, nil
}

// merge adds actions to a plan. A key that was found both by itself and with its user is disabled once, for
// both reasons.
func merge(p *revocation.Plan, actions []revocation.Action) {
	for _, a := range actions {
		i := slices.IndexFunc(p.Actions, func(o revocation.Action) bool {
			return a.Thing == nil && o.Thing == nil && o.Target.Fingerprint == a.Target.Fingerprint
		})
		if i < 0 {
			p.Actions = append(p.Actions, a)
			continue
		}
		p.Actions[i].Why, p.Actions[i].Checks = append(p.Actions[i].Why, a.Why...), append(p.Actions[i].Checks, a.Checks...)
	}
}

func (c *Cleaner) newPlan(g revocation.Goal) *revocation.Plan {
	return &revocation.Plan{Version: revocation.Version, Goal: g, Made: c.cloud.Now().UTC().Truncate(time.Second), Account: c.me.AccountID, By: c.me.ARN}
}

// planOne reads the state of what a wish is about.
func (c *Cleaner) planOne(ctx context.Context, w wish) ([]revocation.Action, []revocation.Note) {
	if why, ok := c.spare(w.Action); ok {
		return nil, []revocation.Note{{ID: name(w.Action), Text: why}}
	}
	if w.Thing == nil {
		return c.planKeys(ctx, w)
	}
	a := w.Action
	state, err := maker{c}.Observe(ctx, a)
	switch {
	case err != nil:
		return nil, []revocation.Note{failed(a, err)}
	case a.Reached(state):
		return nil, []revocation.Note{{ID: name(a), Text: reason.New("cleanup.already", a.Reason())}}
	case state != a.From && !(a.Kind == revocation.SetTrust && revocation.SameJSON(state.Thing, a.From.Thing)):
		why := reason.New("cleanup.changed", a.Reason(), state.Reason(), a.From.Reason())
		return nil, []revocation.Note{{ID: name(a), Text: why, Hint: reason.New("cleanup.changed-hint"), Blocked: true}}
	}
	return []revocation.Action{a}, nil
}

func failed(a revocation.Action, err error) revocation.Note {
	return revocation.Note{ID: name(a), Text: reason.Of(err), Hint: change.HintFor(err), Blocked: true}
}

// name is what an action is about.
func name(a revocation.Action) string {
	if a.Thing == nil {
		return a.Target.Owner.User
	}
	return a.Thing.Name
}

// planKeys plans to disable a user's keys, one or all. Package revoke knows how, and what may break.
func (c *Cleaner) planKeys(ctx context.Context, w wish) ([]revocation.Action, []revocation.Note) {
	user := w.Target.Owner.User
	if user == "" {
		return nil, []revocation.Note{{ID: w.key.String(), Text: reason.New("cleanup.no-owner"), Hint: reason.New("cleanup.no-owner-hint"), Person: true}}
	}
	keys, err := c.cloud.ListAccessKeys(ctx, user)
	if err != nil && !cloud.IsAbsent(err) {
		return nil, []revocation.Note{failed(w.Action, err)}
	}
	var subjects []revoke.Subject
	for _, k := range keys {
		if k.Status == cloud.Active && (w.key == "" || account.Ref(k.ID) == w.key) {
			t := revocation.NewTarget(k.ID, w.Target.Owner)
			subjects = append(subjects, revoke.Subject{Target: &t})
		}
	}
	if len(subjects) == 0 {
		return nil, []revocation.Note{{ID: cmp.Or(w.key.String(), user), Text: reason.New("cleanup.no-active-key", user)}}
	}
	p, err := c.keys.Plan(ctx, subjects, revoke.Request{Goal: revocation.ToDisable, NoUse: !w.asked})
	if err != nil {
		return nil, []revocation.Note{failed(w.Action, err)}
	}
	for i := range p.Actions {
		p.Actions[i].Why, p.Actions[i].Checks, p.Actions[i].Undo = w.Why, w.Checks, reason.New("cleanup.undo")
		p.Actions[i].Risks = append(w.Risks, p.Actions[i].Risks...)
	}
	return p.Actions, p.Notes
}

// Choose keeps the actions that one of some words names: their kind, or the name of what they are about. It returns the words that name
// none. Without words, it keeps all.
func Choose(p *revocation.Plan, words []string) (unused []string) {
	if len(words) == 0 {
		return nil
	}
	used := map[string]bool{}
	p.Actions = slices.DeleteFunc(p.Actions, func(a revocation.Action) bool {
		keep := false
		for _, word := range words {
			if slices.Contains(names(a), word) {
				keep, used[word] = true, true
			}
		}
		return !keep
	})
	for _, word := range words {
		if !used[word] {
			unused = append(unused, word)
		}
	}
	return unused
}

// names are the words by which an action is chosen.
func names(a revocation.Action) []string {
	out := []string{string(a.Kind), a.Target.Owner.User}
	if t := a.Thing; t != nil {
		out = append(out, t.Name, t.Of)
		if t.Rule != nil {
			out = append(out, t.Rule.ID)
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// undoKinds are the actions that undo others; DeleteLogin has none.
var undoKinds = map[revocation.Kind]revocation.Kind{
	revocation.Leave: revocation.Join, revocation.Detach: revocation.Attach, revocation.SetVersion: revocation.SetVersion,
	revocation.SetTrust: revocation.SetTrust, revocation.StartLogging: revocation.StopLogging, revocation.CloseRule: revocation.OpenRule,
	revocation.Stop: revocation.Start, revocation.Disable: revocation.Enable,
}

// PlanUndo plans to undo what a clean-up did, the last first. What is not as the clean-up left it is left alone.
func (c *Cleaner) PlanUndo(ctx context.Context, deeds []revocation.Deed) (*revocation.Plan, error) {
	if len(deeds) == 0 {
		return nil, reason.NewError("cleanup.nothing-to-undo")
	}
	if err := c.identify(ctx, deeds[0].Target.Owner.Account); err != nil {
		return nil, err
	}
	p := c.newPlan(revocation.ToUndoCleanUp)
	for _, d := range slices.Backward(deeds) {
		actions, notes := c.planBack(ctx, d.Action)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.Actions, p.Notes = append(p.Actions, actions...), append(p.Notes, notes...)
	}
	return p, nil
}

// planBack plans to undo one action.
func (c *Cleaner) planBack(ctx context.Context, done revocation.Action) ([]revocation.Action, []revocation.Note) {
	kind, ok := undoKinds[done.Kind]
	if !ok {
		return nil, []revocation.Note{{ID: name(done), Text: reason.New("cleanup.undo-none-login"), Person: true}}
	}
	back := done
	back.Kind, back.From, back.To = kind, done.To, done.From
	back.Why, back.Checks, back.Undo = nil, nil, reason.New("cleanup.undo-by-cleanup")
	back.Risks = []reason.Reason{reason.New("cleanup.risk-undo")}
	state, err := maker{c}.Observe(ctx, back)
	switch {
	case err != nil:
		return nil, []revocation.Note{failed(back, err)}
	case back.Reached(state):
		return nil, []revocation.Note{{ID: name(back), Text: reason.New("cleanup.already", back.Reason())}}
	case state != back.From && !(kind == revocation.SetTrust && revocation.SameJSON(state.Thing, back.From.Thing)):
		why := reason.New("cleanup.changed", back.Reason(), state.Reason(), back.From.Reason())
		return nil, []revocation.Note{{ID: name(back), Text: why, Hint: reason.New("cleanup.changed-hint"), Blocked: true}}
	}
	return []revocation.Action{back}, nil
}
