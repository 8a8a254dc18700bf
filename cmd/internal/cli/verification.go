package cli

import (
	"context"
	"path/filepath"
	"time"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/akguard/akguard/verifier/sts"
	"github.com/spf13/pflag"
)

// verification is how scan and verify ask STS.
type verification struct {
	cloud      cloud.Flags
	noProbe    bool
	candidates int
	timeout    time.Duration
	cached     bool
	inventory  bool
	radius     string
}

func (o *verification) flags(f *pflag.FlagSet) {
	o.cloud.AddTo(f)
	f.BoolVar(&o.noProbe, "no-probe", false, "")
	f.IntVar(&o.candidates, "max-candidates", 5, "")
	f.DurationVar(&o.timeout, "verify-timeout", time.Minute, "")
	f.BoolVar(&o.inventory, "inventory", false, "")
	f.StringVar(&o.radius, "blast-radius", "none", "")
	f.BoolVar(&o.cached, "verdict-cache", false, "")
}

// A throttled call is worth another try: after half a second, one, and two.
const (
	retries    = 3
	retryPause = 500 * time.Millisecond
)

// offlineAfter is how many credentials in a row may find STS unreachable before the others are not tried.
const offlineAfter = 3

// check refuses invalid values.
func (o verification) check() error {
	switch {
	case o.candidates < 1:
		return command.Usage("usage.max-candidates", o.candidates)
	case o.timeout < 0:
		return command.Usage("usage.verify-timeout", o.timeout)
	case o.radius != "none" && o.radius != "admin" && o.radius != "leaked-key":
		return command.Usage("usage.blast-radius", o.radius)
	case o.cloud.Profile != "" && !o.needsAdmin():
		return command.Usage("usage.needs-admin", "--profile")
	case o.cloud.Account != "" && !o.needsAdmin():
		return command.Usage("usage.needs-admin", "--account")
	}
	_, err := o.cloud.URLs()
	return err
}

// verifier makes the verifier that the flags ask for. The caller saves the cache.
func (a *app) verifier(ctx context.Context, o verification, quiet bool) (verifier.Verifier, *cache.Cache, error) {
	o.cloud.Verbose = o.cloud.Verbose && !quiet
	conn, err := o.cloud.Connect(a.App)
	if err != nil {
		return nil, nil, err
	}
	v, err := sts.New(sts.Options{Connection: conn, NoProbe: o.noProbe})
	if err != nil {
		return nil, nil, cloud.AsUsage(err)
	}
	if o.cloud.Verbose {
		v = &verbose{next: v, app: a}
	}
	v = verifier.Retry(v, retries, retryPause)
	v = verifier.Breaker(v, offlineAfter)
	v = verifier.Budget(v, o.timeout)
	c, err := a.withCache(v, o, quiet)
	if err != nil {
		return nil, nil, err
	}
	v, err = a.withOwners(ctx, c, o, conn)
	return v, c, err
}

// withCache wraps v in a cache, with a file if the flags ask for one.
func (a *app) withCache(v verifier.Verifier, o verification, quiet bool) (*cache.Cache, error) {
	var opts cache.Options
	if o.cached {
		dir, err := cacheDir()
		if err != nil {
			return nil, command.Usage("usage.verdict-cache", err)
		}
		opts.File = filepath.Join(dir, "verdicts.json")
	}
	c := cache.New(v, opts)
	if err := c.Ignored(); err != nil && !quiet {
		a.Say("verdict-cache.ignored", err)
	}
	return c, nil
}

// saveVerdicts keeps the verdicts for the next run. A failure is reported, but is not an error.
func (a *app) saveVerdicts(c *cache.Cache) {
	if c == nil {
		return
	}
	if err := c.Save(); err != nil {
		a.Say("verdict-cache.not-saved", err)
	}
}
