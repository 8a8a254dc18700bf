package cli

import (
	"cmp"
	"context"
	"crypto/x509"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/credentials"
	"github.com/spf13/pflag"
)

// cloudFlags are the flags of every command that talks to Alibaba Cloud.
type cloudFlags struct {
	caFile    string
	region    string
	endpoints []string
	profile   string
	account   string
	verbose   bool
}

func (o *cloudFlags) flags(f *pflag.FlagSet) {
	f.StringVar(&o.caFile, "ca-file", "", "")
	f.StringVar(&o.region, "region", "", "")
	f.StringVar(&o.region, "sts-region", "", "") // the old name of --region
	_ = f.MarkHidden("sts-region")               // fails only for flags that do not exist
	f.StringArrayVar(&o.endpoints, "endpoint", nil, "")
	f.StringVar(&o.profile, "profile", "", "")
	f.StringVar(&o.account, "account", "", "")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "")
}

// urls returns the endpoints that flags and environment name, by service.
func (o cloudFlags) urls() (map[string]string, error) {
	urls := map[string]string{}
	for _, service := range connection.Services() {
		urls[service] = os.Getenv("AKGUARD_ENDPOINT_" + strings.ToUpper(service))
	}
	for _, e := range o.endpoints {
		name, value, _ := strings.Cut(e, "=")
		if value == "" || !slices.Contains(connection.Services(), name) {
			return nil, usage("usage.endpoint", e, strings.Join(connection.Services(), ", "))
		}
		urls[name] = value
	}
	return urls, nil
}

var accountNumber = regexp.MustCompile(`^[0-9]{16}$`)

// connect prepares the connection that all packages of a command share. It makes no call.
func (a *app) connect(o cloudFlags) (*connection.Connection, error) {
	if o.account != "" && !accountNumber.MatchString(o.account) {
		return nil, usage("usage.account", o.account)
	}
	urls, err := o.urls()
	if err != nil {
		return nil, err
	}
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	opts := connection.Options{Region: o.region, Endpoints: urls, RootCAs: roots, UserAgent: userAgent()}
	if o.verbose {
		opts.Trace = a.sayCall
	}
	c, err := connection.New(opts)
	return c, asUsage(err)
}

// administrator finds the credential that acts. The name of its source is a reason.
func (a *app) administrator(ctx context.Context, o cloudFlags, c *connection.Connection) (*credentials.Credential, error) {
	found, err := credentials.Find(ctx, credentials.Options{
		Profile: o.profile, Account: o.account, Connection: c, Metadata: os.Getenv("AKGUARD_ENDPOINT_METADATA"),
	})
	return found, asUsage(err)
}

// asUsage gives an error of the configuration its exit code.
func asUsage(err error) error {
	if _, ok := known(err); ok {
		return &failure{err: err, code: exitUsage}
	}
	return err
}

// sayCall writes one call to a service, for --verbose. It names no key: values stay masked everywhere.
func (a *app) sayCall(c connection.Call) {
	if c.Quiet {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.progress.clear()
	took := c.Took.Round(time.Millisecond)
	if c.Code == "" && c.Failed {
		a.say("cloud.call-failed", c.Service, c.Action, took)
		return
	}
	a.say("cloud.call", c.Service, c.Action, cmp.Or(c.Code, "OK"), took)
}

// roots are the system's certificates and those of --ca-file; nil is the system's alone.
func (o cloudFlags) roots() (*x509.CertPool, error) {
	if o.caFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(o.caFile)
	if err != nil {
		return nil, usage("usage.ca-file", o.caFile, cause(err))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, usage("usage.ca-file-empty", o.caFile)
	}
	return pool, nil
}

func userAgent() string { return "akguard/" + buildVersion() }
