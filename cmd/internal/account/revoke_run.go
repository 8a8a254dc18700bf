package account

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/subject"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// goal returns a goal as a fact: a verb.
func goal(g revocation.Goal) reason.Reason {
	switch g {
	case revocation.ToDisable:
		return reason.New("revoke.disable")
	case revocation.ToDelete:
		return reason.New("revoke.delete")
	case revocation.ToRemove:
		return reason.New("revoke.disable-and-delete")
	case revocation.ToQuarantine:
		return reason.New("revoke.quarantine")
	case revocation.ToUndo:
		return reason.New("revoke.undo")
	case revocation.ToCleanUp:
		return reason.New("cleanup.clean-up")
	case revocation.ToUndoCleanUp:
		return reason.New("cleanup.undo-clean-up")
	}
	return reason.Text(string(g))
}

// showPlan writes a plan for a person.
func (a *app) showPlan(p *revocation.Plan, source reason.Reason) {
	a.showOpening(p, source)
	for i, action := range p.Actions {
		a.showAction(i+1, action)
	}
	for _, n := range p.Notes {
		a.showNote(n)
	}
	if len(p.Actions) == 0 && !p.Blocked() {
		a.Line("revoke.nothing-left")
	}
}

func (a *app) showOpening(p *revocation.Plan, source reason.Reason) {
	a.Line("revoke.plan", goal(p.Goal), p.Account, p.By, source)
}

func (a *app) showAction(number int, action revocation.Action) {
	a.Line("revoke.plan-item", number, action.Reason(), action.From.Reason(), action.To.Reason())
	for _, from := range slices.Concat(action.CIDRs, action.VPCs) {
		a.Line("revoke.row-from", from)
	}
	for _, risk := range action.Risks {
		a.Line("revoke.row-risk", risk)
	}
	a.Line("revoke.row-undo", action.Undo)
}

func (a *app) showNote(n revocation.Note) {
	if n.Blocked {
		a.Code = command.ExitCloud
		a.Line("revoke.not-possible", n.ID, n.Text)
	} else {
		a.Line("revoke.note", n.ID, n.Text)
	}
	if !n.Hint.IsZero() {
		a.Line("revoke.row-do", n.Hint)
	}
}

// carryOut runs a plan.
func (a *app) carryOut(ctx context.Context, s *actor, p *revocation.Plan) error {
	if len(p.Actions) == 0 {
		return nil
	}
	if n := len(s.history.Open); n > 0 {
		a.Say("revoke.open-runs", n)
	}
	j, err := s.options.newJournal()
	if err != nil {
		return err
	}
	defer j.Close()
	steps, err := s.revoker.Run(ctx, p, revoke.RunOptions{Approver: a.approver(s.options, a.lines()), Journal: j, History: s.history, OnStep: a.showStep})
	return a.concludeRun(ctx, steps, err)
}

// outcome returns an outcome as a fact.
func outcomeOf(o revocation.Outcome) reason.Reason {
	switch o {
	case revocation.Done:
		return reason.New("revoke.done")
	case revocation.Already:
		return reason.New("revoke.already")
	case revocation.Refused:
		return reason.New("revoke.refused")
	case revocation.Failed:
		return reason.New("revoke.failed")
	}
	return reason.New("revoke.unknown")
}

// showStep writes the outcome of an action.
func (a *app) showStep(s change.Step) {
	a.Line("revoke.step", outcomeOf(s.Outcome), s.Action.Reason())
	if s.Err != nil {
		a.Line("revoke.row-why", s.Err)
		a.Line("revoke.row-do", s.Hint())
	}
}

// concludeRun sets the exit code.
func (a *app) concludeRun(ctx context.Context, steps []change.Step, err error) error {
	if errors.Is(err, revoke.ErrDenied) {
		return command.Failed(command.ExitCloud, "revoke.not-approved")
	}
	if ctx.Err() != nil && len(steps) > 0 {
		a.Say("revoke.resume-goes-on")
	}
	if err != nil {
		return cloudFailure(ctx, err)
	}
	left := 0
	for _, s := range steps {
		if s.Outcome != revocation.Done && s.Outcome != revocation.Already {
			left++
		}
	}
	if left > 0 {
		a.Code = command.ExitCloud
		a.Say("revoke.actions-left", left)
	}
	return nil
}

// sayNext suggests the next step once a goal is reached.
func (a *app) sayNext(g revocation.Goal) {
	switch g {
	case revocation.ToDisable:
		a.Say("revoke.next-after-disable")
	case revocation.ToQuarantine:
		a.Say("revoke.next-after-quarantine")
	}
}

// lines returns what a person types, or nil if nobody can be asked.
func (a *app) lines() *bufio.Reader {
	if !terminal.Is(a.In) || !terminal.Is(a.Err) {
		return nil
	}
	return bufio.NewReader(io.LimitReader(a.In, subject.MaxInput))
}

// approver asks the person who types the lines, if there is one.
func (a *app) approver(o acting, lines *bufio.Reader) revoke.Approver {
	switch {
	case o.yes:
		return revoke.ApproverFunc(func(context.Context, []revocation.Action) error { return nil })
	case lines == nil:
		return nil // everything is denied
	}
	return revoke.ApproverFunc(func(ctx context.Context, actions []revocation.Action) error {
		return a.confirm(ctx, lines, actions)
	})
}

// confirm has a person type the end of the key's ID, and asks again once: somebody in a hurry mistypes.
func (a *app) confirm(ctx context.Context, lines *bufio.Reader, actions []revocation.Action) error {
	t := actions[0].Target
	verbs := actions[0].Kind.Reason()
	for i, action := range actions {
		if i > 0 {
			verbs = reason.New("revoke.and", verbs, action.Kind.Reason())
		}
		for _, risk := range action.Risks {
			a.Say("revoke.risk", t.ID, risk)
		}
	}
	for try := 0; ; try++ {
		_, _ = io.WriteString(a.Err, a.Text("revoke.confirm", verbs, t.ID, t.Tail()))
		line, err := lines.ReadString('\n')
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && strings.TrimSpace(line) == t.Tail():
			return nil
		case err != nil || try > 0:
			return revoke.ErrDenied
		}
		a.Say("revoke.confirm-again")
	}
}
