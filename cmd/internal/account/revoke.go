package account

import (
	"context"
	"os"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/akguard/akguard/verifier/revoke/keypolicy"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// revokeOptions are the flags of revoke.
type revokeOptions struct {
	acting      acting
	subject     string // an ID or a report
	disable     bool
	remove      bool
	quarantine  quarantine
	now         bool
	plan        string
	savePlan    string
	useLeaked   bool
	secretStdin bool
}

func (a *app) revoke() *cobra.Command {
	var o revokeOptions
	cmd := &cobra.Command{
		Use:  "revoke [ID | REPORT]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.subject = args[0]
			}
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runRevoke(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.disable, "disable", false, "")
	f.BoolVar(&o.remove, "delete", false, "")
	o.quarantine.flags(f)
	f.BoolVar(&o.now, "now", false, "")
	f.DurationVar(&o.acting.watchTime, "watch-time", defaultWatch, "")
	f.StringVar(&o.plan, "plan", "", "")
	f.StringVar(&o.savePlan, "save-plan", "", "")
	f.BoolVar(&o.useLeaked, "use-leaked-key", false, "")
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "")
	o.acting.flags(f)
	o.acting.batchFlags(f)
	cmd.AddCommand(a.revokeUndo(), a.revokeResume(), a.revokeWatch())
	return cmd
}

// How long a key must have been inactive when it is deleted.
const (
	defaultWatch = 24 * time.Hour
	longestWatch = 365 * 24 * time.Hour
)

// acts reports whether the flags ask for a change.
func (o revokeOptions) acts() bool {
	return o.savePlan == "" && (o.disable || o.remove || o.quarantine.asked() || o.plan != "")
}

func (o revokeOptions) goal() revocation.Goal {
	switch {
	case o.quarantine.asked():
		return revocation.ToQuarantine
	case o.disable && o.remove:
		return revocation.ToRemove
	case o.remove:
		return revocation.ToDelete
	}
	return revocation.ToDisable
}

func (o revokeOptions) check() error {
	restricts := o.quarantine.asked()
	switch {
	case o.plan != "" && (o.subject != "" || o.disable || o.remove || restricts || o.savePlan != ""):
		return command.Usage("usage.plan-excludes")
	case o.plan == "" && o.subject == "":
		return command.Usage("usage.no-key")
	case restricts && (o.disable || o.remove):
		return command.Usage("usage.quarantine-excludes")
	case o.now && !o.remove:
		return command.Usage("usage.now")
	case o.acting.watchTime != defaultWatch && (!o.remove || o.now):
		return command.Usage("usage.watch-time-alone")
	case o.acting.watchTime < time.Second || o.acting.watchTime > longestWatch:
		return command.Usage("usage.watch-time")
	case o.disable && o.remove && !o.now:
		return command.Usage("usage.disable-and-delete")
	case o.secretStdin && !o.useLeaked:
		return command.Usage("usage.secret-stdin-alone")
	case o.useLeaked && o.plan != "":
		return command.Usage("usage.leaked-key-plan")
	case o.useLeaked && (o.remove || restricts):
		return command.Usage("usage.leaked-key-only-disables")
	}
	return o.quarantine.check()
}

// quarantine are the flags that say from where a key still works.
type quarantine struct {
	cidrs, vpcs []string
}

func (q *quarantine) flags(f *pflag.FlagSet) {
	f.StringSliceVar(&q.cidrs, "quarantine", nil, "")
	f.StringSliceVar(&q.vpcs, "quarantine-vpc", nil, "")
}

// asked reports whether a key is to be restricted.
func (q quarantine) asked() bool { return len(q.cidrs)+len(q.vpcs) > 0 }

// check refuses what is not an address, a range or a VPC. Empty lists are fine.
func (q quarantine) check() error {
	if !q.asked() {
		return nil
	}
	if _, err := keypolicy.AllowList(q.cidrs, q.vpcs); err != nil {
		return command.Usage("usage.quarantine", err)
	}
	return nil
}

func (a *app) runRevoke(ctx context.Context, o revokeOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	var keys []leak
	var leaked *rules.Credential
	var err error
	if o.plan == "" { // else the plan names them
		keys, err = a.leaks(o.subject)
	}
	if err == nil && o.useLeaked {
		leaked, err = a.leakedKey(o, keys)
	}
	if err != nil {
		return err
	}
	s, err := a.prepare(ctx, o.acting, leaked)
	if err != nil {
		return err
	}
	p, err := a.makePlan(ctx, o, s, subjectsOf(keys))
	if err != nil {
		return cloudFailure(ctx, err)
	}
	a.showPlan(p, s.source)
	switch {
	case o.savePlan != "":
		return a.savePlan(o.savePlan, p)
	case o.acts():
		err := a.carryOut(ctx, s, p)
		if err == nil && a.Code == command.ExitOK && len(p.Actions) > 0 {
			a.sayNext(p.Goal)
		}
		return err
	}
	if len(p.Actions) > 0 {
		a.Say("revoke.nothing-changed")
	}
	return nil
}

// makePlan makes a plan, or reads one from a file.
func (a *app) makePlan(ctx context.Context, o revokeOptions, s *actor, subjects []revoke.Subject) (*revocation.Plan, error) {
	if o.plan == "" {
		q := revoke.Request{Goal: o.goal(), CIDRs: o.quarantine.cidrs, VPCs: o.quarantine.vpcs, Now: o.now, History: s.history}
		return s.revoker.Plan(ctx, subjects, q)
	}
	file, err := os.Open(o.plan)
	if err != nil {
		return nil, command.Usage("usage.plan", o.plan, osfile.WithoutPath(err))
	}
	defer file.Close()
	p, err := revocation.ReadPlan(file)
	if err != nil {
		return nil, command.Usage("usage.plan", o.plan, err)
	}
	if p.Goal.CleanUp() {
		return nil, command.Usage("usage.plan", o.plan, reason.New("revoke.plan-of-clean-up"))
	}
	return p, nil
}

func (a *app) savePlan(name string, p *revocation.Plan) error {
	if err := a.writePlan(name, p); err != nil {
		return err
	}
	if len(p.Actions) == 0 {
		a.Say("revoke.empty-plan-saved", name)
		return nil
	}
	a.Say("revoke.plan-saved", name)
	return nil
}

func (a *app) writePlan(name string, p *revocation.Plan) error {
	out, err := command.OpenOutput(name, a.Out, true)
	if err == nil {
		a.OnAbandon(out.Discard)
		defer out.Discard()
		if err = p.Write(out); err == nil {
			err = out.Commit()
		}
	}
	if err != nil {
		return command.Usage("usage.save-plan", name, osfile.WithoutPath(err))
	}
	return nil
}
