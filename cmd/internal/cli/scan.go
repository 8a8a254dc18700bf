package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/spf13/cobra"
)

// scanOptions are the flags of scan.
type scanOptions struct {
	input       inputOptions
	config      configOptions
	suppression suppression
	format      string
	output      string
	showSecrets bool
	verify      bool
	noVerify    bool
	asking      verification
	failOn      string
	cache       bool
	explain     bool
	quiet       bool
	all         bool
	noProgress  bool
	timeout     time.Duration // 0: no limit
	tree        fs.FS         // what is scanned, as it is on the disk; nil if it is not there
}

func (a *app) scan() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:  "scan [PATH | URL | -]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if args[0] == "" {
					return command.Empty("PATH")
				}
				o.input.path = args[0]
			}
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			return a.runScan(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.input.flags(f)
	o.config.addTo(f)
	o.suppression.addTo(f)
	f.BoolVar(&o.explain, "explain", false, "")
	f.BoolVar(&o.cache, "cache", false, "")
	f.StringVarP(&o.format, "format", "f", "text", "")
	f.StringVarP(&o.output, "output", "o", "-", "")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "")
	f.BoolVar(&o.verify, "verify", true, "")
	f.BoolVar(&o.noVerify, "no-verify", false, "")
	o.asking.flags(f)
	f.StringVar(&o.failOn, "fail-on", "", "")
	f.DurationVar(&o.timeout, "timeout", 0, "")
	f.BoolVar(&o.all, "all", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	f.BoolVar(&o.noProgress, "no-progress", false, "")
	return cmd
}

func (a *app) runScan(ctx context.Context, o scanOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	v, verdicts, err := a.scanVerifier(ctx, o)
	if err != nil {
		return err
	}
	defer a.saveVerdicts(verdicts)
	j, err := a.prepare(&o)
	if err != nil {
		return err
	}
	defer j.input.Close()
	j.opts.Verifier = v
	o.tree = j.input.Tree()
	out, err := a.openReport(o.output, o.showSecrets)
	if err != nil {
		return err
	}
	defer out.Discard()
	result, err := a.scanWithin(ctx, o, j.opts, out)
	if err != nil && !result.Interrupted {
		if o.input.remote() {
			return command.Failed(command.ExitIncomplete, "scan.failed-remote", err)
		}
		return failedScan(err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	if result.Interrupted {
		return command.Failed(command.ExitInterrupted, "scan.timed-out", o.timeout) // command.Main reports an interrupt
	}
	a.sayReused(o, j.input)
	if !o.quiet {
		a.saySuppressions(j.suppressor, result.Complete && o.input.whole())
	}
	a.conclude(o, result)
	return nil
}

// job is a scan that can begin. Its input must be closed.
type job struct {
	opts       scanner.Options
	input      *input.Input
	suppressor *suppressor // nil if every finding counts
}

// prepare reads what the flags name: the configuration, the input and the ignore files.
func (a *app) prepare(o *scanOptions) (*job, error) {
	return a.prepareInput(o, func() (*input.Input, error) { return a.openInput(o.input, o.quiet) })
}

// prepareInput is prepare with an input that is not named by flags.
func (a *app) prepareInput(o *scanOptions, open func() (*input.Input, error)) (*job, error) {
	if err := o.useCache(); err != nil {
		return nil, err
	}
	ruling, err := a.useConfig(o)
	if err != nil {
		return nil, err
	}
	in, err := open()
	if err != nil {
		return nil, inputFailed(err)
	}
	a.OnAbandon(in.Abandon)
	sup, err := o.suppression.newSuppressor(in, ruling.allow)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	web, refs := in.Web()
	j := &job{input: in, suppressor: sup, opts: scanner.Options{
		Header: finding.Header{
			Version: command.Version(), Target: o.input.named(), Web: web, WebRefs: refs, Notes: ruling.notes, Empty: o.input.empty(),
		},
		Sources: in.Sources, Rules: ruling.rules, MaxCandidates: o.asking.candidates,
		AllowLive: o.suppression.allowLive, ShowSuppressed: o.suppression.show,
	}}
	if sup != nil {
		j.opts.Suppressor = sup
	}
	return j, nil
}

// scanWithin scans into the output, and ends at the time limit as an interrupt would.
func (a *app) scanWithin(ctx context.Context, o scanOptions, opts scanner.Options, out *command.Output) (outcome, error) {
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	return a.scanTo(ctx, o, opts, out)
}

func (o scanOptions) check() error {
	if _, ok := formats.Find(o.format); !ok {
		return command.Usage("usage.format", o.format, strings.Join(formats.Names(), ", "))
	}
	if err := o.checkFailOn(); err != nil {
		return err
	}
	if o.timeout < 0 {
		return command.Usage("usage.timeout", o.timeout)
	}
	if err := o.input.check(o.cache); err != nil {
		return err
	}
	if err := o.suppression.check(); err != nil {
		return err
	}
	return o.asking.check()
}

// The values of --fail-on.
const (
	failOnAny   = "any"
	failOnNew   = "new" // what a change made appear, and what is live
	failOnLive  = "live"
	failOnNever = "never"
)

// fails returns the value of --fail-on. By default, everything counts that was not there before.
func (o scanOptions) fails() string {
	switch {
	case o.failOn != "":
		return o.failOn
	case o.input.change():
		return failOnNew
	}
	return failOnAny
}

func (o scanOptions) checkFailOn() error {
	switch o.fails() {
	case failOnAny, failOnNever:
	case failOnNew:
		if !o.input.change() {
			return command.Usage("usage.fail-on-new")
		}
	case failOnLive:
		if !o.verifies() {
			return command.Usage("usage.fail-on-live")
		}
	default:
		return command.Usage("usage.fail-on", o.failOn, "new, any, live, never")
	}
	return nil
}

func (o scanOptions) verifies() bool { return o.verify && !o.noVerify }

// scanVerifier makes the verifier that the flags ask for; nil means no verification.
func (a *app) scanVerifier(ctx context.Context, o scanOptions) (verifier.Verifier, *cache.Cache, error) {
	if !o.verifies() {
		return nil, nil, nil
	}
	return a.verifier(ctx, o.asking, o.quiet)
}

// outcome is what the exit code depends on.
type outcome struct {
	finding.Summary
	unsure  int           // findings that may be live: nobody asked, or no usable answer came
	offline int           // those of them for which the service could not be reached
	away    reason.Reason // why it could not be reached
}

func (o *outcome) count(v verifier.Verdict) {
	if v.Status == verifier.Unknown || v.Status == verifier.Unchecked {
		o.unsure++
	}
	if v.Offline {
		o.offline++
		if len(v.Reason.String()) > len(o.away.String()) { // the longer one also says that the others were not asked about
			o.away = v.Reason
		}
	}
}

// scanTo scans into the output.
func (a *app) scanTo(ctx context.Context, o scanOptions, opts scanner.Options, out *command.Output) (outcome, error) {
	writer, err := a.handler(o.format, out, report.Options{ShowSecrets: o.showSecrets, Quiet: o.quiet, All: o.all, Tree: o.tree})
	if err != nil {
		return outcome{}, err
	}
	return a.watch(ctx, o, opts, writer)
}

// watch scans into a handler, and shows the progress.
func (a *app) watch(ctx context.Context, o scanOptions, opts scanner.Options, to finding.Handler) (outcome, error) {
	h := &watched{Handler: to}
	if terminal.Is(a.Err) && !o.quiet && !o.noProgress {
		h.progress = a.NewProgress()
		a.Progress = h.progress
		opts.Progress = h.progress.Add
		opts.Phase = func(p scanner.Phase, done, total int) { h.progress.Phase(string(p), done, total) }
		defer h.progress.Clear() // in case the scan fails
	}
	if o.explain {
		opts.Explain = func(r scanner.Rejection) { h.progress.Clear(); a.sayRejected(r) }
	}
	summary, err := scanner.New(opts).Run(ctx, h)
	h.outcome.Summary = summary
	return h.outcome, err
}

// handler makes the writer of a report.
func (a *app) handler(format string, out *command.Output, o report.Options) (finding.Handler, error) {
	f, ok := formats.Find(format)
	if !ok {
		return nil, command.Usage("usage.format", format, strings.Join(formats.Names(), ", "))
	}
	o.Words, o.Color, o.Width, o.Person = a.Words, terminal.Color(out.Writer), terminal.Width(out.Writer), terminal.Is(out.Writer)
	if f.Machine {
		o.Words = message.New(message.English)
	}
	return f.Open(out, o), nil
}

// watched removes the progress bar before the first word of the report, and counts what the summary does not.
type watched struct {
	finding.Handler
	streams  bool              // findings appear on the terminal as they come
	progress *command.Progress // may be nil
	outcome  outcome
}

// Announce implements finding.Announcer.
func (w *watched) Announce(values []rules.Secret) {
	if a, ok := w.Handler.(finding.Announcer); ok {
		a.Announce(values)
	}
}

// Finding implements finding.Handler.
func (w *watched) Finding(f finding.Finding) error {
	if w.streams {
		w.progress.Clear()
	}
	w.outcome.count(f.Verdict)
	return w.Handler.Finding(f)
}

// Skip implements finding.Handler.
func (w *watched) Skip(s finding.Skip) error {
	if w.streams {
		w.progress.Clear()
	}
	return w.Handler.Skip(s)
}

// Summary implements finding.Handler.
func (w *watched) Summary(s finding.Summary) error {
	w.progress.Clear()
	return w.Handler.Summary(s)
}

// failedScan is the error of a scan that could not be completed.
func failedScan(err error) error {
	var known *command.Failure
	if errors.As(err, &known) {
		return known
	}
	return command.Failed(command.ExitIncomplete, "scan.failed", err)
}

// conclude sets the exit code, and summarizes the result on stderr if the report is not for a person.
func (a *app) conclude(o scanOptions, r outcome) {
	a.judge(o.fails(), r)
	if o.input.staged && a.Code == command.ExitFindings {
		a.Say("scan.ways-out")
	}
	if o.quiet || o.format == "text" && o.output == "-" {
		return
	}
	if empty := o.input.empty(); r.Empty() && !empty.IsZero() {
		_, _ = fmt.Fprintf(a.Err, "akguard: %s\n", a.Print(empty))
	}
	a.sayOffline(r)
	a.sayTotals(r, o.output)
}

// sayTotals reports the totals of a report, and its file.
func (a *app) sayTotals(r outcome, output string) {
	findings, skips := reason.New("report.findings", r.Findings), reason.New("scan.skipped", r.Skips)
	if output == "-" {
		a.Say("scan.totals", findings, r.Live, skips)
		return
	}
	a.Say("scan.totals-in", findings, r.Live, skips, output)
}

// sayOffline reports once that the service could not be reached.
func (a *app) sayOffline(r outcome) {
	if r.offline > 0 {
		a.Say("scan.offline", r.offline, r.away)
	}
}

// judge sets the exit code. With --fail-on live, a finding that was not checked never counts as "not live": a secret without
// its ID, a kind that STS does not know, a service that did not answer.
func (a *app) judge(failOn string, r outcome) {
	unsure := failOn == failOnLive && r.unsure > 0
	switch {
	case failOn == failOnAny && r.Findings > 0, failOn == failOnNew && r.New > 0, failOn != failOnNever && r.Live > 0:
		a.Code = command.ExitFindings
	case unsure || !r.Complete:
		a.Code = command.ExitIncomplete
	}
	if unsure {
		a.Say("scan.maybe-live", r.unsure)
	}
}
