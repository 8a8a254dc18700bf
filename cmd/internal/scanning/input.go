package scanning

import (
	"errors"
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/input"
	"github.com/spf13/pflag"
)

// DefaultArchiveDepth is how deep archives are opened in one another.
const DefaultArchiveDepth = 10

// Target are the flags that say what to scan.
type Target struct {
	Path       string
	Staged     bool
	commits    string // of --range
	Repository input.RepositoryOptions
	Judged     bool // it is a change that no flag names
}

// Flags adds the flags to a command.
func (o *Target) Flags(f *pflag.FlagSet) {
	f.BoolVar(&o.Staged, "staged", false, "")
	f.StringVar(&o.commits, "range", "", "")
	f.BoolVar(&o.Repository.NoHistory, "no-history", false, "")
	f.BoolVar(&o.Repository.NoWorktree, "no-worktree", false, "")
	f.BoolVar(&o.Repository.NoUnreachable, "no-unreachable", false, "")
	f.BoolVar(&o.Repository.IncludeIgnored, "include-ignored", false, "")
	f.IntVar(&o.Repository.MaxArchiveDepth, "max-archive-depth", DefaultArchiveDepth, "")
	f.Var(&command.Memory{Bytes: &o.Repository.MaxMemory}, "max-memory", "")
}

// check refuses flags that do not go together. Cached is --cache.
func (o Target) check(cached bool) error {
	r, stdin := o.Repository, o.Path == "-"
	parts := r.NoHistory || r.NoWorktree || r.NoUnreachable || r.IncludeIgnored
	some := stdin || o.Staged || o.commits != "" // less than a whole repository
	switch {
	case r.MaxArchiveDepth < 0:
		return command.Usage("usage.max-archive-depth", r.MaxArchiveDepth)
	case o.Staged && o.commits != "":
		return command.Usage("usage.exclusive", "--staged", "--range")
	case stdin && (o.Staged || o.commits != ""):
		return command.Usage("usage.stdin-commits")
	case o.Remote() && (o.Staged || o.commits != "" || parts || cached):
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
func (a *Runner) openInput(o Target, quiet bool) (*input.Input, error) {
	in, err := a.input(o)
	if err != nil {
		return nil, err
	}
	if !in.Note.IsZero() && !quiet {
		a.Say(in.Note.Code, in.Note.Args()...)
	}
	return in, nil
}

// InputFailed is the error for what cannot be scanned as it was named.
func InputFailed(err error) error {
	var known *command.Failure
	if errors.As(err, &known) {
		return known
	}
	return &command.Failure{Err: err, Code: command.ExitUsage}
}

func (a *Runner) input(o Target) (*input.Input, error) {
	switch opts := o.Repository.Options; {
	case o.Path == "-":
		return input.Stdin(a.In, opts)
	case o.Remote():
		return input.Remote(o.Path, os.Getenv(GitUserVariable), os.Getenv(GitTokenVariable), opts)
	case o.commits != "":
		return input.Range(o.Path, o.commits, opts)
	case o.Staged && isHere(o.Path):
		return input.Staged(o.Path, input.IndexFromEnv(), opts)
	case o.Staged:
		return input.Staged(o.Path, "", opts)
	}
	return input.Path(o.Path, o.Repository)
}

// The variables that authenticate over https, so that no token is on the command line. A token is sent to the host of the
// URL only. Hosts that require a user name with a token accept any.
const (
	GitUserVariable  = "AKGUARD_GIT_USER"
	GitTokenVariable = "AKGUARD_GIT_TOKEN"
)

// Remote reports whether the path is the URL of a repository. A file that exists under that name takes precedence.
func (o Target) Remote() bool {
	if o.Path == "" || !input.IsURL(o.Path) {
		return false
	}
	_, err := os.Lstat(o.Path)
	return err != nil
}

// change reports whether what is scanned is a change, whose findings are new or were there before.
func (o Target) change() bool { return o.Judged || o.Staged || o.commits != "" }

// Whole reports whether everything is scanned that the user named, and not a part of it.
func (o Target) Whole() bool {
	r := o.Repository
	return o.Path != "-" && !o.change() && !r.NoHistory && !r.NoWorktree && !r.NoUnreachable
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
func (o Target) named() string {
	switch {
	case o.Path == "":
		return "."
	case o.Remote():
		return input.Redact(o.Path)
	}
	return o.Path
}

// Empty is the note for a scan without content.
func (o Target) Empty() reason.Reason {
	switch {
	case o.Staged:
		return reason.New("scan.nothing-staged")
	case o.commits != "":
		return reason.New("scan.nothing-in-range", o.commits)
	}
	return reason.Reason{}
}
