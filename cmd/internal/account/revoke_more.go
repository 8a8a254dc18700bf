package account

import (
	"context"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/cobra"
)

func (a *app) revokeUndo() *cobra.Command {
	var o acting
	cmd := &cobra.Command{
		Use:  "undo ID",
		Args: command.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runUndo(cmd.Context(), o, args[0])
		},
	}
	o.flags(cmd.Flags())
	return cmd
}

func (a *app) runUndo(ctx context.Context, o acting, subject string) error {
	id, err := givenID(subject)
	if err != nil {
		return err
	}
	s, err := a.prepare(ctx, o, nil)
	if err != nil {
		return err
	}
	p, err := s.revoker.Plan(ctx, []revoke.Subject{{ID: id}}, revoke.Request{Goal: revoke.ToUndo, History: s.history})
	if err != nil {
		return cloudFailure(ctx, err)
	}
	a.showPlan(p, s.source)
	return a.carryOut(ctx, s, p)
}

func (a *app) revokeResume() *cobra.Command {
	var o acting
	cmd := &cobra.Command{
		Use:  "resume",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runResume(cmd.Context(), o)
		},
	}
	o.flags(cmd.Flags())
	o.batchFlags(cmd.Flags())
	return cmd
}

func (a *app) runResume(ctx context.Context, o acting) error {
	s, err := a.prepare(ctx, o, nil)
	if err != nil {
		return err
	}
	name, err := a.unfinished(o, s.history)
	if err != nil || name == "" {
		return err
	}
	j, err := revoke.OpenJournal(name)
	if err != nil {
		return journalFailure(err, reason.New("revoke.name-another-journal"))
	}
	defer j.Close()
	if p := j.Left(); p != nil && len(p.Actions) > 0 {
		a.showPlan(p, s.source)
	}
	steps, err := s.revoker.Resume(ctx, revoke.RunOptions{Approver: a.approver(o), Journal: j, History: s.history, OnStep: a.showStep})
	if err == nil && len(steps) == 0 {
		a.Say("revoke.nothing-was-left")
	}
	if o.journal == "" && len(s.history.Broken) > 0 { // one of them may be unfinished, too
		a.Code = command.ExitCloud
	}
	return a.concludeRun(ctx, steps, err)
}

// unfinished returns the journal to resume; "" if there is none.
func (a *app) unfinished(o acting, h *revoke.History) (string, error) {
	switch {
	case o.journal != "":
		return o.journal, nil
	case len(h.Open) == 1:
		return h.Open[0], nil
	case len(h.Open) > 1:
		for _, name := range h.Open {
			a.Line("revoke.open-journal", name)
		}
		return "", command.Usage("usage.several-runs", len(h.Open))
	case len(h.Broken) > 0: // those runs may be unfinished
		return "", command.Failed(command.ExitCloud, "revoke.unreadable-journals", len(h.Broken))
	}
	a.Say("revoke.no-unfinished-run")
	return "", nil
}
