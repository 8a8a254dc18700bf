package cli

import (
	"context"
	"fmt"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/cobra"
)

const undoLong = `Take one step back: a deleted key out of the recycle bin, where it is inactive; an inactive key active again; a
quarantined one to where it worked before. What the last step was, the journals say.

` + revokeExitCodes

func (a *app) revokeUndo() *cobra.Command {
	var o acting
	cmd := &cobra.Command{
		Use:     "undo ID",
		Short:   "Take the last step about a key back",
		Long:    undoLong,
		Example: "  akguard revoke undo ID",
		Args:    cobra.ExactArgs(1),
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
	p, err := s.revoker.Plan(ctx, []revoke.Subject{{ID: id}}, revoke.Want{Goal: revoke.ToUndo, History: s.history})
	if err != nil {
		return cloudFailure(ctx, err)
	}
	a.showPlan(p, s.source)
	return a.carryOut(ctx, s, p)
}

const resumeLong = `Finish a run that was interrupted, or whose actions failed in part. What a call did whose answer never came is read, and
what is left is done, after it is approved again. Without --journal the runs that are not finished are looked for.

` + revokeExitCodes

func (a *app) revokeResume() *cobra.Command {
	var o acting
	cmd := &cobra.Command{
		Use:     "resume",
		Short:   "Finish an interrupted run",
		Long:    resumeLong,
		Example: "  akguard revoke resume",
		Args:    cobra.NoArgs,
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
	name := o.journal
	switch open := s.history.Open; {
	case name != "":
	case len(open) == 0:
		terminal.Say(a.Err, "no run has anything left to do")
		return nil
	case len(open) > 1:
		for _, name := range open {
			terminal.Line(a.Out, "%s", name)
		}
		return &failure{fmt.Errorf("%d runs have something left to do", len(open)), "name one of these with --journal; one that shall not go on can be deleted", exitUsage}
	default:
		name = open[0]
	}
	j, err := revoke.OpenJournal(name)
	if err != nil {
		return journalFailure(err, "name another with --journal, or plan again: akguard revoke")
	}
	defer j.Close()
	steps, err := s.revoker.Resume(ctx, revoke.RunOptions{Approver: a.approver(o), Journal: j, History: s.history, OnStep: a.showStep})
	if err == nil && len(steps) == 0 {
		terminal.Say(a.Err, "nothing was left to do")
	}
	return a.concludeRun(ctx, steps, err)
}
