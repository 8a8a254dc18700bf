package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/message"
	"github.com/akguard/akguard/cmd/internal/terminal"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/scanner/target"
	"github.com/akguard/akguard/verifier"
	"github.com/akguard/akguard/verifier/cache"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// scanOptions are the flags of scan.
type scanOptions struct {
	target      target.Options
	config      configOptions
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
	noProgress  bool
}

const scanLong = `Scan for leaked Alibaba Cloud AccessKeys.

A git repository is scanned whole: every blob that its object store holds, whatever refers to it (branches, tags,
stashes, reflogs, notes, nothing at all), the messages of commits and tags, and the working tree: what git tracks,
as it is on disk, and what it does not ignore. A folder that is no repository, and a file, are scanned as they are;
- is standard input. Without PATH, the repository around the current folder is scanned.

Found pairs are checked with STS GetCallerIdentity, which needs no permission and changes nothing: the ID, the security
token of a temporary credential, and a signature go to sts.aliyuncs.com. The secret never leaves the machine, and nothing
is sent anywhere else. Of several secrets near an ID, each is tried, best first, until one is its own. An ID whose secret
was not found is asked about once, signed with a made-up secret: it is not found, disabled, or exists; --no-probe leaves
that out, --no-verify everything. The owner's ActionTrail may record each call, with the address of this machine. Keys of
other kinds (DashScope and the like) are never checked.

--inventory asks another thing: whether a key is one of your own. An administrator's credential, from the environment or
from --profile, asks IMS and RAM for the owner of each ID, in its own account and in the others of its organization that it
may enter; the leaked secret is not used for it.

HTTPS_PROXY and NO_PROXY are honoured, and --ca-file names the certificates of a proxy that looks into TLS; so does
SSL_CERT_FILE, on Linux. Inside a VPC take --endpoint sts=https://sts-vpc.REGION.aliyuncs.com, as from finance regions.

Values are masked everywhere, unless --show-secrets.

` + exitCodes

const scanExample = `  akguard scan                          the repository around this folder
  akguard scan --format sarif --output akguard.sarif .
  akguard scan --staged                 what the next commit adds, as a hook does
  akguard scan --range origin/main..HEAD
  git show HEAD:app.yml | akguard scan -`

func (a *app) scan() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:     "scan [PATH | -]",
		Short:   "Scan a repository, a folder, a file or standard input",
		Long:    scanLong,
		Example: scanExample,
		Args:    scanArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.target.Path = args[0]
			}
			if err := checkFlags(cmd.Flags()); err != nil {
				return err
			}
			return a.runScan(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.target.Staged, "staged", false, "scan only what the next commit adds: the index, not the files on disk")
	f.StringVar(&o.target.Range, "range", "", "scan only what these commits add, `BASE..HEAD`")
	f.BoolVar(&o.target.NoHistory, "no-history", false, "leave out the history")
	f.BoolVar(&o.target.NoWorktree, "no-worktree", false, "leave out the working tree")
	f.BoolVar(&o.target.NoUnreachable, "no-unreachable", false, "leave out of the history what no ref reaches")
	f.BoolVar(&o.target.IncludeIgnored, "include-ignored", false, "scan files that git ignores too")
	o.config.addTo(f)
	f.BoolVar(&o.explain, "explain", false, "say what looked like a key and was not taken for one, and why")
	f.BoolVar(&o.cache, "cache", false, "remember which objects of the history have been read, and read only new ones next time")
	f.IntVar(&o.target.MaxArchiveDepth, "max-archive-depth", 10, "open archives down to `N` in one another; 0 opens none")
	f.Var(&memory{&o.target.MaxMemory}, "max-memory", "`SIZE` of what may be held of a repository's objects, such as 512MiB or 2GiB")
	f.StringVar(&o.format, "format", "text", "`FORMAT` of the report: text, json, jsonl or sarif")
	f.StringVar(&o.output, "output", "-", "write the report to `FILE`, in place only when it is whole; - is standard output")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "write found values whole; keep such a report safe")
	f.BoolVar(&o.verify, "verify", true, "check found pairs with STS")
	f.BoolVar(&o.noVerify, "no-verify", false, "send nothing anywhere")
	o.asking.flags(f)
	f.StringVar(&o.failOn, "fail-on", "any", "`WHICH` findings make exit code 1: any, live or never")
	f.BoolVar(&o.quiet, "quiet", false, "say nothing but findings, errors and what could not be read")
	f.BoolVar(&o.noProgress, "no-progress", false, "show no progress on a terminal")
	return cmd
}

func scanArgs(_ *cobra.Command, args []string) error {
	switch {
	case len(args) > 1:
		return &failure{fmt.Errorf("scan takes one PATH, and not %d", len(args)), "name one after the other, or a folder that holds all", exitUsage}
	case len(args) == 1 && args[0] == "":
		return empty("PATH")
	}
	return nil
}

// checkFlags refuses flags that contradict each other, and empty ones.
func checkFlags(flags *pflag.FlagSet) error {
	if flags.Changed("verify") && flags.Changed("no-verify") {
		return &failure{errors.New("--verify and --no-verify exclude each other"), "leave one of them out", exitUsage}
	}
	var err error
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.String() == "" {
			err = empty("--" + f.Name)
		}
	})
	return err
}

// empty refuses what mostly comes of a variable that a script did not set: without it, something else would be
// scanned than what was meant.
func empty(what string) error {
	return &failure{fmt.Errorf("%s is empty", what), "give it a value, or leave it out", exitUsage}
}

func (a *app) runScan(ctx context.Context, o scanOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	v, remembered, err := a.scanVerifier(ctx, o)
	if err != nil {
		return err
	}
	defer a.saveVerdicts(remembered)
	if err := o.useCache(); err != nil {
		return err
	}
	set, err := a.useConfig(&o)
	if err != nil {
		return err
	}
	t, err := a.openTarget(o)
	if err != nil {
		return err
	}
	defer t.Close()
	out, err := openOutput(o.output, a.Out, o.showSecrets)
	if err != nil {
		return &failure{fmt.Errorf("--output %s: %w", o.output, err), "name a file in a folder that exists and can be written", exitUsage}
	}
	a.onAbandon(out.discard)
	defer out.discard()
	opts := scanner.Options{Sources: t.Sources, Rules: set, Verifier: v, MaxCandidates: o.asking.candidates}
	result, err := a.scanTo(ctx, o, opts, out)
	if err != nil {
		return failedScan(err)
	}
	if err := out.commit(); err != nil {
		return &failure{fmt.Errorf("writing --output %s: %w", o.output, err), "the report is not there; scan again", exitUsage}
	}
	a.sayReused(o, t)
	a.conclude(o, result)
	return nil
}

func (o scanOptions) check() error {
	if _, ok := formats.Find(o.format); !ok {
		return usage("usage.format", o.format, strings.Join(formats.Names(), ", "))
	}
	if err := checkFailOn(o.failOn); err != nil {
		return err
	}
	if o.failOn == "live" && !o.verifies() {
		return &failure{errors.New("--fail-on live needs verification"), "leave out --no-verify, or take --fail-on any", exitUsage}
	}
	return o.asking.check()
}

func checkFailOn(which string) error {
	if which != "any" && which != "live" && which != "never" {
		return &failure{fmt.Errorf("--fail-on %s is not known", which), "it is any, live or never", exitUsage}
	}
	return nil
}

func (o scanOptions) verifies() bool { return o.verify && !o.noVerify }

// scanVerifier makes the verifier that the flags ask for; nil is none.
func (a *app) scanVerifier(ctx context.Context, o scanOptions) (verifier.Verifier, *cache.Cache, error) {
	if !o.verifies() {
		return nil, nil, nil
	}
	return a.verifier(ctx, o.asking, o.quiet)
}

func (a *app) openTarget(o scanOptions) (*target.Target, error) {
	o.target.Stdin = a.In
	if o.target.Staged && isHere(o.target.Path) {
		o.target.Index = target.IndexFromEnv()
	}
	t, err := target.Open(o.target)
	var failed *target.Error
	if errors.As(err, &failed) {
		return nil, &failure{failed.Err, failed.Hint, exitUsage}
	}
	if err == nil && t.Note != "" && !o.quiet {
		terminal.Say(a.Err, "%s", t.Note)
	}
	return t, err
}

// isHere reports whether a path is the current folder, whose repository it is that git runs a hook for.
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

// outcome is what the exit code depends on.
type outcome struct {
	finding.Summary
	unknown int    // findings that were asked about, without a usable answer
	offline int    // those of them for which the service could not be reached
	away    string // why it could not
}

func (o *outcome) count(v verifier.Verdict) {
	if v.Status == verifier.Unknown {
		o.unknown++
	}
	if v.Offline {
		o.offline++
		if len(v.Reason.String()) > len(o.away) { // the longer one also says that the others were not asked about
			o.away = v.Reason.String()
		}
	}
}

// scanTo scans into the output.
func (a *app) scanTo(ctx context.Context, o scanOptions, opts scanner.Options, out *output) (outcome, error) {
	writer, err := a.handler(o.format, out, report.Options{ShowSecrets: o.showSecrets, Quiet: o.quiet})
	if err != nil {
		return outcome{}, err
	}
	opts.Header = finding.Header{Version: buildVersion(), Target: o.named()}
	h := &watched{Handler: writer}
	if terminal.Is(a.Err) && !o.quiet && !o.noProgress {
		h.progress = newProgress(a.Err)
		a.progress = h.progress
		opts.Progress = h.progress.add
		defer h.progress.clear() // where the scan did not come to its end
	}
	if o.explain {
		opts.Explain = func(r scanner.Rejection) { h.progress.clear(); a.sayRejected(r) }
	}
	summary, err := scanner.New(opts).Run(ctx, h)
	h.outcome.Summary = summary
	return h.outcome, err
}

// named is the target as the user named it.
func (o scanOptions) named() string {
	if o.target.Path == "" {
		return "."
	}
	return o.target.Path
}

// handler makes the writer of a report.
func (a *app) handler(format string, out *output, o report.Options) (finding.Handler, error) {
	f, ok := formats.Find(format)
	if !ok {
		return nil, usage("usage.format", format, strings.Join(formats.Names(), ", "))
	}
	o.Words, o.Color = a.words, terminal.Color(out.Writer)
	if f.Machine {
		o.Words = message.New(message.English)
	}
	return f.Open(out, o), nil
}

// watched removes the progress bar before the first word of the report, and counts what the summary does not.
type watched struct {
	finding.Handler
	progress *progress // may be nil
	outcome  outcome
}

// Finding implements finding.Handler.
func (w *watched) Finding(f finding.Finding) error {
	w.progress.clear()
	w.outcome.count(f.Verdict)
	return w.Handler.Finding(f)
}

// Skip implements finding.Handler.
func (w *watched) Skip(s finding.Skip) error {
	w.progress.clear()
	return w.Handler.Skip(s)
}

// Summary implements finding.Handler.
func (w *watched) Summary(s finding.Summary) error {
	w.progress.clear()
	return w.Handler.Summary(s)
}

// failedScan says that a scan did not come to its end.
func failedScan(err error) error {
	var failed *failure
	if errors.As(err, &failed) {
		return failed
	}
	return &failure{fmt.Errorf("the scan did not come to its end: %w", err), "nothing is known of what was not read; mend the cause and scan again", exitIncomplete}
}

const waysOut = `what is staged holds a credential. Ways out:
  - take it out of the file (an environment variable, a RAM role), and git add the file again
  - if anybody else has seen it, disable the key first
  - if it is no credential: git commit --no-verify skips all hooks, SKIP=akguard git commit only this one (pre-commit)`

// conclude sets the exit code, and says the result where the report itself is not for a person.
func (a *app) conclude(o scanOptions, r outcome) {
	a.judge(o.failOn, r)
	if o.target.Staged && a.code == exitFindings {
		terminal.Say(a.Err, waysOut)
	}
	if o.quiet || o.format == "text" && o.output == "-" {
		return
	}
	a.sayOffline(r)
	where := ""
	if o.output != "-" {
		where = ", report in " + o.output
	}
	terminal.Say(a.Err, "%s, %d live, %s not read%s", count(r.Findings, "finding"), r.Live, count(r.Skips, "thing"), where)
}

// sayOffline says once that the service could not be reached.
func (a *app) sayOffline(r outcome) {
	if r.offline > 0 {
		terminal.Say(a.Err, "not verified: %s: %s", count(r.offline, "finding"), r.away)
	}
}

// judge sets the exit code.
func (a *app) judge(failOn string, r outcome) {
	unsure := failOn == "live" && r.unknown > 0 // no answer is never "not live"
	switch {
	case failOn == "any" && r.Findings > 0, failOn == "live" && r.Live > 0:
		a.code = exitFindings
	case unsure || !r.Complete:
		a.code = exitIncomplete
	}
	if unsure {
		terminal.Say(a.Err, "%s may be live: there was no usable answer", count(r.unknown, "finding"))
	}
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
