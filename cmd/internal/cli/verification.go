package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/akguard/akguard/verifier/sts"
	"github.com/spf13/pflag"
)

// verification is what scan and verify let one choose about asking STS.
type verification struct {
	endpoints  []string
	region     string
	caFile     string
	noProbe    bool
	candidates int
	timeout    time.Duration
	remember   bool
	inventory  bool
	radius     string
	profile    string
	verbose    bool
}

func (o *verification) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.endpoints, "endpoint", nil, "another endpoint, `SERVICE=URL`; also in AKGUARD_ENDPOINT_STS and so on")
	f.StringVar(&o.region, "sts-region", "", "ask the STS of this `REGION`, such as cn-beijing")
	f.StringVar(&o.caFile, "ca-file", "", "trust the certificates in this PEM `FILE` too, such as those of a proxy")
	f.BoolVar(&o.noProbe, "no-probe", false, "ask nothing about an ID whose secret was not found")
	f.IntVar(&o.candidates, "max-candidates", 5, "try at most `N` secrets that stand near an ID, best first")
	f.DurationVar(&o.timeout, "verify-timeout", time.Minute, "`TIME` for all checks together; what is left then is unknown; 0 is no limit")
	f.BoolVar(&o.inventory, "inventory", false, "say whether each key is one of your own, as an administrator's credential can tell")
	f.StringVar(&o.radius, "blast-radius", "none", "say what live keys can do, by policies that `WHO` reads: admin, leaked-key or none")
	f.StringVar(&o.profile, "profile", "", "take the administrator's credential from this `PROFILE` of ~/.aliyun/config.json")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "say each question to STS, and how it was answered; values stay masked")
	f.BoolVar(&o.remember, "verdict-cache", false, "remember verdicts for the next run: live ones 10 minutes, dead ones an hour")
}

// What is sent, how often. STS takes up to 100 calls a second of an account. A fifth of that leaves the rest to its
// owner's programs, which may hang on the same key, and checks 1,200 credentials in the default time. The burst lets the
// few keys of most scans wait for nothing: even the first second sees 60 calls at the most.
const (
	callsPerSecond = 20
	callsAtOnce    = 40
)

// What is worth another try: a throttled call is, after half a second, one, and two.
const (
	retries    = 3
	retryPause = 500 * time.Millisecond
)

// offlineAfter is how many credentials in a row may find no network before the others are not tried.
const offlineAfter = 3

// check refuses values that make no sense.
func (o verification) check() error {
	switch {
	case o.candidates < 1:
		return &failure{fmt.Errorf("--max-candidates %d is too few", o.candidates), "it is 1 or more; --no-verify asks about none", exitUsage}
	case o.timeout < 0:
		return &failure{fmt.Errorf("--verify-timeout %s is negative", o.timeout), "it is a time such as 90s or 5m, or 0 for no limit", exitUsage}
	}
	switch {
	case o.radius != "none" && o.radius != "admin" && o.radius != "leaked-key":
		return &failure{fmt.Errorf("--blast-radius %s is not known", o.radius), "it is admin, leaked-key or none", exitUsage}
	case o.profile != "" && !o.needsAdmin():
		return &failure{errors.New("--profile needs --inventory or --blast-radius admin"), "the profile is an administrator's, and nothing else asks for one", exitUsage}
	}
	_, err := o.endpoint("sts")
	return err
}

// verifier makes the verifier that the flags ask for. The caller saves what it remembers.
func (a *app) verifier(ctx context.Context, o verification, quiet bool) (verifier.Verifier, *cache.Cache, error) {
	endpoint, err := o.endpoint("sts")
	if err != nil {
		return nil, nil, err
	}
	roots, err := o.roots()
	if err != nil {
		return nil, nil, err
	}
	v, err := sts.New(sts.Options{Endpoint: endpoint, UserAgent: userAgent(), RootCAs: roots, NoProbe: o.noProbe})
	if err != nil {
		return nil, nil, badEndpoint(err)
	}
	if o.verbose && !quiet {
		v = &told{next: v, app: a}
	}
	v = verifier.Limit(v, verifier.Rate{PerSecond: callsPerSecond, Burst: callsAtOnce})
	v = verifier.Retry(v, retries, retryPause)
	v = verifier.Breaker(v, offlineAfter)
	v = verifier.Budget(v, o.timeout)
	c, err := a.remembering(v, o, quiet)
	if err != nil {
		return nil, nil, err
	}
	v, err = o.overOthers(ctx, c, roots)
	return v, c, err
}

// remembering wraps v in a cache, with a file if that was asked for.
func (a *app) remembering(v verifier.Verifier, o verification, quiet bool) (*cache.Cache, error) {
	var opts cache.Options
	if o.remember {
		dir, err := cacheDir()
		if err != nil {
			return nil, &failure{fmt.Errorf("--verdict-cache: %w", err), "set AKGUARD_CACHE_DIR to a folder of your own, or leave out --verdict-cache", exitUsage}
		}
		opts.File = filepath.Join(dir, "verdicts.json")
	}
	c := cache.New(v, opts)
	if err := c.Ignored(); err != nil && !quiet {
		terminal.Say(a.Err, "verdict cache: starting with an empty one: %v", err)
	}
	return c, nil
}

// saveVerdicts keeps what was found out for the next run. That it cannot spoils nothing.
func (a *app) saveVerdicts(c *cache.Cache) {
	if c == nil {
		return
	}
	if err := c.Save(); err != nil {
		terminal.Say(a.Err, "verdict cache: the next run will ask again: %v", err)
	}
}

// services are those that have an endpoint of their own.
func services() []string { return []string{"sts", "ram", "ims", "actiontrail", "resourcemanager"} }

// endpoint returns the endpoint of a service: the flag's, else the environment's, else "".
func (o verification) endpoint(service string) (string, error) {
	url := os.Getenv("AKGUARD_ENDPOINT_" + strings.ToUpper(service))
	if o.region != "" && service == "sts" {
		if len(o.endpoints) > 0 {
			return "", &failure{errors.New("--sts-region and --endpoint exclude each other"), "leave one of them out", exitUsage}
		}
		if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(o.region) {
			return "", &failure{fmt.Errorf("--sts-region %s is no region", o.region), "it is a name such as cn-beijing or ap-southeast-1", exitUsage}
		}
		url = "https://sts." + o.region + ".aliyuncs.com"
	}
	for _, e := range o.endpoints {
		name, value, ok := strings.Cut(e, "=")
		if !ok || value == "" || !slices.Contains(services(), name) {
			return "", &failure{fmt.Errorf("--endpoint %s is not SERVICE=URL with a known service", e),
				"the services are: " + strings.Join(services(), ", "), exitUsage}
		}
		if name == service {
			url = value
		}
	}
	return url, nil
}

// roots are the system's certificates and those of --ca-file; nil is the system's alone.
func (o verification) roots() (*x509.CertPool, error) {
	if o.caFile == "" {
		return nil, nil
	}
	const hint = "name a file with certificates in PEM form: -----BEGIN CERTIFICATE-----"
	text, err := os.ReadFile(o.caFile)
	if err != nil {
		return nil, &failure{fmt.Errorf("--ca-file %s: %w", o.caFile, cause(err)), hint, exitUsage}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, &failure{fmt.Errorf("--ca-file %s holds no certificate", o.caFile), hint, exitUsage}
	}
	return pool, nil
}
