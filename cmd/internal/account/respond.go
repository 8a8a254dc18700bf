package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
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

func (a *app) respond() *cobra.Command {
	var o respondOptions
	cmd := &cobra.Command{
		Use:  "respond ID | REPORT",
		Args: command.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			o.subject = args[0]
			return a.runRespond(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.quarantine, "quarantine", nil, "")
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
	frozen bool // as far as akguard knows
}

func (a *app) runRespond(ctx context.Context, o respondOptions) error {
	if err := checkQuarantine(o.quarantine); err != nil {
		return err
	}
	keys, err := a.leaks(o.subject)
	if err != nil {
		return err
	}
	r := &response{app: a, respondOptions: o, start: time.Now(), keys: slices.DeleteFunc(keys, leak.off)}
	if len(r.keys) == 0 {
		return command.Usage("usage.no-live-key", o.subject)
	}
	s, err := a.prepare(ctx, o.acting, nil)
	r.check(ctx, s)
	if err == nil {
		err = r.act(ctx, s)
	}
	if ctx.Err() != nil {
		return err
	}
	// Whatever failed, the user has ten minutes and needs to know what to do with them.
	r.handOver()
	return err
}

// tell writes one line of the flow, with the time that has passed.
func (r *response) tell(key string, args ...any) {
	passed := int(time.Since(r.start).Round(time.Second).Seconds())
	_, _ = fmt.Fprintf(r.Out, "[%02d:%02d] %s\n", passed/60, passed%60, r.Text(key, args...))
}

// check reports what STS says about the keys: with their secrets if they are known, else about the IDs alone.
func (r *response) check(ctx context.Context, s *actor) {
	conn, err := r.acting.cloud.Connect(r.App)
	if s != nil {
		conn, err = s.connection, nil
	}
	if err != nil {
		return // nothing can act either, and that is reported
	}
	v, err := sts.New(sts.Options{Connection: conn})
	if err != nil {
		return
	}
	for i, k := range r.keys {
		r.tell("respond.does-it-work", k.credential.ID.String())
		verdict := v.Verify(ctx, k.credential)
		if verdict.Identity != nil {
			r.keys[i].known = verdict.Identity
		}
		r.Line("respond.verdict", reason.New("report.status."+verdict.Status.String()), verdict.Reason)
	}
}

// act freezes the keys, and finds out who needs them.
func (r *response) act(ctx context.Context, s *actor) error {
	if len(r.keys) == 1 {
		r.tell("respond.whose-key", r.keys[0].credential.ID.String())
	} else {
		r.tell("respond.whose-keys", len(r.keys))
	}
	request := revoke.Request{Goal: revoke.ToDisable, CIDRs: r.quarantine, History: s.history}
	if len(r.quarantine) > 0 {
		request.Goal = revoke.ToQuarantine
	}
	p, err := s.revoker.Plan(ctx, subjectsOf(r.keys), request)
	if err != nil {
		return cloudFailure(ctx, err)
	}
	r.showPlan(p, s.source)
	if len(p.Actions) > 0 {
		r.tell("respond.freezing")
	}
	err = r.carryOut(ctx, s, p)
	r.frozen = err == nil && r.Code == command.ExitOK
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, r.impact(ctx, s, p))
}

// impact shows who uses the keys, except those with which nothing could be done.
func (r *response) impact(ctx context.Context, s *actor, p *revoke.Plan) error {
	told := false
	for _, subject := range subjectsOf(r.keys) {
		if slices.ContainsFunc(p.Notes, func(n revoke.Note) bool { return n.Blocked && n.ID == subject.ID.String() }) {
			continue
		}
		if !told {
			r.tell("respond.who-used-it")
			told = true
		}
		i, err := s.revoker.Impact(ctx, subject, 24*time.Hour)
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
		r.tell("respond.not-frozen")
	case len(r.quarantine) > 0:
		r.tell("respond.quarantined")
	default:
		r.tell("respond.frozen")
	}
	r.tell("respond.now")
	for i, step := range urgentSteps() {
		r.Line("respond.urgent-step", i+1, step)
	}
	r.tell("respond.later")
	for _, step := range laterSteps() {
		r.Line("respond.later-step", step)
	}
}

// urgentSteps are what only a person can do, the most urgent first.
func urgentSteps() []reason.Reason {
	return []reason.Reason{
		reason.New("respond.call-hotline", revoke.Hotline),
		reason.New("respond.appeal"),
		reason.New("respond.stop-payment"),
		reason.New("respond.lower-limits"),
		reason.New("respond.change-passwords"),
	}
}

// laterSteps are for after the first ten minutes.
func laterSteps() []reason.Reason {
	return []reason.Reason{
		reason.New("respond.unknown-users"),
		reason.New("respond.unknown-servers"),
		reason.New("respond.new-keys"),
		reason.New("respond.delete-later"),
	}
}
