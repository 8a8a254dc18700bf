package scanning

import (
	"context"
	"path/filepath"
	"strconv"
	"time"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/akguard/akguard/verifier/services"
	"github.com/akguard/akguard/verifier/sts"
	"github.com/spf13/pflag"
)

// Verification is how scan and verify ask STS.
type Verification struct {
	Cloud      cloud.Flags
	NoProbe    bool
	Candidates int
	timeout    time.Duration
	cached     bool
	inventory  bool
	radius     string
	services   bool // ask single services, too, which sends them the credential
}

// Flags adds the flags to a command.
func (o *Verification) Flags(f *pflag.FlagSet) {
	o.Cloud.AddTo(f)
	f.BoolVar(&o.NoProbe, "no-probe", false, "")
	f.IntVar(&o.Candidates, "max-candidates", 5, "")
	f.DurationVar(&o.timeout, "verify-timeout", time.Minute, "")
	f.BoolVar(&o.inventory, "inventory", false, "")
	f.StringVar(&o.radius, "blast-radius", "none", "")
	f.BoolVar(&o.cached, "verdict-cache", false, "")
}

// VerifyFlag adds the flag --verify, which also takes the word services.
func (o *Verification) VerifyFlag(f *pflag.FlagSet, verify *bool) {
	*verify = true
	f.Var(&verifyFlag{verify, &o.services}, "verify", "")
	f.Lookup("verify").NoOptDefVal = "true"
}

// verifyFlag is true, false or services.
type verifyFlag struct{ verify, services *bool }

// Services is the value of --verify with which single services are asked, too.
const Services = "services"

// String implements pflag.Value.
func (v *verifyFlag) String() string {
	if v.services != nil && *v.services {
		return Services
	}
	return strconv.FormatBool(v.verify == nil || *v.verify)
}

// Set implements pflag.Value.
func (v *verifyFlag) Set(text string) error {
	if text == Services {
		*v.verify, *v.services = true, true
		return nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return err
	}
	*v.verify, *v.services = on, false
	return nil
}

// Type implements pflag.Value.
func (v *verifyFlag) Type() string { return "bool" }

// A throttled call is worth another try: after half a second, one, and two.
const (
	retries    = 3
	retryPause = 500 * time.Millisecond
)

// offlineAfter is how many credentials in a row may find STS unreachable before the others are not tried.
const offlineAfter = 3

// Check refuses invalid values.
func (o Verification) Check() error {
	switch {
	case o.Candidates < 1:
		return command.Usage("usage.max-candidates", o.Candidates)
	case o.timeout < 0:
		return command.Usage("usage.verify-timeout", o.timeout)
	case o.radius != "none" && o.radius != "admin" && o.radius != "leaked-key":
		return command.Usage("usage.blast-radius", o.radius)
	case o.Cloud.Profile != "" && !o.NeedsAdmin():
		return command.Usage("usage.needs-admin", "--profile")
	case o.Cloud.Account != "" && !o.NeedsAdmin():
		return command.Usage("usage.needs-admin", "--account")
	}
	_, err := o.Cloud.URLs()
	return err
}

// Verifier makes the verifier that the flags ask for. The caller saves the cache.
func (a *Runner) Verifier(ctx context.Context, o Verification, quiet bool) (verifier.Verifier, *cache.Cache, error) {
	o.Cloud.Verbose = o.Cloud.Verbose && !quiet
	conn, err := o.Cloud.Connect(a.App)
	if err != nil {
		return nil, nil, err
	}
	v, err := sts.New(sts.Options{Connection: conn, NoProbe: o.NoProbe})
	if err != nil {
		return nil, nil, cloud.AsUsage(err)
	}
	v = a.wrapped(v, "STS", o)
	if o.services {
		single := services.New(services.Options{Connection: conn})
		for t, asked := range single {
			single[t] = a.wrapped(asked, string(t), o)
		}
		v = single.Or(v)
	}
	v = verifier.Budget(v, o.timeout)
	c, err := a.withCache(v, o, quiet)
	if err != nil {
		return nil, nil, err
	}
	v, err = a.withOwners(ctx, c, o, conn)
	return v, c, err
}

// wrapped adds to a verifier of one service what all have: each its own, so that a service out of reach stops only questions to
// itself.
func (a *Runner) wrapped(v verifier.Verifier, name string, o Verification) verifier.Verifier {
	if o.Cloud.Verbose {
		v = &verbose{next: v, app: a, name: name}
	}
	return verifier.Breaker(verifier.Retry(v, retries, retryPause), offlineAfter)
}

// withCache wraps v in a cache, with a file if the flags ask for one.
func (a *Runner) withCache(v verifier.Verifier, o Verification, quiet bool) (*cache.Cache, error) {
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

// SaveVerdicts keeps the verdicts for the next run. A failure is reported, but is not an error.
func (a *Runner) SaveVerdicts(c *cache.Cache) {
	if c == nil {
		return
	}
	if err := c.Save(); err != nil {
		a.Say("verdict-cache.not-saved", err)
	}
}
