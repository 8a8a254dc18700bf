package cli

import (
	"context"
	"fmt"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/report"
	"github.com/spf13/cobra"
)

func (a *app) scan() *cobra.Command {
	var o scanning.Options
	cmd := &cobra.Command{
		Use:  "scan [PATH | URL | -]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if args[0] == "" {
					return command.Empty("PATH")
				}
				o.Input.Path = args[0]
			}
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			return a.runScan(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.Input.Flags(f)
	o.Config.AddTo(f)
	o.Suppression.AddTo(f)
	f.BoolVar(&o.Explain, "explain", false, "")
	f.BoolVar(&o.Cache, "cache", false, "")
	f.StringVarP(&o.Format, "format", "f", "text", "")
	f.StringVarP(&o.Output, "output", "o", "-", "")
	f.BoolVar(&o.ShowSecrets, "show-secrets", false, "")
	o.Asking.VerifyFlag(f, &o.Verify)
	f.BoolVar(&o.NoVerify, "no-verify", false, "")
	o.Asking.Flags(f)
	f.StringVar(&o.FailOn, "fail-on", "", "")
	f.DurationVar(&o.Timeout, "timeout", 0, "")
	f.BoolVar(&o.All, "all", false, "")
	f.BoolVarP(&o.Quiet, "quiet", "q", false, "")
	f.BoolVar(&o.NoProgress, "no-progress", false, "")
	return cmd
}

func (a *app) runScan(ctx context.Context, o scanning.Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	v, verdicts, err := a.ScanVerifier(ctx, o)
	if err != nil {
		return err
	}
	defer a.SaveVerdicts(verdicts)
	j, err := a.Prepare(&o)
	if err != nil {
		return err
	}
	defer j.Input.Close()
	j.Opts.Verifier = v
	o.Tree = j.Input.Tree()
	out, err := a.OpenReport(o.Output, o.ShowSecrets)
	if err != nil {
		return err
	}
	defer out.Discard()
	result, err := a.scanWithin(ctx, o, j.Opts, out)
	if err != nil && !result.Interrupted {
		if o.Input.Remote() {
			return command.Failed(command.ExitIncomplete, "scan.failed-remote", err)
		}
		return scanning.FailedScan(err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.Output, err)
	}
	if result.Interrupted {
		return command.Failed(command.ExitInterrupted, "scan.timed-out", o.Timeout) // command.Main reports an interrupt
	}
	a.SayReused(o, j.Input)
	if !o.Quiet {
		a.SaySuppressions(j.Suppressor, result.Complete && o.Input.Whole())
	}
	a.conclude(o, result)
	return nil
}

// scanWithin scans into the output, and ends at the time limit as an interrupt would.
func (a *app) scanWithin(ctx context.Context, o scanning.Options, opts scanner.Options, out *command.Output) (scanning.Outcome, error) {
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Timeout)
		defer cancel()
	}
	return a.scanTo(ctx, o, opts, out)
}

// scanTo scans into the output.
func (a *app) scanTo(ctx context.Context, o scanning.Options, opts scanner.Options, out *command.Output) (scanning.Outcome, error) {
	writer, err := a.Handler(o.Format, out, report.Options{ShowSecrets: o.ShowSecrets, Quiet: o.Quiet, All: o.All, Tree: o.Tree})
	if err != nil {
		return scanning.Outcome{}, err
	}
	return a.Watch(ctx, o, opts, writer)
}

// conclude sets the exit code, and summarizes the result on stderr if the report is not for a person.
func (a *app) conclude(o scanning.Options, r scanning.Outcome) {
	a.Judge(o.Fails(), r)
	if o.Input.Staged && a.Code == command.ExitFindings {
		a.Say("scan.ways-out")
	}
	if o.Quiet || o.Format == "text" && o.Output == "-" {
		return
	}
	if empty := o.Input.Empty(); r.Empty() && !empty.IsZero() {
		_, _ = fmt.Fprintf(a.Err, "akguard: %s\n", a.Print(empty))
	}
	a.SayOffline(r)
	a.sayTotals(r, o.Output)
}

// sayTotals reports the totals of a report, and its file.
func (a *app) sayTotals(r scanning.Outcome, output string) {
	findings, skips := reason.New("report.findings", r.Findings), reason.New("scan.skipped", r.Skips)
	if output == "-" {
		a.Say("scan.totals", findings, r.Live, skips)
		return
	}
	a.Say("scan.totals-in", findings, r.Live, skips, output)
}
