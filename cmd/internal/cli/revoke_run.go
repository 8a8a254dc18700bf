package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/verifier/revoke"
)

// showPlan writes a plan for a person.
func (a *app) showPlan(p *revoke.Plan, source string) {
	terminal.Line(a.Out, "plan to %s in account %s, as %s (%s)", string(p.Goal), p.Account, p.By, source)
	for i, action := range p.Actions {
		terminal.Line(a.Out, "%d. %s: %s → %s", i+1, action.String(), action.From.String(), action.To.String())
		for _, cidr := range action.CIDRs {
			terminal.Line(a.Out, "   from  %s", cidr)
		}
		for _, risk := range action.Risks {
			terminal.Line(a.Out, "   risk  %s", risk)
		}
		terminal.Line(a.Out, "   undo  %s", action.Undo)
	}
	for _, n := range p.Notes {
		word := "note"
		if n.Blocked {
			word = "not possible"
			a.code = exitCloud
		}
		terminal.Line(a.Out, "%s: %s: %s", word, n.ID, n.Text)
		if n.Hint != "" {
			terminal.Line(a.Out, "   do    %s", n.Hint)
		}
	}
	if len(p.Actions) == 0 && !p.Blocked() {
		terminal.Line(a.Out, "nothing is left to do")
	}
}

// carryOut runs a plan.
func (a *app) carryOut(ctx context.Context, s *session, p *revoke.Plan) error {
	if len(p.Actions) == 0 {
		return nil
	}
	a.sayOpen(s)
	j, err := s.options.newJournal()
	if err != nil {
		return err
	}
	defer j.Close()
	steps, err := s.revoker.Run(ctx, p, revoke.RunOptions{Approver: a.approver(s.options), Journal: j, History: s.history, OnStep: a.showStep})
	return a.concludeRun(ctx, steps, err)
}

// sayOpen tells of runs that did not come to their end.
func (a *app) sayOpen(s *session) {
	if n := len(s.history.Open); n > 0 {
		terminal.Say(a.Err, "%s has something left to do: akguard revoke resume", count(n, "former run"))
	}
}

// showStep says what became of an action.
func (a *app) showStep(s revoke.Step) {
	terminal.Line(a.Out, "%-8s %s", string(s.Outcome), s.Action.String())
	if s.Err != nil {
		terminal.Line(a.Out, "   why   %v", s.Err)
		terminal.Line(a.Out, "   do    %s", s.Hint())
	}
}

// concludeRun sets the exit code.
func (a *app) concludeRun(ctx context.Context, steps []revoke.Step, err error) error {
	if errors.Is(err, revoke.ErrDenied) {
		return &failure{errors.New("not approved, so nothing was changed"), "confirm each key on a terminal, or approve with --yes", exitCloud}
	}
	if ctx.Err() != nil && len(steps) > 0 {
		terminal.Say(a.Err, "akguard revoke resume goes on from here")
	}
	if err != nil {
		return cloudFailure(ctx, err)
	}
	left := 0
	for _, s := range steps {
		if s.Outcome != revoke.Done && s.Outcome != revoke.Already {
			left++
		}
	}
	if left > 0 {
		a.code = exitCloud
		terminal.Say(a.Err, "%s left to do; akguard revoke resume goes on", count(left, "action"))
	}
	return nil
}

// sayNext says what comes after a goal that was reached.
func (a *app) sayNext(goal revoke.Goal) {
	switch goal {
	case revoke.ToDisable:
		terminal.Say(a.Err, "next: akguard revoke watch ID says who still tries; sessions that were taken on with the key last 12 hours at most")
	case revoke.ToQuarantine:
		terminal.Say(a.Err, "next: akguard revoke watch ID says who uses the key; disable it as soon as its owner has another one")
	}
}

// approver asks on the terminal, if there is one.
func (a *app) approver(o acting) revoke.Approver {
	if o.yes {
		return revoke.ApproverFunc(func(context.Context, []revoke.Action) error { return nil })
	}
	if !terminal.Is(a.In) || !terminal.Is(a.Err) {
		return nil // nobody to ask is a no
	}
	lines := bufio.NewReader(io.LimitReader(a.In, maxGiven))
	return revoke.ApproverFunc(func(ctx context.Context, actions []revoke.Action) error {
		return a.confirm(ctx, lines, actions)
	})
}

// confirm has a person type the end of the key's ID.
func (a *app) confirm(ctx context.Context, lines *bufio.Reader, actions []revoke.Action) error {
	t := actions[0].Target
	var kinds []string
	for _, action := range actions {
		kinds = append(kinds, string(action.Kind))
		for _, risk := range action.Risks {
			terminal.Say(a.Err, "risk: %s: %s", t.ID, risk)
		}
	}
	terminal.Ask(a.Err, "to %s %s, type the last characters of its ID (%s): ", strings.Join(kinds, " and "), t.ID, t.Tail())
	line, err := lines.ReadString('\n')
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || strings.TrimSpace(line) != t.Tail() {
		return revoke.ErrDenied
	}
	return nil
}
