package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/akguard/akguard/cmd/internal/term"
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
		term.Say(a.Err, "no run has anything left to do")
		return nil
	case len(open) > 1:
		for _, name := range open {
			term.Line(a.Out, "%s", name)
		}
		return &failure{fmt.Errorf("%d runs have something left to do", len(open)), "name one of these with --journal; one that shall not go on can be deleted", exitUsage}
	default:
		name = open[0]
	}
	j, err := revoke.OpenJournal(name)
	if err != nil {
		return cloudFailure(ctx, err)
	}
	defer j.Close()
	steps, err := s.revoker.Resume(ctx, revoke.RunOptions{Approver: a.approver(o), Journal: j, History: s.history, OnStep: a.showStep})
	if err == nil && len(steps) == 0 {
		term.Say(a.Err, "nothing was left to do")
	}
	return a.concludeRun(ctx, steps, err)
}

const watchLong = `Show who uses a key, or still tries to: its last use, and the calls that ActionTrail recorded, by service, address and
program. Of a key that is active they break when it is disabled; of one that is not, those whose calls fail now need
another key, or are who found the leaked one.

` + revokeExitCodes

func (a *app) revokeWatch() *cobra.Command {
	var o acting
	since := 24 * time.Hour
	cmd := &cobra.Command{
		Use:     "watch ID",
		Short:   "Show who uses a key, or still tries to",
		Long:    watchLong,
		Example: "  akguard revoke watch ID --since 72h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runWatch(cmd.Context(), o, args[0], since)
		},
	}
	cmd.Flags().DurationVar(&since, "since", since, "look this `TIME` back, up to 2160h")
	o.identity(cmd.Flags())
	return cmd
}

// trailKeeps is how long ActionTrail's events can be looked up.
const trailKeeps = 90 * 24 * time.Hour

func (a *app) runWatch(ctx context.Context, o acting, subject string, since time.Duration) error {
	if since <= 0 || since > trailKeeps {
		return &failure{errors.New("--since must lie between now and 90 days ago"), "it is a time such as 24h; events are kept for 2160h", exitUsage}
	}
	id, err := givenID(subject)
	if err != nil {
		return err
	}
	s, err := a.prepare(ctx, o, nil)
	if err != nil {
		return err
	}
	i, err := s.revoker.Impact(ctx, revoke.Subject{ID: id}, time.Now().Add(-since))
	if err != nil {
		return cloudFailure(ctx, err)
	}
	a.showImpact(i)
	return nil
}

// showImpact writes who uses a key, for a person.
func (a *app) showImpact(i *revoke.Impact) {
	used := "never, as far as is known"
	if !i.LastUsed.IsZero() {
		used = stamp(i.LastUsed)
		if i.Service != "" {
			used += " in " + i.Service
		}
	}
	term.Line(a.Out, "%s of %s is %s; last used %s", i.Target.ID, i.Target.Owner.String(), i.State.String(), used)
	for _, c := range i.Callers {
		failed := ""
		if c.Failed > 0 {
			failed = fmt.Sprintf(", %d of them refused", c.Failed)
		}
		term.Line(a.Out, "  %s from %s (%s): %s%s, last %s", c.Service, c.SourceIP, c.UserAgent, count(c.Calls, "call"), failed, stamp(c.Last))
	}
	if len(i.Callers) == 0 {
		term.Line(a.Out, "  no calls are recorded since %s; ActionTrail does not record all services' data", stamp(i.Since))
	}
	if i.Partial {
		term.Line(a.Out, "  there are more calls than these, all of them older")
	}
	for _, m := range i.Missing {
		term.Line(a.Out, "  not known: %s", m)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
