package scanning

import (
	"context"
	"errors"
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
)

// Options are the flags of scan.
type Options struct {
	Input       Target
	Config      Config
	Suppression Suppression
	Format      string
	Output      string
	ShowSecrets bool
	Verify      bool
	NoVerify    bool
	Asking      Verification
	FailOn      string
	Cache       bool
	Explain     bool
	Quiet       bool
	All         bool
	NoProgress  bool
	Timeout     time.Duration // 0: no limit
	Tree        fs.FS         // what is scanned, as it is on the disk; nil if it is not there
}

// Job is a scan that can begin. Its input must be closed.
type Job struct {
	Opts       scanner.Options
	Input      *input.Input
	Suppressor *suppressor // nil if every finding counts
}

// Prepare reads what the flags name: the configuration, the input and the ignore files.
func (a *Runner) Prepare(o *Options) (*Job, error) {
	return a.PrepareInput(o, func() (*input.Input, error) { return a.openInput(o.Input, o.Quiet) })
}

// PrepareInput is prepare with an input that is not named by flags.
func (a *Runner) PrepareInput(o *Options, open func() (*input.Input, error)) (*Job, error) {
	if err := o.useCache(); err != nil {
		return nil, err
	}
	ruling, err := a.useConfig(o)
	if err != nil {
		return nil, err
	}
	in, err := open()
	if err != nil {
		return nil, InputFailed(err)
	}
	a.OnAbandon(in.Abandon)
	sup, err := o.Suppression.newSuppressor(in, ruling.allow)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	web, refs := in.Web()
	j := &Job{Input: in, Suppressor: sup, Opts: scanner.Options{
		Header: finding.Header{
			Version: command.Version(), Target: o.Input.named(), Web: web, WebRefs: refs, Notes: ruling.notes, Empty: o.Input.Empty(),
		},
		Sources: in.Sources, Rules: ruling.rules, MaxCandidates: o.Asking.Candidates,
		AllowLive: o.Suppression.AllowLive, ShowSuppressed: o.Suppression.show,
	}}
	if sup != nil {
		j.Opts.Suppressor = sup
	}
	return j, nil
}

// Check refuses invalid values, and flags that do not go together.
func (o Options) Check() error {
	if _, ok := formats.Find(o.Format); !ok {
		return command.Usage("usage.format", o.Format, strings.Join(formats.Names(), ", "))
	}
	if err := o.CheckFailOn(); err != nil {
		return err
	}
	if o.Timeout < 0 {
		return command.Usage("usage.timeout", o.Timeout)
	}
	if err := o.Input.check(o.Cache); err != nil {
		return err
	}
	if err := o.Suppression.Check(); err != nil {
		return err
	}
	return o.Asking.Check()
}

// The values of --fail-on.
const (
	FailOnAny   = "any"
	FailOnNew   = "new" // what a change made appear, and what is live
	FailOnLive  = "live"
	FailOnNever = "never"
)

// Fails returns the value of --fail-on. By default, everything counts that was not there before.
func (o Options) Fails() string {
	switch {
	case o.FailOn != "":
		return o.FailOn
	case o.Input.change():
		return FailOnNew
	}
	return FailOnAny
}

// CheckFailOn refuses an invalid value of --fail-on.
func (o Options) CheckFailOn() error {
	switch o.Fails() {
	case FailOnAny, FailOnNever:
	case FailOnNew:
		if !o.Input.change() {
			return command.Usage("usage.fail-on-new")
		}
	case FailOnLive:
		if !o.verifies() {
			return command.Usage("usage.fail-on-live")
		}
	default:
		return command.Usage("usage.fail-on", o.FailOn, "new, any, live, never")
	}
	return nil
}

func (o Options) verifies() bool { return o.Verify && !o.NoVerify }

// ScanVerifier makes the verifier that the flags ask for; nil means no verification.
func (a *Runner) ScanVerifier(ctx context.Context, o Options) (verifier.Verifier, *cache.Cache, error) {
	if !o.verifies() {
		return nil, nil, nil
	}
	return a.Verifier(ctx, o.Asking, o.Quiet)
}

// Outcome is what the exit code depends on.
type Outcome struct {
	finding.Summary
	unsure  int           // findings that may be live: nobody asked, or no usable answer came
	offline int           // those of them for which the service could not be reached
	away    reason.Reason // why it could not be reached
}

// Count counts one verdict.
func (o *Outcome) Count(v verifier.Verdict) {
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

// Watch scans into a handler, and shows the progress.
func (a *Runner) Watch(ctx context.Context, o Options, opts scanner.Options, to finding.Handler) (Outcome, error) {
	h := &watched{Handler: to}
	if terminal.Is(a.Err) && !o.Quiet && !o.NoProgress {
		h.progress = a.NewProgress()
		a.Progress = h.progress
		opts.Progress = h.progress.Add
		opts.Phase = func(p scanner.Phase, done, total int) { h.progress.Phase(string(p), done, total) }
		defer h.progress.Clear() // in case the scan fails
	}
	if o.Explain {
		opts.Explain = func(r scanner.Rejection) { h.progress.Clear(); a.sayRejected(r) }
	}
	summary, err := scanner.New(opts).Run(ctx, h)
	h.outcome.Summary = summary
	return h.outcome, err
}

// Handler makes the writer of a report.
func (a *Runner) Handler(format string, out *command.Output, o report.Options) (finding.Handler, error) {
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
	outcome  Outcome
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
	w.outcome.Count(f.Verdict)
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

// FailedScan is the error of a scan that could not be completed.
func FailedScan(err error) error {
	var known *command.Failure
	if errors.As(err, &known) {
		return known
	}
	return command.Failed(command.ExitIncomplete, "scan.failed", err)
}

// SayOffline reports once that the service could not be reached.
func (a *Runner) SayOffline(r Outcome) {
	if r.offline > 0 {
		a.Say("scan.offline", r.offline, r.away)
	}
}

// Judge sets the exit code. With --fail-on live, a finding that was not checked never counts as "not live": a secret without
// its ID, a kind that STS does not know, a service that did not answer.
func (a *Runner) Judge(failOn string, r Outcome) {
	unsure := failOn == FailOnLive && r.unsure > 0
	switch {
	case failOn == FailOnAny && r.Findings > 0, failOn == FailOnNew && r.New > 0, failOn != FailOnNever && r.Live > 0:
		a.Code = command.ExitFindings
	case unsure || !r.Complete:
		a.Code = command.ExitIncomplete
	}
	if unsure {
		a.Say("scan.maybe-live", r.unsure)
	}
}

// CheckHook refuses invalid values of the flags of a hook.
func (o Options) CheckHook() error {
	if err := o.CheckFailOn(); err != nil {
		return err
	}
	if o.Timeout < 0 {
		return command.Usage("usage.timeout", o.Timeout)
	}
	return o.Suppression.Check()
}
