package gate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/akguard/akguard/cmd/internal/ci"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/input"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/verifier"
	"github.com/spf13/cobra"
)

// ciOptions are the flags of ci.
type ciOptions struct {
	scan        scanning.Options
	base, head  string
	fetch       bool
	trustChange bool
	comment     bool
	check       bool
	noCheckout  bool
	repository  string
}

func (a *app) ci() *cobra.Command {
	var o ciOptions
	cmd := &cobra.Command{
		Use:  "ci",
		Args: command.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			return (&ciRun{app: a, opts: o}).run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.base, "base", "", "")
	f.StringVar(&o.head, "head", "", "")
	f.BoolVar(&o.fetch, "fetch", false, "")
	f.BoolVar(&o.trustChange, "trust-change", false, "")
	f.BoolVar(&o.comment, "comment", false, "")
	f.BoolVar(&o.check, "check", false, "")
	f.BoolVar(&o.noCheckout, "no-checkout", false, "")
	f.StringVar(&o.repository, "repository", "", "")
	o.scan.Config.AddTo(f)
	o.scan.Suppression.AddTo(f)
	f.Var(&command.Memory{Bytes: &o.scan.Input.Repository.MaxMemory}, "max-memory", "")
	f.IntVar(&o.scan.Input.Repository.MaxArchiveDepth, "max-archive-depth", scanning.DefaultArchiveDepth, "")
	f.StringVarP(&o.scan.Format, "format", "f", "text", "")
	f.StringVarP(&o.scan.Output, "output", "o", "-", "")
	f.BoolVar(&o.scan.ShowSecrets, "show-secrets", false, "")
	o.scan.Asking.VerifyFlag(f, &o.scan.Verify)
	f.BoolVar(&o.scan.NoVerify, "no-verify", false, "")
	o.scan.Asking.Flags(f)
	f.StringVar(&o.scan.FailOn, "fail-on", "", "")
	f.DurationVar(&o.scan.Timeout, "timeout", 0, "")
	return cmd
}

// ciRun is one run of ci.
type ciRun struct {
	*app
	opts     ciOptions
	platform ci.Platform
	event    []byte
	plan     ci.Plan
	shallow  bool
	partial  bool
	dir      string              // of the repository; "" is the one around the current folder
	store    *input.FetchOptions // how dir is fetched, for --no-checkout; nil for a checkout
	verifier verifier.Verifier   // one for all rounds, so that a verdict is asked for once
	log      io.Writer           // stderr, for commands of the runner
}

func (r *ciRun) run(ctx context.Context) error {
	r.begin()
	defer r.flush()
	if err := r.readEvent(ctx); err != nil {
		return err
	}
	done, err := r.fetchStore(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := r.prepare(); err != nil {
		return err
	}
	if r.plan.Nothing {
		r.Say("ci.nothing", r.plan.Event)
		return nil
	}
	v, verdicts, err := r.ScanVerifier(ctx, r.quietly())
	if err != nil {
		return err
	}
	defer r.SaveVerdicts(verdicts)
	r.verifier = v
	result, err := r.judgeWhole(ctx)
	if result == nil {
		return err
	}
	result.told()
	if reported := r.report(result); reported != nil {
		return reported
	}
	if err == nil {
		r.conclude(result)
	}
	return errors.Join(err, r.publish(ctx, result, err == nil))
}

// begin finds out where the job runs, and keeps words of others from its runner.
func (r *ciRun) begin() {
	r.platform = ci.Detect(os.Getenv)
	if r.log = r.Err; r.onGitHub() {
		r.Out, r.Err = ci.NewFilter(r.Out), ci.NewFilter(r.Err)
	}
}

// prepare finds out what to judge.
func (r *ciRun) prepare() error {
	if r.opts.scan.NoVerify {
		r.opts.scan.Verify = false
	}
	if err := r.replan(); err != nil {
		return err
	}
	r.opts.scan.Input.Judged = !r.plan.Whole
	return r.opts.scan.Check()
}

// flush writes what the filters of the runner's commands have held back.
func (r *ciRun) flush() {
	for _, w := range []io.Writer{r.Out, r.Err} {
		if c, ok := w.(*ci.Filter); ok {
			_ = c.Close() // a failed write to these streams has been reported
		}
	}
}

func (r *ciRun) onGitHub() bool { return r.platform.Name == "GitHub Actions" }

// replan makes the plan with what the clone has now.
func (r *ciRun) replan() error {
	revisions, err := input.OpenRevisions(r.dir)
	if err != nil {
		return scanning.InputFailed(err)
	}
	defer revisions.Close()
	r.shallow, r.partial = revisions.Shallow(), revisions.Partial()
	if r.opts.base != "" || r.opts.head != "" {
		r.plan = r.named(revisions)
		return nil
	}
	r.plan = r.platform.Plan(os.Getenv, r.event, revisions)
	return nil
}

// readEvent reads the event of the platform. Most platforms have none, and then it is nil.
func (r *ciRun) readEvent(ctx context.Context) error {
	if r.opts.base != "" || r.opts.head != "" {
		return nil
	}
	event, err := r.eventFile()
	if err == nil {
		r.event = r.withPull(ctx, event)
	}
	return err
}

func (r *ciRun) eventFile() ([]byte, error) {
	name := r.platform.EventFile
	if name == "" {
		return nil, nil
	}
	event, err := os.ReadFile(os.Getenv(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, command.Usage("usage.ci-event", name, err)
	}
	return event, nil
}

// named is the plan that the flags --base and --head make.
func (r *ciRun) named(revisions *input.Revisions) ci.Plan {
	head, base := r.opts.head, r.opts.base
	if head == "" {
		head = "HEAD"
	}
	p := ci.Plan{Platform: r.platform.Name, Event: "--base", Heads: []string{head}, Head: head}
	if base != "" {
		p.Bases, p.Trusted = []string{base}, base
	}
	for _, name := range append(append([]string{}, p.Heads...), p.Bases...) {
		if _, ok := revisions.Resolve(name); !ok {
			p.Missing = append(p.Missing, name)
		}
	}
	return p
}

// ciResult is what a run found.
type ciResult struct {
	finding.Recorded
	outcome scanning.Outcome
	told    func() // says what is to say about suppressions, once for all rounds
}

// judgeWhole judges, and fetches missing history where that is allowed. The result is nil with an error that leaves nothing
// to report.
func (r *ciRun) judgeWhole(ctx context.Context) (*ciResult, error) {
	for depth := firstDepth; ; depth *= 2 {
		if len(r.plan.Missing) == 0 {
			result, err := r.judge(ctx)
			if err != nil || r.settled(result) || !r.fetches() || depth == 0 {
				return result, err
			}
			if !result.cut() {
				depth = 0 // the merge base is there, and any commit before it may have what was found
			}
		} else if !r.fetches() || depth == 0 {
			return nil, command.Failed(command.ExitIncomplete, "ci.missing", r.whole())
		}
		if depth > maxDepth || !r.shallow {
			depth = 0 // all at once, for the last time
		}
		if err := r.fetch(ctx, depth); err != nil {
			return nil, err
		}
		if err := r.replan(); err != nil {
			return nil, err
		}
	}
}

// judge scans what the plan says.
func (r *ciRun) judge(ctx context.Context) (*ciResult, error) {
	scan := r.quietly()
	r.trust(&scan)
	j, err := r.PrepareInput(&scan, func() (*input.Input, error) { return r.open(scan.Input.Repository) })
	if err != nil {
		return nil, err
	}
	defer j.Input.Close()
	j.Opts.Verifier = r.verifier
	j.Opts.Header.Target = r.target()
	if !r.plan.Note.IsZero() {
		j.Opts.Header.Notes = append(j.Opts.Header.Notes, r.plan.Note)
	}
	if scan.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, scan.Timeout)
		defer cancel()
	}
	result := &ciResult{}
	result.outcome, err = r.Watch(ctx, scan, j.Opts, &result.Recorded)
	if err != nil && !result.outcome.Interrupted {
		return nil, scanning.FailedScan(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = command.Failed(command.ExitInterrupted, "scan.timed-out", scan.Timeout)
	}
	result.told = func() { r.SaySuppressions(j.Suppressor, r.plan.Whole && result.outcome.Complete) }
	return result, err
}

// quietly returns the options of the scan, whose report is shown at the end.
func (r *ciRun) quietly() scanning.Options {
	scan := r.opts.scan
	scan.Quiet = true
	return scan
}

// open opens what the plan says.
func (r *ciRun) open(o input.RepositoryOptions) (*input.Input, error) {
	if r.plan.Whole {
		return input.Path(r.dir, o)
	}
	return input.Range(r.dir, r.plan.Spec(), o.Options)
}

func (r *ciRun) target() string {
	if r.plan.Whole {
		return "."
	}
	return r.plan.Spec()
}

// trust has the configuration and the ignore file of the base count, and not those of the change, which could excuse itself.
func (r *ciRun) trust(scan *scanning.Options) {
	if r.plan.Whole || r.opts.trustChange {
		scan.Config.Trust = true
		return
	}
	at := r.plan.Trusted
	if at == "" {
		at = noRevision
	}
	scan.Suppression.At = at
	scan.Config.Own = func() ([]byte, error) {
		in, err := input.Path(r.dir, input.RepositoryOptions{NoWorktree: true})
		if err != nil {
			return nil, err
		}
		defer in.Close()
		return in.OwnAt(at, config.Name, config.MaxSize)
	}
}

// noRevision resolves to nothing: before the change there was no file.
const noRevision = "0000000000000000000000000000000000000000"

// report writes the report, and what the platform shows.
func (r *ciRun) report(result *ciResult) error {
	out, err := command.OpenOutput(r.opts.scan.Output, r.Out, r.opts.scan.ShowSecrets)
	if err != nil {
		return command.Usage("usage.output", r.opts.scan.Output, err)
	}
	r.OnAbandon(out.Discard)
	defer out.Discard()
	writer, err := r.Handler(r.opts.scan.Format, out, report.Options{ShowSecrets: r.opts.scan.ShowSecrets})
	if err != nil {
		return err
	}
	if err := result.Play(writer); err != nil {
		return command.Failed(command.ExitIncomplete, "scan.failed", err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", r.opts.scan.Output, err)
	}
	return r.summarize(result)
}

// summarize writes the job summary of GitHub Actions.
func (r *ciRun) summarize(result *ciResult) error {
	if !r.onGitHub() {
		return nil
	}
	if name := os.Getenv("GITHUB_STEP_SUMMARY"); name != "" {
		if err := r.writeSummary(name, result); err != nil {
			r.Say("ci.no-summary", err) // the job goes on: the report is in the log
		}
	}
	return nil
}

func (r *ciRun) writeSummary(name string, result *ciResult) error {
	markdown, ok := formats.Find("markdown")
	if !ok {
		return nil
	}
	var b bytes.Buffer
	if err := result.Play(markdown.Open(&b, report.Options{Words: r.Words, MaxBytes: ci.MaxSummary - 1024})); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(b.Bytes())
	return errors.Join(err, file.Close())
}

// conclude compares what was read with what the event says, and sets the exit code.
func (r *ciRun) conclude(result *ciResult) {
	r.app.Judge(r.opts.scan.Fails(), result.outcome)
	read := int(result.outcome.Commits)
	switch {
	case r.plan.Whole:
		r.Say("ci.judged-whole", r.plan.Event)
	case r.plan.Commits == 0:
		r.Say("ci.judged", read, r.plan.Event)
	default:
		r.Say("ci.judged-of", read, r.plan.Event, r.plan.Commits)
		if read != r.plan.Commits && !result.cut() {
			r.incomplete("ci.other-count", read, r.plan.Commits)
		}
	}
	if !r.plan.Note.IsZero() {
		r.Say(r.plan.Note.Code, r.plan.Note.Args()...)
	}
	if r.plan.Note.Code == "ci.stale-merge" {
		r.incomplete("ci.stale-merge", r.plan.Head)
	}
	switch {
	case result.cut():
		r.Say("ci.make-whole", r.whole())
	case !r.settled(result):
		r.Say("ci.maybe-older", r.whole())
	}
}

// incomplete reports that what was judged is not what was asked about.
func (r *ciRun) incomplete(key string, args ...any) {
	if r.Code == command.ExitOK {
		r.Code = command.ExitIncomplete
	}
	r.Say(key, args...)
}

// cut reports whether something of the history was not there.
func (r *ciResult) cut() bool {
	for _, s := range r.Skips {
		if isCut(s.Reason) {
			return true
		}
	}
	return false
}

func isCut(why reason.Reason) bool {
	switch why.Code {
	case "git.shallow", "git.base-shallow", "git.parent-unreadable", "git.base-parent-unreadable", "git.partial", "git.object-missing":
		return true
	}
	return false
}
