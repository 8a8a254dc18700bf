package account

import (
	"context"
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/cobra"
)

func (a *app) revokeUndo() *cobra.Command {
	var o acting
	cmd := &cobra.Command{
		Use:  "undo ID | JOURNAL",
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
	subjects, history, err := a.toUndo(subject)
	if err != nil {
		return err
	}
	o.maxKeys = max(o.maxKeys, len(subjects)) // a journal has as many as were approved
	s, err := a.prepare(ctx, o, nil)
	if err != nil {
		return err
	}
	if history != nil {
		s.history = history
	}
	p, err := s.revoker.Plan(ctx, subjects, revoke.Request{Goal: revocation.ToUndo, History: s.history})
	if err != nil {
		return cloudFailure(ctx, err)
	}
	a.showPlan(p, s.source)
	return a.carryOut(ctx, s, p)
}

// toUndo returns the key with an ID, or those on which a run did something if a journal is named, with the journals beside
// it.
func (a *app) toUndo(name string) ([]revoke.Subject, *revocation.History, error) {
	if info, err := os.Stat(name); err != nil || info.IsDir() {
		id, err := givenID(name)
		return []revoke.Subject{{ID: id}}, nil, err
	}
	subjects, err := revoke.ReadJournal(name)
	if err != nil {
		return nil, nil, command.Usage("usage.undo-journal", name, err)
	}
	if len(subjects) == 0 {
		return nil, nil, command.Usage("usage.undo-nothing", name)
	}
	h, err := a.readHistory(acting{journal: name})
	return subjects, h, err
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
	j, err := revocation.OpenJournal(name)
	if err != nil {
		return journalFailure(err, reason.New("revoke.name-another-journal"))
	}
	defer j.Close()
	if p := j.Left(); p != nil && len(p.Actions) > 0 {
		a.showPlan(p, s.source)
	}
	steps, err := s.revoker.Resume(ctx, revoke.RunOptions{Approver: a.approver(o, a.lines()), Journal: j, History: s.history, OnStep: a.showStep})
	if err == nil && len(steps) == 0 {
		a.Say("revoke.nothing-was-left")
	}
	if keys := j.Unplanned(); keys > 0 && err == nil {
		a.Say("revoke.freeze-was-cut", keys)
	}
	if o.journal == "" && len(s.history.Broken) > 0 { // one of them may be unfinished, too
		a.Code = command.ExitCloud
	}
	return a.concludeRun(ctx, steps, err)
}

// unfinished returns the journal to resume; "" if there is none.
func (a *app) unfinished(o acting, h *revocation.History) (string, error) {
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
