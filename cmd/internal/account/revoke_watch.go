package account

import (
	"context"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/account"
	"github.com/akguard/akguard/verifier/revoke"
	"github.com/akguard/akguard/verifier/usage"
	"github.com/spf13/cobra"
)

// watchOptions are the flags of watch.
type watchOptions struct {
	acting   acting
	subject  string
	since    time.Duration
	lasts    time.Duration // how long to keep looking; 0 means once
	interval time.Duration
	regions  []string // where to look; all if empty
}

func (a *app) revokeWatch() *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:  "watch ID",
		Args: command.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkActing(cmd.Flags()); err != nil {
				return err
			}
			o.subject = args[0]
			return a.runWatch(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.since, "since", 24*time.Hour, "")
	f.DurationVar(&o.lasts, "for", 0, "")
	f.DurationVar(&o.interval, "interval", time.Minute, "")
	f.StringSliceVar(&o.regions, "regions", nil, "")
	o.acting.cloud.AddTo(f)
	return cmd
}

const (
	trailKeeps    = 90 * 24 * time.Hour // how long ActionTrail's events can be looked up
	longestLook   = 7 * 24 * time.Hour
	shortestPause = time.Second // ActionTrail allows two calls a second, and other programs need them too
)

func (o watchOptions) check() error {
	switch {
	case o.since <= 0 || o.since > trailKeeps:
		return command.Usage("usage.since")
	case o.lasts < 0 || o.lasts > longestLook:
		return command.Usage("usage.for")
	case o.lasts > 0 && (o.interval < shortestPause || o.interval > o.lasts):
		return command.Usage("usage.interval")
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
	start := time.Now()
	look := func() (*revoke.Impact, error) { // the window grows: its start stays
		return s.revoker.Impact(ctx, revoke.Subject{ID: id}, revoke.Look{Last: o.since + time.Since(start), Regions: o.regions})
	}
	i, err := s.revoker.Impact(ctx, revoke.Subject{ID: id}, revoke.Look{Last: o.since, Regions: o.regions, Ever: true})
	if err != nil {
		return cloudFailure(ctx, err)
	}
	if len(o.regions) == 0 {
		o.regions = i.Regions // they need not be asked for again
	}
	a.showImpact(i)
	return a.keepWatching(ctx, o, i, look)
}

// keepWatching looks again and again, and shows what is new. A failed look is reported, and the next one is tried.
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
			a.Code = command.ExitCloud
			a.Say("watch.failed", err)
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
		a.Line("watch.state-changed", i.Until, i.Target.ID, i.State.Reason())
	}
	before := make(map[usage.Caller]bool)
	for _, c := range seen.Callers {
		before[c] = true
	}
	for _, c := range i.Callers {
		if !before[c] {
			a.showCaller(c)
		}
	}
	a.showUnread(i)
}

// showImpact writes who uses a key, for a person.
func (a *app) showImpact(i *revoke.Impact) {
	a.Line("watch.key", i.Target.ID, i.Target.Owner.Reason(), i.State.Reason(), lastUse(i))
	for _, c := range i.Callers {
		a.showCaller(c)
	}
	if len(i.Callers) == 0 && i.NoCallers.IsZero() { // an empty list says something only if it was read
		a.Line("watch.no-calls", i.Since, i.Until)
	}
	if i.Partial {
		a.Line("watch.partial")
	}
	a.showEver(i.Ever)
	a.Line("watch.regions", len(i.Regions), few(i.Regions))
	a.Line("watch.limits", int(usage.Delay.Minutes()), i.Until.Add(usage.Delay))
	a.showUnread(i)
}

// few lists the first of many names.
func few(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// showEver writes the addresses and services that are remembered of a key.
func (a *app) showEver(ever []account.Usage) {
	named := map[string][]string{}
	for _, u := range ever {
		named[u.Kind] = append(named[u.Kind], u.Value)
	}
	if len(named["ip"]) > 0 {
		a.Line("watch.addresses", len(named["ip"]), few(named["ip"]))
	}
	if len(named["product"]) > 0 {
		a.Line("watch.products", len(named["product"]), few(named["product"]))
	}
}

func lastUse(i *revoke.Impact) reason.Reason {
	switch {
	case !i.NoLastUse.IsZero():
		return reason.New("watch.last-use-unknown")
	case i.LastUsed.IsZero():
		return reason.New("watch.never-used")
	case i.Service == "":
		return reason.New("revoke.used", i.LastUsed)
	}
	return reason.New("revoke.used-in", i.LastUsed, i.Service)
}

func (a *app) showCaller(c usage.Caller) {
	calls := reason.New("watch.calls", c.Calls)
	if c.Failed > 0 {
		calls = reason.New("watch.calls-refused", c.Calls, c.Failed)
	}
	a.Line("watch.caller", c.Service, c.SourceIP, c.UserAgent, calls, c.Last)
}

// showUnread writes what could not be read.
func (a *app) showUnread(i *revoke.Impact) {
	if i.Unread() {
		a.Code = command.ExitCloud
	}
	if !i.NoLastUse.IsZero() {
		a.Line("watch.no-last-use", i.NoLastUse)
	}
	if !i.NoCallers.IsZero() {
		a.Line("watch.no-events", i.NoCallers, i.Since, i.Until)
	}
	a.showBlind(i.Ledger)
}

// showBlind writes which questions had no answer, those with the same reason together.
func (a *app) showBlind(l account.Ledger) {
	type gap struct{ ask, why string }
	var order []gap
	regions := map[gap][]string{}
	for _, e := range l {
		if e.Outcome != account.Denied && e.Outcome != account.Failed {
			continue
		}
		g := gap{e.Action, a.Print(e.Why)}
		if _, seen := regions[g]; !seen {
			order = append(order, g)
		}
		if e.Region != "" {
			regions[g] = append(regions[g], e.Region)
		}
	}
	for _, g := range order {
		if in := regions[g]; len(in) > 0 {
			a.Line("watch.blind-in", g.ask, len(in), few(in), g.why)
		} else {
			a.Line("watch.blind", g.ask, g.why)
		}
	}
}
