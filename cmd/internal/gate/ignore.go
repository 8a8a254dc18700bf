package gate

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/scanner/suppress"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// acceptance is what a person says about credentials that do not count.
type acceptance struct {
	reason string
	owner  string
	until  string // YYYY-MM-DD
	file   string // "" is .akguardignore in the top folder
}

func (o *acceptance) flags(f *pflag.FlagSet) {
	f.StringVar(&o.reason, "reason", "", "")
	f.StringVar(&o.owner, "owner", "", "")
	f.StringVar(&o.until, "until", "", "")
	f.StringVar(&o.file, "file", "", "")
}

// entry returns the entry for a fingerprint.
func (o acceptance) entry(fingerprint string) (suppress.Entry, error) {
	e := suppress.Entry{Fingerprint: fingerprint, Reason: o.reason, Owner: o.owner}
	if o.until != "" {
		var err error
		if e.Until, err = time.Parse(time.DateOnly, o.until); err != nil {
			return e, command.Usage("usage.until", o.until)
		}
	}
	if f := suppress.Parse("", []byte(e.String())); len(f.Entries) != 1 {
		if len(f.Problems) > 0 && f.Problems[0].Code == "suppress.no-reason" {
			return e, command.Usage("usage.no-reason")
		}
		return e, command.Usage("usage.fingerprint", fingerprint)
	}
	return e, nil
}

// ignoreFile is the ignore file that belongs to a path.
func (o acceptance) ignoreFile(path string) string {
	if o.file != "" {
		return o.file
	}
	return scanning.Relative(filepath.Join(input.Top(path), suppress.FileName))
}

func (a *app) ignore() *cobra.Command {
	var o acceptance
	prune := false
	cmd := &cobra.Command{
		Use:  "ignore {FINGERPRINT... | --prune [PATH]}",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case prune && (o.reason != "" || o.owner != "" || o.until != ""):
				return command.Usage("usage.exclusive", "--prune", "--reason")
			case prune && len(args) > 1:
				return command.Usage("usage.too-many-arguments", 1, "ignore --prune", len(args))
			case prune:
				return a.prune(cmd.Context(), o, firstOf(args))
			case len(args) == 0:
				return command.Usage("usage.too-few-arguments", "ignore", cmd.UseLine())
			}
			return a.accept(o, args)
		},
	}
	o.flags(cmd.Flags())
	cmd.Flags().BoolVar(&prune, "prune", false, "")
	return cmd
}

func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// accept adds fingerprints to the ignore file.
func (a *app) accept(o acceptance, fingerprints []string) error {
	var entries []suppress.Entry
	for _, f := range fingerprints {
		e, err := o.entry(f)
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	path := o.ignoreFile("")
	err := edit(path, func(old []suppress.Entry) []suppress.Entry {
		old = slices.DeleteFunc(old, func(e suppress.Entry) bool { return slices.Contains(fingerprints, e.Fingerprint) })
		return append(old, entries...)
	})
	if err != nil {
		return err
	}
	a.Say("ignore.added", len(entries), path)
	return nil
}

// edit changes the entries of an ignore file, which may not exist. Lines that are not entries are refused, because they
// would be lost.
func edit(path string, change func([]suppress.Entry) []suppress.Entry) error {
	data, err := config.ReadFile(path, suppress.MaxFileSize)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return command.Usage("usage.ignore-file", path, osfile.WithoutPath(err))
	}
	f := suppress.Parse(path, data)
	if len(f.Problems) > 0 {
		return command.Usage("usage.ignore-line", path, f.Problems[0].Line)
	}
	text := suppress.Format(data, change(f.Entries))
	if err := osfile.ReplaceShared(path, text); err != nil {
		return command.Usage("usage.ignore-file", path, osfile.WithoutPath(err))
	}
	return nil
}

// prune scans, and removes the entries that have expired or match nothing.
func (a *app) prune(ctx context.Context, o acceptance, target string) error {
	path := o.ignoreFile(target)
	scan := scanning.Options{NoVerify: true, Suppression: scanning.Suppression{Baselines: []string{path}, Only: true, AllowLive: true}}
	scan.Input.Path, scan.Input.Repository.MaxArchiveDepth = target, scanning.DefaultArchiveDepth
	j, result, err := a.survey(ctx, scan, nil)
	if err != nil {
		return err
	}
	if !result.Complete {
		return command.Failed(command.ExitIncomplete, "ignore.incomplete", result.Skips)
	}
	file := j.Suppressor.Opts.Files[0]
	gone := append(file.Unused(), file.Expired(time.Now())...)
	kept := slices.DeleteFunc(slices.Clone(file.Entries), func(e suppress.Entry) bool { return slices.Contains(gone, e) })
	if len(kept) < len(file.Entries) {
		if err := edit(path, func([]suppress.Entry) []suppress.Entry { return kept }); err != nil {
			return err
		}
	}
	a.Say("ignore.pruned", len(file.Entries)-len(kept), path)
	return nil
}

// survey scans everything that a path names for a command that needs the findings, not a report. To may be nil.
func (a *app) survey(ctx context.Context, o scanning.Options, to finding.Handler) (*scanning.Job, scanning.Outcome, error) {
	v, verdicts, err := a.ScanVerifier(ctx, o)
	if err != nil {
		return nil, scanning.Outcome{}, err
	}
	defer a.SaveVerdicts(verdicts)
	j, err := a.Prepare(&o)
	if err != nil {
		return nil, scanning.Outcome{}, err
	}
	defer j.Input.Close()
	j.Opts.Verifier = v
	if to == nil {
		to = finding.Discard{}
	}
	result, err := a.Watch(ctx, o, j.Opts, to)
	if err != nil && !result.Interrupted {
		err = scanning.FailedScan(err)
	}
	return j, result, err
}

func (a *app) baseline() *cobra.Command {
	var o acceptance
	var scan scanning.Options
	cmd := &cobra.Command{
		Use:  "baseline [PATH]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			scan.Input.Path = firstOf(args)
			return a.acceptAll(cmd.Context(), o, scan)
		},
	}
	f := cmd.Flags()
	o.flags(f)
	scan.Input.Flags(f)
	scan.Config.AddTo(f)
	scan.Asking.VerifyFlag(f, &scan.Verify)
	f.BoolVar(&scan.NoVerify, "no-verify", false, "")
	scan.Asking.Flags(f)
	f.BoolVar(&scan.Quiet, "quiet", false, "")
	f.BoolVar(&scan.NoProgress, "no-progress", false, "")
	return cmd
}

// acceptAll accepts every finding that is not live and was not accepted before.
func (a *app) acceptAll(ctx context.Context, o acceptance, scan scanning.Options) error {
	if _, err := o.entry("00000000000000000000000000000000"); err != nil {
		return err
	}
	scan.Format, scan.Output = "text", "-"
	if err := scan.Check(); err != nil {
		return err
	}
	path := o.ignoreFile(scan.Input.Path)
	if _, err := os.Stat(path); err == nil && o.file != "" {
		scan.Suppression.Baselines = []string{path}
	}
	all := &finding.Recorded{}
	_, result, err := a.survey(ctx, scan, all)
	if err != nil {
		return err
	}
	var entries []suppress.Entry
	for _, f := range all.Findings {
		if f.Live() {
			continue
		}
		e, err := o.entry(f.Fingerprint)
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	if len(entries) > 0 {
		if err := edit(path, func(old []suppress.Entry) []suppress.Entry { return append(old, entries...) }); err != nil {
			return err
		}
	}
	a.Say("ignore.added", len(entries), path)
	switch {
	case result.Live > 0:
		a.Code = command.ExitFindings
		a.Say("ignore.live", result.Live)
	case !result.Complete:
		a.Code = command.ExitIncomplete
		a.Say("ignore.incomplete", result.Skips)
	}
	return nil
}
