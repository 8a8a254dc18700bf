package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/cobra"
)

// revokeOptions are the flags of revoke.
type revokeOptions struct {
	acting      acting
	subject     string // an ID or a report
	disable     bool
	remove      bool
	quarantine  []string
	now         bool
	plan        string
	savePlan    string
	useLeaked   bool
	secretStdin bool
}

const revokeExitCodes = `Exit codes:
  0    done, or planned, or nothing was left to do
  2    usage or configuration error, also: no administrator's credential
  4    a cloud action failed or was refused, or something could not be done
  130  interrupted; akguard revoke resume goes on
`

const revokeLong = `Take a leaked key out of use, safely: plan, disable, watch, delete; each can be undone.

Name the key's ID, or a report of scan --format jsonl --show-secrets, whose keys are all meant. Without --disable,
--quarantine or --delete the plan is shown and nothing is changed.

  --disable         makes the key inactive. It can be made active again: akguard revoke undo
  --quarantine      leaves the key active, but only from these addresses
  --delete          deletes an inactive key, a day after it was disabled (--watch-time), or at once with --now. Alibaba
                    Cloud keeps it in a recycle bin for about a month: akguard revoke undo takes it out
  revoke watch      shows who uses the key, or still tries to

Before anything is changed you confirm each key by the last characters of its ID; --yes does it where there is no
terminal. One no ends all. Nothing is changed if a key is no longer as the plan saw it. A journal is written before and
after each call, without any ID or secret; what was interrupted, akguard revoke resume finishes.

The credential that acts is an administrator's: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and
ALIBABA_CLOUD_SECURITY_TOKEN, or a profile of the aliyun command, an OIDC role or an ECS role. It needs
ram:ListAccessKeys, ram:UpdateAccessKey, ram:DeleteAccessKey and ram:GetUser; AliyunRAMFullAccess has them.
--use-leaked-key lets the leaked key disable itself, where there is no other: mostly it may not.

` + revokeExitCodes

const revokeExample = `  akguard revoke ID                       what would happen
  akguard revoke ID --disable             freeze it now
  akguard revoke watch ID                 who breaks, who still tries
  akguard revoke ID --delete              a day later
  akguard revoke undo ID                  one step back
  akguard revoke report.jsonl --disable --yes`

func (a *app) revoke() *cobra.Command {
	var o revokeOptions
	cmd := &cobra.Command{
		Use:     "revoke [ID | REPORT]",
		Short:   "Disable, quarantine or delete a leaked key, and undo it",
		Long:    revokeLong,
		Example: revokeExample,
		Args:    cobra.MaximumNArgs(1),
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
	f.BoolVar(&o.disable, "disable", false, "make the key inactive")
	f.BoolVar(&o.remove, "delete", false, "delete the key, if it has been inactive for the time to watch")
	f.StringSliceVar(&o.quarantine, "quarantine", nil, "let the key work from these addresses only: `CIDR,…`")
	f.BoolVar(&o.now, "now", false, "with --delete: without waiting, and with --disable both at once")
	f.DurationVar(&o.acting.watchTime, "watch-time", defaultWatch, "with --delete: how long the key must have been inactive, up to 8760h")
	f.StringVar(&o.plan, "plan", "", "do exactly what the plan in `FILE` says")
	f.StringVar(&o.savePlan, "save-plan", "", "write the plan to `FILE` and change nothing")
	f.BoolVar(&o.useLeaked, "use-leaked-key", false, "let the leaked key disable itself; its secret is in the report, or is asked for")
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "with --use-leaked-key: read the secret from standard input")
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

// acts reports whether something shall be changed.
func (o revokeOptions) acts() bool {
	return o.savePlan == "" && (o.disable || o.remove || len(o.quarantine) > 0 || o.plan != "")
}

func (o revokeOptions) goal() revoke.Goal {
	switch {
	case len(o.quarantine) > 0:
		return revoke.ToQuarantine
	case o.disable && o.remove:
		return revoke.ToRemove
	case o.remove:
		return revoke.ToDelete
	}
	return revoke.ToDisable
}

func (o revokeOptions) check() error {
	usage := func(text, hint string) error { return &failure{errors.New(text), hint, exitUsage} }
	restricts := len(o.quarantine) > 0
	switch {
	case o.plan != "" && (o.subject != "" || o.disable || o.remove || restricts || o.savePlan != ""):
		return usage("--plan excludes an ID and what is to be done: both stand in the plan", "leave one of them out")
	case o.plan == "" && o.subject == "":
		return usage("there is no key to do anything about", "name an ID, or a report that scan --format jsonl --show-secrets has written")
	case restricts && (o.disable || o.remove):
		return usage("--quarantine excludes --disable and --delete", "quarantine leaves the key active; take one of them")
	case o.now && !o.remove:
		return usage("--now goes with --delete", "leave it out: disabling happens at once")
	case o.acting.watchTime != defaultWatch && (!o.remove || o.now):
		return usage("--watch-time goes with --delete, and without --now", "leave one of them out")
	case o.acting.watchTime < time.Second || o.acting.watchTime > longestWatch:
		return usage("--watch-time has to be between 1s and 8760h", "name a time such as 24h; --now deletes without waiting")
	case o.disable && o.remove && !o.now:
		return usage("--disable and --delete at once leave no time to watch what breaks", "disable first and delete later, or add --now")
	case o.secretStdin && !o.useLeaked:
		return usage("--secret-stdin goes with --use-leaked-key", "leave it out")
	case o.useLeaked && o.plan != "":
		return usage("--use-leaked-key does not go with --plan", "name the ID or the report with --disable in place of the plan")
	case o.useLeaked && (o.remove || restricts):
		return usage("--use-leaked-key can disable only", "take an administrator's credential for the rest")
	}
	return checkQuarantine(o.quarantine)
}

// checkQuarantine refuses addresses that are none, or all. No addresses are fine.
func checkQuarantine(cidrs []string) error {
	if len(cidrs) == 0 {
		return nil
	}
	if err := revoke.CheckRanges(cidrs); err != nil {
		return &failure{fmt.Errorf("--quarantine: %w", err), "name addresses and ranges that the key's owner uses", exitUsage}
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
	if o.plan == "" { // else they stand in the plan
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
		if err == nil && a.code == exitOK && len(p.Actions) > 0 {
			a.sayNext(p.Goal)
		}
		return err
	}
	if len(p.Actions) > 0 {
		terminal.Say(a.Err, "nothing was changed; --disable does it")
	}
	return nil
}

// makePlan plans, or reads a plan that was made before.
func (a *app) makePlan(ctx context.Context, o revokeOptions, s *session, subjects []revoke.Subject) (*revoke.Plan, error) {
	if o.plan == "" {
		w := revoke.Want{Goal: o.goal(), CIDRs: o.quarantine, Now: o.now, History: s.history}
		return s.revoker.Plan(ctx, subjects, w)
	}
	const hint = "name a file that --save-plan has written"
	file, err := os.Open(o.plan)
	if err != nil {
		return nil, &failure{fmt.Errorf("--plan %s: %w", o.plan, cause(err)), hint, exitUsage}
	}
	defer file.Close()
	p, err := revoke.ReadPlan(file)
	if err != nil {
		return nil, &failure{fmt.Errorf("--plan %s: %w", o.plan, err), hint, exitUsage}
	}
	return p, nil
}

func (a *app) savePlan(name string, p *revoke.Plan) error {
	out, err := openOutput(name, a.Out, true)
	if err == nil {
		a.onAbandon(out.discard)
		defer out.discard()
		if err = p.Write(out); err == nil {
			err = out.commit()
		}
	}
	if err != nil {
		return &failure{fmt.Errorf("--save-plan %s: %w", name, err), "name a file in a folder that exists and can be written", exitUsage}
	}
	if len(p.Actions) == 0 {
		terminal.Say(a.Err, "nothing was changed, and %s holds nothing to do", name)
		return nil
	}
	terminal.Say(a.Err, "nothing was changed; akguard revoke --plan %s does it", name)
	return nil
}
