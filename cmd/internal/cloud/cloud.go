// Package cloud has the flags that every command which talks to Alibaba Cloud shares, and makes the connection that they
// ask for.
package cloud

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/connection"
	"github.com/akguard/akguard/verifier/credentials"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/pflag"
)

// Flags are the flags of every command that talks to Alibaba Cloud.
type Flags struct {
	CAFile    string
	Region    string
	Endpoints []string
	Profile   string
	Account   string
	Verbose   bool

	Base connection.Options // what the flags add to; the zero value but in tests
}

// AddTo adds the flags to a command.
func (o *Flags) AddTo(f *pflag.FlagSet) {
	f.StringVar(&o.CAFile, "ca-file", "", "")
	f.StringVar(&o.Region, "region", "", "")
	f.StringVar(&o.Region, "sts-region", "", "") // the old name of --region
	_ = f.MarkHidden("sts-region")               // fails only for flags that do not exist
	f.StringArrayVar(&o.Endpoints, "endpoint", nil, "")
	f.StringVar(&o.Profile, "profile", "", "")
	f.StringVar(&o.Account, "account", "", "")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "")
}

// URLs returns the endpoints that flags and environment name, by service.
func (o Flags) URLs() (map[string]string, error) {
	urls := map[string]string{}
	for _, service := range connection.Services() {
		urls[service] = os.Getenv("AKGUARD_ENDPOINT_" + strings.ToUpper(service))
	}
	for _, e := range o.Endpoints {
		name, value, _ := strings.Cut(e, "=")
		if value == "" || !slices.Contains(connection.Services(), name) {
			return nil, command.Usage("usage.endpoint", e, strings.Join(connection.Services(), ", "))
		}
		urls[name] = value
	}
	return urls, nil
}

var accountNumber = regexp.MustCompile(`^[0-9]{16}$`)

// Connect prepares the connection that all packages of a command share. It makes no call.
func (o Flags) Connect(a *command.App) (*connection.Connection, error) {
	if o.Account != "" && !accountNumber.MatchString(o.Account) {
		return nil, command.Usage("usage.account", o.Account)
	}
	urls, err := o.URLs()
	if err != nil {
		return nil, err
	}
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	opts := o.Base
	opts.Region, opts.Endpoints, opts.RootCAs, opts.UserAgent = o.Region, urls, roots, UserAgent()
	if o.Verbose {
		opts.Trace = (&caller{app: a}).say
	}
	c, err := connection.New(opts)
	return c, AsUsage(err)
}

// Administrator finds the credential that acts. The name of its source is a reason.
func (o Flags) Administrator(ctx context.Context, c *connection.Connection) (*credentials.Credential, error) {
	found, err := credentials.Find(ctx, credentials.Options{
		Profile: o.Profile, Account: o.Account, Connection: c, Metadata: os.Getenv("AKGUARD_ENDPOINT_METADATA"),
	})
	return found, AsUsage(err)
}

// AsUsage gives an error of the configuration its exit code.
func AsUsage(err error) error {
	var known *reason.Error
	if errors.As(err, &known) {
		return &command.Failure{Err: err, Code: command.ExitUsage}
	}
	return err
}

// caller writes calls for --verbose, one line at a time. It names no key: values stay masked everywhere.
type caller struct {
	app *command.App
	mu  sync.Mutex
}

func (r *caller) say(c connection.Call) {
	if c.Quiet {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.app.Progress.Clear()
	took := c.Took.Round(time.Millisecond)
	if c.Code == "" && c.Failed {
		r.app.Say("cloud.call-failed", c.Service, c.Action, took)
		return
	}
	r.app.Say("cloud.call", c.Service, c.Action, cmp.Or(c.Code, "OK"), took)
}

// roots are the system's certificates and those of --ca-file; nil is the system's alone.
func (o Flags) roots() (*x509.CertPool, error) {
	if o.CAFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, command.Usage("usage.ca-file", o.CAFile, osfile.WithoutPath(err))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, command.Usage("usage.ca-file-empty", o.CAFile)
	}
	return pool, nil
}

// UserAgent identifies akguard to the services.
func UserAgent() string { return "akguard/" + command.Version() }
