package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/spf13/cobra"
)

const watchLong = `Show who uses a key, or still tries to: its last use, and the calls that ActionTrail recorded, by service, address and
program. Of a key that is active they break when it is disabled; of one that is not, those whose calls fail now need
another key, or are who found the leaked one.

With --for it goes on looking for that time, each --interval, and shows what is new; Ctrl-C ends it. ActionTrail shows a
call some minutes after it was made.

` + revokeExitCodes

// watchOptions are the flags of watch.
type watchOptions struct {
	acting   acting
	subject  string
	since    time.Duration
	lasts    time.Duration // how long to go on; 0 is to look once
	interval time.Duration
}

func (a *app) revokeWatch() *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:     "watch ID",
		Short:   "Show who uses a key, or still tries to",
		Long:    watchLong,
		Example: "  akguard revoke watch ID --since 72h\n  akguard revoke watch ID --for 1h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			o.subject = args[0]
			return a.runWatch(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.since, "since", 24*time.Hour, "look this `TIME` back, up to 2160h")
	f.DurationVar(&o.lasts, "for", 0, "go on for this `TIME`, and show what is new; look once if not given")
	f.DurationVar(&o.interval, "interval", time.Minute, "with --for: look each `TIME`")
	o.acting.identity(f)
	return cmd
}

const (
	trailKeeps    = 90 * 24 * time.Hour // how long ActionTrail's events can be looked up
	longestLook   = 7 * 24 * time.Hour
	shortestPause = time.Second // ActionTrail answers two calls a second, and others need them too
)

func (o watchOptions) check() error {
	switch {
	case o.since <= 0 || o.since > trailKeeps:
		return &failure{errors.New("--since must lie between now and 90 days ago"), "it is a time such as 24h; events are kept for 2160h", exitUsage}
	case o.lasts < 0 || o.lasts > longestLook:
		return &failure{errors.New("--for must not be longer than 7 days"), "it is a time such as 1h, up to 168h", exitUsage}
	case o.lasts > 0 && (o.interval < shortestPause || o.interval > o.lasts):
		return &failure{errors.New("--interval must lie between 1s and the time of --for"), "it is a time such as 1m", exitUsage}
	}
	return nil
}

func (a *app) runWatch(ctx context.Context, o watchOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	id, err := givenID(o.subject)
	if err != nil {
		return err
	}
	s, err := a.prepare(ctx, o.acting, nil)
	if err != nil {
		return err
	}
	begin := time.Now()
	look := func() (*revoke.Impact, error) {
		return s.revoker.Impact(ctx, revoke.Subject{ID: id}, begin.Add(-o.since))
	}
	i, err := look()
	if err != nil {
		return cloudFailure(ctx, err)
	}
	a.showImpact(i)
	return a.keepWatching(ctx, o, i, look)
}

// keepWatching looks again and again, and shows what is new. A look that fails is told, and does not end it.
func (a *app) keepWatching(ctx context.Context, o watchOptions, seen *revoke.Impact, look func() (*revoke.Impact, error)) error {
	end := time.Now().Add(o.lasts)
	for time.Until(end) >= o.interval {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(o.interval):
		}
		i, err := look()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			a.code = exitCloud
			terminal.Say(a.Err, "looking again: %v", err)
			continue
		}
		a.showNews(seen, i)
		seen = i
	}
	return nil
}

// showNews writes what has changed since the last look.
func (a *app) showNews(seen, i *revoke.Impact) {
	if seen.State != i.State {
		terminal.Line(a.Out, "%s: %s is %s now", stamp(time.Now()), i.Target.ID, i.State.String())
	}
	before := make(map[revoke.Caller]bool)
	for _, c := range seen.Callers {
		before[c] = true
	}
	for _, c := range i.Callers {
		if !before[c] {
			a.showCaller(c)
		}
	}
	a.showMissing(i)
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
	terminal.Line(a.Out, "%s of %s is %s; last used %s", i.Target.ID, i.Target.Owner.String(), i.State.String(), used)
	for _, c := range i.Callers {
		a.showCaller(c)
	}
	if len(i.Callers) == 0 {
		terminal.Line(a.Out, "  no calls are recorded since %s; ActionTrail does not record all services' data", stamp(i.Since))
	}
	if i.Partial {
		terminal.Line(a.Out, "  there are more calls than these, all of them older")
	}
	a.showMissing(i)
}

func (a *app) showCaller(c revoke.Caller) {
	failed := ""
	if c.Failed > 0 {
		failed = fmt.Sprintf(", %d of them refused", c.Failed)
	}
	terminal.Line(a.Out, "  %s from %s (%s): %s%s, last %s", c.Service, c.SourceIP, c.UserAgent, count(c.Calls, "call"), failed, stamp(c.Last))
}

// showMissing tells what could not be read.
func (a *app) showMissing(i *revoke.Impact) {
	for _, m := range i.Missing {
		a.code = exitCloud
		terminal.Line(a.Out, "  not known: %s", m)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
