package sweeping

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// githubOptions are the flags of sweep github.
type githubOptions struct {
	workFlags
	extraFlags
	scope        github.Scope
	noForks      bool
	noArchived   bool
	pushedSince  string
	state        string
	listen       string
	listenCert   string
	listenKey    string
	again        bool
	allHeads     bool
	allowPartial bool
	format       string
	output       string
	failOn       string
	all          bool
	noProgress   bool
}

func (a *app) github() *cobra.Command {
	var o githubOptions
	cmd := &cobra.Command{
		Use:  "github",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			if err := o.check(); err != nil {
				return err
			}
			return (&githubRun{app: a, opts: o}).run(cmd.Context())
		},
	}
	f := cmd.Flags()
	o.scopeTo(f)
	o.addTo(f)
	f.StringVar(&o.state, "state", "", "")
	f.StringVar(&o.listen, "listen", "", "")
	f.StringVar(&o.listenCert, "listen-cert", "", "")
	f.StringVar(&o.listenKey, "listen-key", "", "")
	f.BoolVar(&o.again, "again", false, "")
	f.BoolVar(&o.allHeads, "all-heads", false, "")
	o.extrasTo(f)
	f.BoolVar(&o.allowPartial, "allow-partial", false, "")
	f.StringVarP(&o.format, "format", "f", "text", "")
	f.StringVarP(&o.output, "output", "o", "-", "")
	f.StringVar(&o.failOn, "fail-on", scanning.FailOnAny, "")
	f.BoolVar(&o.all, "all", false, "")
	f.BoolVar(&o.noProgress, "no-progress", false, "")
	return cmd
}

// scopeTo adds the flags that choose repositories.
func (o *githubOptions) scopeTo(f *pflag.FlagSet) {
	s := &o.scope
	f.StringArrayVar(&s.Organizations, "org", nil, "")
	f.StringArrayVar(&s.Users, "user", nil, "")
	f.StringArrayVar(&s.Enterprises, "enterprise", nil, "")
	f.StringArrayVar(&s.Repositories, "repo", nil, "")
	f.StringArrayVar(&s.Filter.Globs, "include", nil, "")
	f.StringArrayVar(&s.Filter.Exclude, "exclude", nil, "")
	f.StringArrayVar(&s.Filter.Visibility, "visibility", nil, "")
	f.StringArrayVar(&s.Filter.Languages, "language", nil, "")
	f.StringArrayVar(&s.Filter.Topics, "topic", nil, "")
	f.BoolVar(&o.noForks, "no-forks", false, "")
	f.BoolVar(&o.noArchived, "no-archived", false, "")
	f.StringVar(&o.pushedSince, "pushed-since", "", "")
}

// check refuses invalid values, and reads those that need it.
func (o *githubOptions) check() error {
	s, no := &o.scope, false
	if len(s.Organizations)+len(s.Users)+len(s.Enterprises)+len(s.Repositories) == 0 {
		return command.Usage("usage.sweep-scope")
	}
	if _, ok := formats.Find(o.format); !ok {
		return command.Usage("usage.format", o.format, strings.Join(formats.Names(), ", "))
	}
	if err := o.checkFailOn(); err != nil {
		return err
	}
	if err := o.checkExtras(o.noVerify); err != nil {
		return err
	}
	if o.noForks {
		s.Filter.Forks = &no
	}
	if o.noArchived {
		s.Filter.Archived = &no
	}
	if o.pushedSince != "" {
		at, err := time.Parse(time.DateOnly, o.pushedSince)
		if err != nil {
			return command.Usage("usage.sweep-date", "--pushed-since", o.pushedSince)
		}
		s.Filter.PushedSince = at
	}
	for _, visibility := range s.Filter.Visibility {
		if visibility != "public" && visibility != "private" && visibility != "internal" {
			return command.Usage("usage.sweep-visibility", visibility)
		}
	}
	if err := s.Filter.Check(); err != nil {
		return command.Usage("usage.sweep-filter", err)
	}
	if o.nats != "" && (o.listen != "" || o.state != "") {
		return command.Usage("usage.sweep-nats-state")
	}
	return o.workFlags.check()
}

func (o *githubOptions) checkFailOn() error {
	switch o.failOn {
	case scanning.FailOnAny, scanning.FailOnNever:
		return nil
	case scanning.FailOnLive:
		if o.noVerify {
			return command.Usage("usage.fail-on-live")
		}
		return nil
	}
	return command.Usage("usage.fail-on", o.failOn, "any, live, never")
}

// folder returns the state folder: one for each scope, so that two organizations can be swept at once.
func (o *githubOptions) folder() (string, error) {
	if o.state != "" {
		return o.state, nil
	}
	dir, err := stateDir()
	if err != nil {
		return "", command.Usage("usage.sweep-state", err)
	}
	return filepath.Join(dir, "sweep", sweep.ScopeKey(o.scope)), nil
}

// owners returns the owners that the scope names, each once.
func (o *githubOptions) owners() (out []string) {
	for _, name := range slices.Concat(o.scope.Organizations, o.scope.Users, o.scope.Repositories) {
		name, _, _ = strings.Cut(name, "/")
		if name = strings.ToLower(name); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
