package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/term"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/akguard/akguard/verifier/sts"
	"github.com/spf13/cobra"
)

// respondOptions are the flags of respond.
type respondOptions struct {
	acting     acting
	subject    string
	quarantine []string
	lang       string
}

const respondLong = `Go through the first ten minutes after a leak in one flow, with a running clock: whose key it is and what depends on it;
freeze it (disable it, or quarantine it with --quarantine); who used it and still tries to; and what only a person can do,
in the order in which it matters. Nothing is deleted. Before the key is frozen you confirm it, as with akguard revoke.

Without an administrator's credential it says what a person can do, and how to freeze the key by hand.

` + revokeExitCodes

func (a *app) respond() *cobra.Command {
	var o respondOptions
	cmd := &cobra.Command{
		Use:     "respond ID",
		Short:   "The first ten minutes after a leak, in one flow",
		Long:    respondLong,
		Example: "  akguard respond ID\n  akguard respond ID --quarantine 203.0.113.0/24 --lang zh",
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
	f.StringVar(&o.lang, "lang", "", "speak this `LANGUAGE`: en or zh; that of the locale if not given")
	o.acting.flags(f)
	return cmd
}

// response is one run of respond.
type response struct {
	*app
	words words
	start time.Time
}

func (a *app) runRespond(ctx context.Context, o respondOptions) error {
	w, err := wordsOf(o.lang)
	if err != nil {
		return err
	}
	id, err := givenID(o.subject)
	if err != nil {
		return err
	}
	if len(o.quarantine) > 0 {
		if err := revoke.CheckRanges(o.quarantine); err != nil {
			return &failure{fmt.Errorf("--quarantine: %w", err), "name addresses and ranges that the key's owner uses", exitUsage}
		}
	}
	r := &response{a, w, time.Now()}
	s, err := a.prepare(ctx, o.acting, nil)
	if err != nil {
		r.probe(ctx, o.acting, id)
	} else {
		err = r.act(ctx, o, s, id)
	}
	if ctx.Err() != nil {
		return err
	}
	// Whatever went wrong, the person who has ten minutes is told what to do with them.
	r.handOver(err != nil || a.code != exitOK)
	return err
}

// say writes one line of the flow, with the time that has passed.
func (r *response) say(format string, args ...any) {
	passed := time.Since(r.start).Round(time.Second)
	term.Line(r.Out, "[%02d:%02d] "+format, append([]any{int(passed.Minutes()), int(passed.Seconds()) % 60}, args...)...)
}

// probe says what STS tells everybody about an ID, where there is nobody to act.
func (r *response) probe(ctx context.Context, o acting, id rules.Secret) {
	v, err := sts.New(sts.Options{Endpoint: o.endpoint("sts"), UserAgent: userAgent()})
	if err != nil {
		return // it is said in the end that nothing could be done
	}
	r.say(r.words.works, id.String())
	verdict := v.Verify(ctx, rules.Credential{Type: rules.AccessKeyID, ID: id})
	term.Line(r.Out, "  %s: %s", verdict.Status.String(), verdict.Reason)
}

// act freezes the key and looks who needs it.
func (r *response) act(ctx context.Context, o respondOptions, s *session, id rules.Secret) error {
	r.say(r.words.whose, id.String())
	want := revoke.Want{Goal: revoke.ToDisable, CIDRs: o.quarantine, History: s.history}
	if len(o.quarantine) > 0 {
		want.Goal = revoke.ToQuarantine
	}
	subject := revoke.Subject{ID: id}
	p, err := s.revoker.Plan(ctx, []revoke.Subject{subject}, want)
	if err != nil {
		return cloudFailure(ctx, err)
	}
	r.showPlan(p, s.source)
	if len(p.Actions) > 0 {
		r.say(r.words.freeze)
	}
	err = r.carryOut(ctx, s, p)
	if err != nil && ctx.Err() != nil {
		return err
	}
	if p.Blocked() {
		return err
	}
	r.say(r.words.impact)
	return errors.Join(err, r.impact(ctx, s, subject))
}

func (r *response) impact(ctx context.Context, s *session, subject revoke.Subject) error {
	i, err := s.revoker.Impact(ctx, subject, time.Now().Add(-24*time.Hour))
	if err != nil {
		return cloudFailure(ctx, err)
	}
	r.showImpact(i)
	return nil
}

// handOver lists what only a person can do.
func (r *response) handOver(failed bool) {
	if failed {
		r.say(r.words.byHand)
	} else {
		r.say(r.words.frozen)
	}
	r.say(r.words.people)
	for i, step := range r.words.steps {
		term.Line(r.Out, "  %d. %s", i+1, step)
	}
	r.say(r.words.later)
	for _, step := range r.words.next {
		term.Line(r.Out, "  - %s", step)
	}
}

// wordsOf chooses the language: what was asked for, else the locale's.
func wordsOf(lang string) (words, error) {
	switch lang {
	case "en":
		return english, nil
	case "zh":
		return chinese, nil
	case "":
		locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
		if strings.HasPrefix(locale, "zh") {
			return chinese, nil
		}
		return english, nil
	}
	return words{}, &failure{fmt.Errorf("--lang %s is not known", lang), "it is en or zh", exitUsage}
}
