package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/cmd/internal/words"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/akguard/akguard/verifier/sts"
	"github.com/spf13/cobra"
)

// respondOptions are the flags of respond.
type respondOptions struct {
	acting     acting
	subject    string // an ID or a report
	quarantine []string
}

const respondLong = `Go through the first ten minutes after a leak in one flow, with a running clock: whether the key works; whose it is and
what depends on it; freeze it (disable it, or quarantine it with --quarantine); who used it and still tries to; and what
only a person can do, in the order in which it matters. Nothing is deleted. Before a key is frozen you confirm it, as with
akguard revoke.

Name the key's ID, or a report of scan --format jsonl --show-secrets: all its keys are meant that may still work, and with
the secrets that stand there STS is asked again which ones do.

Without an administrator's credential it says what a person can do, and how to freeze the key by hand.

` + revokeExitCodes

func (a *app) respond() *cobra.Command {
	var o respondOptions
	cmd := &cobra.Command{
		Use:     "respond ID | REPORT",
		Short:   "The first ten minutes after a leak, in one flow",
		Long:    respondLong,
		Example: "  akguard respond ID\n  akguard respond report.jsonl --yes\n  akguard respond ID --quarantine 203.0.113.0/24 --lang zh",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			o.subject = args[0]
			return a.runRespond(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.quarantine, "quarantine", nil, "let the key work from these addresses only, in place of disabling it: `CIDR,…`")
	o.acting.flags(f)
	o.acting.batchFlags(f)
	return cmd
}

// response is one run of respond.
type response struct {
	*app
	respondOptions
	start  time.Time
	keys   []leak
	frozen bool // as far as is known
}

func (a *app) runRespond(ctx context.Context, o respondOptions) error {
	if err := a.translate(); err != nil {
		return err
	}
	if err := checkQuarantine(o.quarantine); err != nil {
		return err
	}
	keys, err := a.leaks(o.subject)
	if err != nil {
		return err
	}
	r := &response{app: a, respondOptions: o, start: time.Now(), keys: slices.DeleteFunc(keys, leak.off)}
	if len(r.keys) == 0 {
		return &failure{fmt.Errorf("%s holds no key that may still work", o.subject), "name the ID itself to look at it all the same", exitUsage}
	}
	r.check(ctx)
	s, err := a.prepare(ctx, o.acting, nil)
	if err == nil {
		err = r.act(ctx, s)
	}
	if ctx.Err() != nil {
		return err
	}
	// Whatever went wrong, the person who has ten minutes is told what to do with them.
	r.handOver()
	return err
}

// say writes one line of the flow, with the time that has passed.
func (r *response) say(format string, args ...any) {
	passed := time.Since(r.start).Round(time.Second)
	terminal.Line(r.Out, "[%02d:%02d] "+format, append([]any{int(passed.Minutes()), int(passed.Seconds()) % 60}, args...)...)
}

// check says what STS tells of the keys: with their secrets if they are known, else what it tells everybody.
func (r *response) check(ctx context.Context) {
	v, err := sts.New(sts.Options{Endpoint: r.acting.endpoint("sts"), UserAgent: userAgent()})
	if err != nil {
		return // whoever acts cannot act either, and says why
	}
	for i, k := range r.keys {
		r.say("whether %s works", k.credential.ID.String())
		verdict := v.Verify(ctx, k.credential)
		if verdict.Identity != nil {
			r.keys[i].known = verdict.Identity
		}
		terminal.Line(r.Out, "  %s: %s", verdict.Status.String(), verdict.Reason)
	}
}

// act freezes the keys and looks who needs them.
func (r *response) act(ctx context.Context, s *session) error {
	if len(r.keys) == 1 {
		r.say("whose key %s is, and what depends on it", r.keys[0].credential.ID.String())
	} else {
		r.say("whose %d keys are, and what depends on them", len(r.keys))
	}
	want := revoke.Want{Goal: revoke.ToDisable, CIDRs: r.quarantine, History: s.history}
	if len(r.quarantine) > 0 {
		want.Goal = revoke.ToQuarantine
	}
	p, err := s.revoker.Plan(ctx, subjectsOf(r.keys), want)
	if err != nil {
		return cloudFailure(ctx, err)
	}
	r.showPlan(p, s.source)
	if len(p.Actions) > 0 {
		r.say("freezing")
	}
	err = r.carryOut(ctx, s, p)
	r.frozen = err == nil && r.code == exitOK
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, r.impact(ctx, s, p))
}

// impact says who uses the keys that something could be done about.
func (r *response) impact(ctx context.Context, s *session, p *revoke.Plan) error {
	said := false
	for _, subject := range subjectsOf(r.keys) {
		if slices.ContainsFunc(p.Notes, func(n revoke.Note) bool { return n.Blocked && n.ID == subject.ID.String() }) {
			continue
		}
		if !said {
			r.say("who used it in the last 24 hours, and who still tries")
			said = true
		}
		i, err := s.revoker.Impact(ctx, subject, time.Now().Add(-24*time.Hour))
		if err != nil {
			return cloudFailure(ctx, err)
		}
		r.showImpact(i)
	}
	return nil
}

// handOver lists what only a person can do.
func (r *response) handOver() {
	switch {
	case !r.frozen:
		r.say("%s", byHand)
	case len(r.quarantine) > 0:
		r.say("the key works from the named addresses only; %s", sessionsLast)
	default:
		r.say("frozen; %s", sessionsLast)
	}
	r.say("now, what only a person can do:")
	for i, step := range peopleSteps() {
		terminal.Line(r.Out, "  %d. %s", i+1, step)
	}
	r.say("after that:")
	for _, step := range laterSteps() {
		terminal.Line(r.Out, "  - %s", step)
	}
}

const (
	byHand = "NOT known to be frozen: do it by hand at https://ram.console.aliyun.com/users (the user, AccessKey, Disable), " +
		"a root key at https://ram.console.aliyun.com/manage/ak"
	sessionsLast = "sessions that were taken on with it go on until they expire, 12 hours at most"
)

// peopleSteps are what only a person can do, the most urgent first.
func peopleSteps() []string {
	return []string{
		"call Alibaba Cloud's hotline " + revoke.Hotline + " (outside mainland China: open a ticket in the console) and say that an AccessKey leaked",
		"if the account is locked or restricted, appeal in the console: Message Center, the security notice, Appeal",
		"stop the money: Expenses and Costs, turn off automatic payment and renewal, set a spending alert",
		"lower the limit of the credit card or bank account that pays, or have the bank block it",
		"change the password of the account and of the key's user: 12 characters or more of all kinds; turn on MFA for both",
	}
}

// laterSteps are what has to be done when the ten minutes are over.
func laterSteps() []string {
	return []string{
		"look for RAM users, AccessKeys, log-in profiles and roles that nobody knows, and for changed trust policies",
		"look for security-group rules that open ports to the world, and for instances that nobody knows, in all regions",
		"give what used the key a new one, better a role; akguard revoke watch ID shows who still tries",
		"a day later akguard revoke ID --delete; akguard revoke undo ID goes one step back",
	}
}

// translate has every sentence that is still English looked up in the Chinese catalogue of sentences.
func (a *app) translate() error {
	if a.words.Language() != message.Chinese {
		return nil
	}
	chinese, err := words.Chinese()
	if err != nil {
		return fmt.Errorf("reading the Chinese words: %w", err)
	}
	a.Out, a.Err = words.Writer{Catalogue: chinese, To: a.Out}, words.Writer{Catalogue: chinese, To: a.Err}
	return nil
}
