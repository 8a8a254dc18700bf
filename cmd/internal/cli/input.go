package cli

import (
	"errors"
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/input"
	"github.com/spf13/pflag"
)

const defaultArchiveDepth = 10

// inputOptions are the flags that say what to scan.
type inputOptions struct {
	path       string
	staged     bool
	commits    string // of --range
	repository input.RepositoryOptions
	judged     bool // it is a change that no flag names
}

func (o *inputOptions) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.staged, "staged", false, "")
	f.StringVar(&o.commits, "range", "", "")
	f.BoolVar(&o.repository.NoHistory, "no-history", false, "")
	f.BoolVar(&o.repository.NoWorktree, "no-worktree", false, "")
	f.BoolVar(&o.repository.NoUnreachable, "no-unreachable", false, "")
	f.BoolVar(&o.repository.IncludeIgnored, "include-ignored", false, "")
	f.IntVar(&o.repository.MaxArchiveDepth, "max-archive-depth", defaultArchiveDepth, "")
	f.Var(&command.Memory{Bytes: &o.repository.MaxMemory}, "max-memory", "")
}

// check refuses flags that do not go together. Cached is --cache.
func (o inputOptions) check(cached bool) error {
	r, stdin := o.repository, o.path == "-"
	parts := r.NoHistory || r.NoWorktree || r.NoUnreachable || r.IncludeIgnored
	some := stdin || o.staged || o.commits != "" // less than a whole repository
	switch {
	case r.MaxArchiveDepth < 0:
		return command.Usage("usage.max-archive-depth", r.MaxArchiveDepth)
	case o.staged && o.commits != "":
		return command.Usage("usage.exclusive", "--staged", "--range")
	case stdin && (o.staged || o.commits != ""):
		return command.Usage("usage.stdin-commits")
	case o.remote() && (o.staged || o.commits != "" || parts || cached):
		return command.Usage("usage.remote-parts")
	case r.NoHistory && r.NoWorktree:
		return command.Usage("usage.nothing-left")
	case some && parts:
		return command.Usage("usage.whole-repositories")
	case (some || r.NoHistory) && cached:
		return command.Usage("usage.cache-of-history")
	}
	return nil
}

// openInput opens what the flags name.
func (a *app) openInput(o inputOptions, quiet bool) (*input.Input, error) {
	in, err := a.input(o)
	if err != nil {
		return nil, err
	}
	if !in.Note.IsZero() && !quiet {
		a.Say(in.Note.Code, in.Note.Args()...)
	}
	return in, nil
}

// inputFailed is the error for what cannot be scanned as it was named.
func inputFailed(err error) error {
	var known *command.Failure
	if errors.As(err, &known) {
		return known
	}
	return &command.Failure{Err: err, Code: command.ExitUsage}
}

func (a *app) input(o inputOptions) (*input.Input, error) {
	switch opts := o.repository.Options; {
	case o.path == "-":
		return input.Stdin(a.In, opts)
	case o.remote():
		return input.Remote(o.path, os.Getenv(gitUserVariable), os.Getenv(gitTokenVariable), opts)
	case o.commits != "":
		return input.Range(o.path, o.commits, opts)
	case o.staged && isHere(o.path):
		return input.Staged(o.path, input.IndexFromEnv(), opts)
	case o.staged:
		return input.Staged(o.path, "", opts)
	}
	return input.Path(o.path, o.repository)
}

// The variables that authenticate over https, so that no token is on the command line. A token is sent to the host of the
// URL only. Hosts that require a user name with a token accept any.
const (
	gitUserVariable  = "AKGUARD_GIT_USER"
	gitTokenVariable = "AKGUARD_GIT_TOKEN"
)

// remote reports whether the path is the URL of a repository. A file that exists under that name takes precedence.
func (o inputOptions) remote() bool {
	if o.path == "" || !input.IsURL(o.path) {
		return false
	}
	_, err := os.Lstat(o.path)
	return err != nil
}

// change reports whether what is scanned is a change, whose findings are new or were there before.
func (o inputOptions) change() bool { return o.judged || o.staged || o.commits != "" }

// whole reports whether everything is scanned that the user named, and not a part of it.
func (o inputOptions) whole() bool {
	r := o.repository
	return o.path != "-" && !o.change() && !r.NoHistory && !r.NoWorktree && !r.NoUnreachable
}

// isHere reports whether a path is the current folder, which is that of the repository that git runs a hook for.
func isHere(path string) bool {
	if path == "" {
		return true
	}
	here, err := os.Stat(".")
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(here, there)
}

// named is what is scanned, as the user named it.
func (o inputOptions) named() string {
	switch {
	case o.path == "":
		return "."
	case o.remote():
		return input.Redact(o.path)
	}
	return o.path
}

// empty is the note for a scan without content.
func (o inputOptions) empty() reason.Reason {
	switch {
	case o.staged:
		return reason.New("scan.nothing-staged")
	case o.commits != "":
		return reason.New("scan.nothing-in-range", o.commits)
	}
	return reason.Reason{}
}
