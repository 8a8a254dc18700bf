package account

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/printable"
	"github.com/akguard/akguard/verifier/change"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
)

// safe makes the names in a fact fit to print: a thief has chosen some of them.
func safe(r reason.Reason) reason.Reason { return r.Map(printable.Text) }

// showCleanUp writes a plan for a person: what is done, why, what it may break and what undoes it, and then what only a person can do.
func (a *app) showCleanUp(p *revocation.Plan, source reason.Reason) {
	a.showOpening(p, source)
	for i, action := range p.Actions {
		a.Line("revoke.plan-item", i+1, safe(action.Reason()), safe(action.From.Reason()), safe(action.To.Reason()))
		for _, why := range action.Why {
			a.Line("cleanup.row-found", safe(why))
		}
		for _, risk := range action.Risks {
			a.Line("revoke.row-risk", safe(risk))
		}
		a.Line("revoke.row-undo", action.Undo)
	}
	for _, n := range p.Notes {
		if n.Person {
			a.showForPerson(n)
			continue
		}
		n.ID, n.Text, n.Hint = printable.Text(n.ID), safe(n.Text), inCleanUp(n.Hint)
		a.showNote(n)
	}
	if len(p.Actions) == 0 {
		a.Line("revoke.nothing-left")
	}
}

// showForPerson writes what only a person can do something about.
func (a *app) showForPerson(n revocation.Note) {
	if n.ID == "" {
		a.Line("cleanup.person-all", safe(n.Text))
	} else {
		a.Line("cleanup.person", printable.Text(n.ID), safe(n.Text))
	}
	if !n.Hint.IsZero() {
		a.Line("revoke.row-do", n.Hint)
	}
}

// inCleanUp says what to do in the words of this command, where the one for revocations names another.
func inCleanUp(hint reason.Reason) reason.Reason {
	switch hint.Code {
	case "revoke.resume-reads":
		return reason.New("cleanup.resume-reads")
	case "revoke.resume-tries":
		return reason.New("cleanup.resume-tries")
	case "revoke.grant-permission":
		return reason.New("cleanup.grant-permission")
	case "revoke.try-again-hint":
		return reason.New("cleanup.try-again-hint")
	case "revoke.journal-writing-hint":
		return reason.New("cleanup.journal-writing-hint")
	case "revoke.journal-reading-hint":
		return reason.New("cleanup.journal-reading-hint")
	}
	return hint
}

// cleanUpFailure is cloudFailure with a hint in the words of this command.
func cleanUpFailure(ctx context.Context, err error) error {
	return inWordsOfCleanUp(cloudFailure(ctx, err))
}

// inWordsOfCleanUp has the hint of a failure name this command.
func inWordsOfCleanUp(err error) error {
	var f *command.Failure
	if !errors.As(err, &f) {
		return err
	}
	if found, ok := known(f.Err); ok && inCleanUp(found.Hint).Code != found.Hint.Code {
		return &command.Failure{Err: &reason.Error{Reason: found.Reason, Hint: inCleanUp(found.Hint), Err: f.Err}, Code: f.Code}
	}
	return err
}

// carryOutCleanUp runs a plan, if somebody can be asked or has approved.
func (a *app) carryOutCleanUp(ctx context.Context, s *cleaner, p *revocation.Plan) error {
	approver := a.wholeApprover(s.options)
	switch {
	case len(p.Actions) == 0:
		return nil
	case approver == nil:
		a.Say("cleanup.nothing-changed")
		return nil
	}
	if n := len(s.history.Unclean); n > 0 {
		a.Say("cleanup.open-runs", n)
	}
	j, err := s.options.newJournal()
	if err != nil {
		return err
	}
	defer j.Close()
	steps, err := s.Run(ctx, p, cleanup.RunOptions{Approver: approver, Journal: j, OnStep: a.showCleanUpStep})
	err = a.concludeCleanUp(ctx, steps, err)
	if err == nil && p.Goal == revocation.ToCleanUp {
		a.Say("cleanup.next", quoted(j.Name()))
	}
	return err
}

// showCleanUpStep writes the outcome of an action.
func (a *app) showCleanUpStep(s change.Step) {
	a.Line("revoke.step", outcomeOf(s.Outcome), safe(s.Action.Reason()))
	if s.Err != nil {
		a.Line("revoke.row-why", safe(reason.Of(s.Err)))
		a.Line("revoke.row-do", inCleanUp(s.Hint()))
	}
}

// concludeCleanUp sets the exit code.
func (a *app) concludeCleanUp(ctx context.Context, steps []change.Step, err error) error {
	if errors.Is(err, revoke.ErrDenied) {
		return command.Failed(command.ExitCloud, "cleanup.not-approved")
	}
	if ctx.Err() != nil && len(steps) > 0 {
		a.Say("cleanup.resume-goes-on")
	}
	if err != nil {
		return cleanUpFailure(ctx, err)
	}
	left := 0
	for _, s := range steps {
		if !s.Over() {
			left++
		}
	}
	if left > 0 {
		a.Code = command.ExitCloud
		a.Say("cleanup.actions-left", left)
	}
	return nil
}

// wholeApprover asks once about a whole plan; nil if nobody can be asked and nothing was approved.
func (a *app) wholeApprover(o acting) revoke.Approver {
	if o.yes {
		return revoke.ApproverFunc(func(context.Context, []revocation.Action) error { return nil })
	}
	lines := a.lines()
	if lines == nil {
		return nil
	}
	return revoke.ApproverFunc(func(ctx context.Context, actions []revocation.Action) error {
		return a.confirmAll(ctx, lines, actions)
	})
}

// confirmAll has a person type the end of the account's number, and asks again once.
func (a *app) confirmAll(ctx context.Context, lines *bufio.Reader, actions []revocation.Action) error {
	number := actions[0].Target.Owner.Account
	tail := number[max(0, len(number)-4):]
	for try := 0; ; try++ {
		_, _ = io.WriteString(a.Err, a.Text("cleanup.confirm", len(actions), number, tail))
		line, err := lines.ReadString('\n')
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && strings.TrimSpace(line) == tail:
			return nil
		case err != nil || try > 0:
			return revoke.ErrDenied
		}
		a.Say("cleanup.confirm-again")
	}
}
