package gate

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/brief"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// hookOptions are the flags of the commands that git runs as hooks.
type hookOptions struct {
	scan   scanning.Options
	verify bool
}

func (o *hookOptions) flags(f *pflag.FlagSet) {
	o.scan.Config.AddTo(f)
	o.scan.Suppression.AddTo(f)
	f.BoolVar(&o.verify, "verify", false, "")
	o.scan.Asking.Flags(f)
	f.StringVar(&o.scan.FailOn, "fail-on", "", "")
	f.DurationVar(&o.scan.Timeout, "timeout", 0, "")
	f.Var(&command.Memory{Bytes: &o.scan.Input.Repository.MaxMemory}, "max-memory", "")
	f.IntVar(&o.scan.Input.Repository.MaxArchiveDepth, "max-archive-depth", scanning.DefaultArchiveDepth, "")
}

func (a *app) hook() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "hook",
		Args: command.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.hookInstall(), a.hookUninstall(), a.hookPreCommit(), a.hookPrePush(), a.hookPreReceive(), a.hookCommitMsg())
	return cmd
}

// hooked is what a hook judges.
type hooked struct {
	name   string // of the hook, as in the catalogue
	change bool   // findings are new or were there before
	open   func(input.Options) (*input.Input, error)
}

// runHook judges, writes what it found to stderr, and sets the exit code. The outcome is valid with the error of an interrupt.
func (a *app) runHook(ctx context.Context, o hookOptions, h hooked) (*scanning.Job, scanning.Outcome, error) {
	scan := o.scan
	scan.NoVerify, scan.Verify, scan.Quiet = !o.verify, o.verify, true
	scan.Input.Judged = h.change
	if err := scan.CheckHook(); err != nil {
		return nil, scanning.Outcome{}, err
	}
	v, verdicts, err := a.ScanVerifier(ctx, scan)
	if err != nil {
		return nil, scanning.Outcome{}, err
	}
	defer a.SaveVerdicts(verdicts)
	j, err := a.PrepareInput(&scan, func() (*input.Input, error) { return h.open(scan.Input.Repository.Options) })
	if err != nil {
		return nil, scanning.Outcome{}, err
	}
	defer j.Input.Close()
	j.Opts.Verifier = v
	if scan.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, scan.Timeout)
		defer cancel()
	}
	result, err := a.Watch(ctx, scan, j.Opts, brief.Format().Open(a.Err, report.Options{Words: a.Words}))
	if err != nil && !result.Interrupted {
		return j, result, scanning.FailedScan(err)
	}
	a.Judge(scan.Fails(), result)
	if a.Code == command.ExitFindings {
		a.Say("hook.ways-out." + h.name)
	}
	return j, result, err
}

// timedOut returns the error of a hook that ran out of time, and err itself in any other case.
func (o hookOptions) timedOut(ctx context.Context, result scanning.Outcome, err error) error {
	if err == nil || !result.Interrupted || ctx.Err() != nil || o.scan.Timeout == 0 {
		return err
	}
	return command.Failed(command.ExitIncomplete, "hook.timed-out", o.scan.Timeout)
}

// ownHook is the command of a hook on the user's own machine. Judged returns what it judges; without open there is nothing.
func (a *app) ownHook(use string, args cobra.PositionalArgs, judged func(args []string) (hooked, error)) *cobra.Command {
	var o hookOptions
	o.scan.Config.Trust = true // the user works in this repository
	cmd := &cobra.Command{
		Use:  use,
		Args: args,
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := judged(args)
			if err != nil || h.open == nil {
				return err
			}
			_, result, err := a.runHook(cmd.Context(), o, h)
			return o.timedOut(cmd.Context(), result, err)
		},
	}
	o.flags(cmd.Flags())
	return cmd
}

func (a *app) hookPreCommit() *cobra.Command {
	return a.ownHook("pre-commit [FILE...]", cobra.ArbitraryArgs, a.preCommit)
}

func (a *app) hookPrePush() *cobra.Command {
	return a.ownHook("pre-push [REMOTE [URL]]", command.Takes(0, 2), a.prePush)
}

func (a *app) hookCommitMsg() *cobra.Command {
	return a.ownHook("commit-msg FILE", command.Takes(1, 1), func(args []string) (hooked, error) {
		return hooked{"commit-msg", false, func(o input.Options) (*input.Input, error) { return input.Message(args[0], o) }}, nil
	})
}

// preCommit finds out what the pre-commit framework was told to check. Git itself passes no files.
func (a *app) preCommit(files []string) (hooked, error) {
	if from, to := os.Getenv("PRE_COMMIT_FROM_REF"), os.Getenv("PRE_COMMIT_TO_REF"); from != "" && to != "" {
		a.Say("hook.judges-range", from, to)
		return hooked{"range", true, func(o input.Options) (*input.Input, error) { return input.Range("", from+".."+to, o) }}, nil
	}
	index := input.IndexFromEnv()
	unstaged, err := unstagedOf(files, index)
	if err != nil {
		return hooked{}, scanning.InputFailed(err)
	}
	if len(unstaged) > 0 { // it was not asked about a commit, but about these files
		a.Say("hook.judges-files", len(files))
		return hooked{"files", false, func(o input.Options) (*input.Input, error) { return input.Files(files, o) }}, nil
	}
	return hooked{"pre-commit", true, func(o input.Options) (*input.Input, error) { return input.Staged("", index, o) }}, nil
}

// unstagedOf returns the files that the next commit does not change. Without files the index is not read for that.
func unstagedOf(files []string, index string) ([]string, error) {
	if len(files) == 0 {
		return nil, nil
	}
	return input.Unstaged(files, index)
}

// prePush finds out what is pushed: git writes it to standard input, the pre-commit framework to the environment, and of the
// latter only the first ref. A push that only deletes refs has nothing to judge.
func (a *app) prePush(args []string) (hooked, error) {
	remote := firstOf(args)
	if name := os.Getenv("PRE_COMMIT_REMOTE_NAME"); name != "" {
		return a.frameworkPush(name), nil
	}
	updates, err := readUpdates(a.In, func(f []string) input.Update { return input.Update{Ref: f[2], New: f[1], Old: f[3]} }, 4)
	if err != nil {
		return hooked{}, err
	}
	if onlyDeletions(updates) {
		return hooked{}, nil
	}
	return hooked{"pre-push", true, func(o input.Options) (*input.Input, error) { return input.Push("", remote, updates, o) }}, nil
}

func (a *app) frameworkPush(remote string) hooked {
	from, to := os.Getenv("PRE_COMMIT_FROM_REF"), os.Getenv("PRE_COMMIT_TO_REF")
	if from != "" && to != "" {
		a.Say("hook.judges-range", from, to)
		return hooked{"pre-push", true, func(o input.Options) (*input.Input, error) { return input.Range("", from+".."+to, o) }}
	}
	update := input.Update{Ref: os.Getenv("PRE_COMMIT_REMOTE_BRANCH"), New: "HEAD"} // a push of everything up to the first commit
	return hooked{"pre-push", true, func(o input.Options) (*input.Input, error) {
		return input.Push("", remote, []input.Update{update}, o)
	}}
}

// readUpdates reads the lines that git writes to a hook: so many fields each.
func readUpdates(r io.Reader, update func([]string) input.Update, fields int) ([]input.Update, error) {
	var out []input.Update
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) == 0 {
			continue
		}
		if len(f) != fields {
			return nil, command.Usage("usage.hook-input", fields)
		}
		out = append(out, update(f))
	}
	if err := lines.Err(); err != nil {
		return nil, command.Usage("usage.hook-input", fields)
	}
	return out, nil
}

func onlyDeletions(updates []input.Update) bool {
	for _, u := range updates {
		if strings.Trim(u.New, "0") != "" {
			return false
		}
	}
	return true
}
