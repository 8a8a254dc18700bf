package account

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/cmd/internal/investigating"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/cleanup"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/akguard/akguard/verifier/revocation"
	"github.com/spf13/cobra"
)

// cleanupOptions are the flags of cleanup.
type cleanupOptions struct {
	acting      acting
	report      string
	known       string
	only        []string
	unknown     bool
	plan        string
	savePlan    string
	printPolicy bool
}

func (a *app) cleanup() *cobra.Command {
	var o cleanupOptions
	cmd := &cobra.Command{
		Use:  "cleanup [REPORT]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.report = args[0]
			}
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runCleanUp(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.known, "known", "", "")
	f.StringSliceVar(&o.only, "only", nil, "")
	f.BoolVar(&o.unknown, "unknown", false, "")
	f.StringVar(&o.plan, "plan", "", "")
	f.StringVar(&o.savePlan, "save-plan", "", "")
	f.BoolVar(&o.printPolicy, "print-policy", false, "")
	o.acting.flags(f)
	cmd.AddCommand(a.cleanupResume(), a.cleanupUndo())
	return cmd
}

// check refuses flags that contradict each other.
func (o cleanupOptions) check() error {
	switch {
	case o.plan != "" && (o.report != "" || o.savePlan != "" || o.unknown || o.printPolicy):
		return command.Usage("usage.cleanup-plan-excludes")
	case o.plan == "" && o.report == "":
		return command.Usage("usage.cleanup-report")
	}
	return o.acting.checkYes()
}

// checkYes wants the account to be named where nobody is asked: a script may have the wrong credential.
func (o acting) checkYes() error {
	if o.yes && o.cloud.Account == "" {
		return command.Usage("usage.cleanup-yes")
	}
	return nil
}

func (a *app) runCleanUp(ctx context.Context, o cleanupOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	known, err := investigating.ReadKnown(o.known)
	if err != nil {
		return err
	}
	var r *incident.Report
	if o.plan == "" {
		if r, err = o.part(known); err != nil {
			return err
		}
	}
	q := cleanup.Request{Known: known, Unknown: o.unknown}
	if o.printPolicy {
		policy := cleanup.Policy(r.Result, r.Snapshot, q)
		if policy == "" {
			a.Say("cleanup.no-policy")
			return nil
		}
		_, err := fmt.Fprintln(a.Out, policy)
		return err
	}
	s, err := a.prepareCleaner(ctx, o.acting, known)
	if err != nil {
		return err
	}
	p, err := o.makePlan(ctx, s, r, q)
	if err != nil {
		return cleanUpFailure(ctx, err)
	}
	if unused := cleanup.Choose(p, o.only); len(unused) > 0 {
		return command.Usage("usage.cleanup-only", strings.Join(unused, ", "))
	}
	a.showCleanUp(p, s.source)
	if o.savePlan != "" {
		return a.saveCleanUp(o.savePlan, p)
	}
	return a.carryOutCleanUp(ctx, s, p)
}

// part returns the report of the account to clean up, judged with what is known.
func (o cleanupOptions) part(known investigate.Known) (*incident.Report, error) {
	g, _, err := investigating.ReadReport(o.report)
	if err != nil {
		return nil, err
	}
	var parts []incident.Part
	for _, p := range g.Accounts {
		if p.Entered() && (o.acting.cloud.Account == "" || o.acting.cloud.Account == p.Account) {
			parts = append(parts, p)
		}
	}
	if len(parts) != 1 {
		return nil, command.Usage("usage.cleanup-account", o.report, len(parts))
	}
	r := parts[0].Report
	if o.known != "" {
		r.Result = investigate.Judge(r.Snapshot, investigate.Options{Known: known})
	}
	return r, nil
}

// cleaner makes clean-ups, and knows what earlier runs did.
type cleaner struct {
	*cleanup.Cleaner
	history *revocation.History
	source  reason.Reason // of the credential
	options acting
}

func (a *app) prepareCleaner(ctx context.Context, o acting, known investigate.Known) (*cleaner, error) {
	conn, err := o.cloud.Connect(a.App)
	if err != nil {
		return nil, err
	}
	find := o.cloud
	find.Account = "" // the cleaner checks it
	admin, err := find.Administrator(ctx, conn)
	if err != nil {
		return nil, err
	}
	c, err := cleanup.New(cleanup.Options{Connection: conn, Admin: admin, Account: o.cloud.Account, Known: known})
	if err != nil {
		return nil, cloud.AsUsage(err)
	}
	h, err := a.readHistory(o)
	return &cleaner{c, h, admin.Source, o}, err
}

// makePlan makes a plan, or reads one from a file.
func (o cleanupOptions) makePlan(ctx context.Context, s *cleaner, r *incident.Report, q cleanup.Request) (*revocation.Plan, error) {
	if o.plan == "" {
		return s.Plan(ctx, r.Result, r.Snapshot, q)
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
	if p.Goal != revocation.ToCleanUp {
		return nil, command.Usage("usage.plan", o.plan, reason.New("cleanup.not-a-clean-up"))
	}
	return p, nil
}

func (a *app) saveCleanUp(name string, p *revocation.Plan) error {
	if err := a.writePlan(name, p); err != nil {
		return err
	}
	if len(p.Actions) == 0 {
		a.Say("revoke.empty-plan-saved", name)
		return nil
	}
	a.Say("cleanup.plan-saved", name)
	return nil
}

func (a *app) cleanupResume() *cobra.Command {
	var o acting
	cmd := &cobra.Command{
		Use:  "resume",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runCleanUpResume(cmd.Context(), o)
		},
	}
	o.flags(cmd.Flags())
	return cmd
}

func (a *app) runCleanUpResume(ctx context.Context, o acting) error {
	if err := o.checkYes(); err != nil {
		return err
	}
	s, err := a.prepareCleaner(ctx, o, investigate.Known{})
	if err != nil {
		return err
	}
	h := *s.history
	h.Open = h.Unclean
	if len(h.Open) == 0 && len(h.Broken) > 0 && o.journal == "" { // those runs may be unfinished
		return command.Failed(command.ExitCloud, "cleanup.unreadable-journals", len(h.Broken))
	}
	name, err := a.unfinished(o, &h)
	if err != nil || name == "" {
		return err
	}
	j, err := revocation.OpenJournal(name)
	if err != nil {
		return inWordsOfCleanUp(journalFailure(err, reason.New("revoke.name-another-journal")))
	}
	defer j.Close()
	if p := j.Left(); p != nil {
		a.showCleanUp(p, s.source)
	}
	steps, err := s.Resume(ctx, cleanup.RunOptions{Approver: a.wholeApprover(o), Journal: j, OnStep: a.showCleanUpStep})
	if err == nil && len(steps) == 0 {
		a.Say("revoke.nothing-was-left")
	}
	return a.concludeCleanUp(ctx, steps, err)
}

func (a *app) cleanupUndo() *cobra.Command {
	var o acting
	var only []string
	cmd := &cobra.Command{
		Use:  "undo [JOURNAL]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			return a.runCleanUpUndo(cmd.Context(), o, args, only)
		},
	}
	cmd.Flags().StringSliceVar(&only, "only", nil, "")
	o.flags(cmd.Flags())
	return cmd
}

func (a *app) runCleanUpUndo(ctx context.Context, o acting, args, only []string) error {
	if err := o.checkYes(); err != nil {
		return err
	}
	s, err := a.prepareCleaner(ctx, o, investigate.Known{})
	if err != nil {
		return err
	}
	deeds, err := toUndoOf(s.history, args)
	if err != nil {
		return err
	}
	p, err := s.PlanUndo(ctx, deeds)
	if err != nil {
		return cleanUpFailure(ctx, err)
	}
	if unused := cleanup.Choose(p, only); len(unused) > 0 {
		return command.Usage("usage.cleanup-only", strings.Join(unused, ", "))
	}
	a.showCleanUp(p, s.source)
	return a.carryOutCleanUp(ctx, s, p)
}

// toUndoOf returns what the clean-up of a journal did, or the last of all.
func toUndoOf(h *revocation.History, args []string) ([]revocation.Deed, error) {
	all := h.Deeds()
	if len(args) > 0 {
		var err error
		if all, err = revocation.ReadDeeds(args[0]); err != nil {
			return nil, command.Usage("usage.cleanup-undo-journal", args[0], err)
		}
	}
	all = slices.DeleteFunc(all, func(d revocation.Deed) bool { return d.Goal != revocation.ToCleanUp })
	if len(all) == 0 {
		return nil, command.Usage("usage.cleanup-nothing-to-undo")
	}
	last := all[len(all)-1].Journal
	return slices.DeleteFunc(all, func(d revocation.Deed) bool { return d.Journal != last }), nil
}
