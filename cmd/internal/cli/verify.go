package cli

import (
	"cmp"
	"context"
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/scanning"
	"github.com/akguard/akguard/cmd/internal/subject"
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/verifier"
	"github.com/spf13/cobra"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	subject     string // an ID or a report
	asking      scanning.Verification
	secretStdin bool
	fromEnv     bool
	idOnly      bool
	format      string
	output      string
	showSecrets bool
	failOn      string
	quiet       bool
}

func (a *app) verify() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:  "verify [ID | REPORT]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.subject = args[0]
			}
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			return a.runVerify(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "")
	f.BoolVar(&o.fromEnv, "from-env", false, "")
	f.BoolVar(&o.idOnly, "id-only", false, "")
	f.StringVarP(&o.format, "format", "f", "", "")
	f.StringVarP(&o.output, "output", "o", "-", "")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "")
	f.StringVar(&o.failOn, "fail-on", scanning.FailOnLive, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	o.asking.Flags(f)
	return cmd
}

func (a *app) runVerify(ctx context.Context, o verifyOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	ask, err := a.subject(&o)
	if err != nil {
		return err
	}
	v, verdicts, err := a.Verifier(ctx, o.asking, o.quiet)
	if err != nil {
		return err
	}
	defer a.SaveVerdicts(verdicts)
	out, err := a.OpenReport(o.output, o.showSecrets)
	if err != nil {
		return err
	}
	defer out.Discard()
	writer, err := a.Handler(cmp.Or(o.format, "text"), out, report.Options{ShowSecrets: o.showSecrets, Quiet: true}) // nothing was scanned
	if err != nil {
		return err
	}
	result, err := ask(ctx, v, writer)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return scanning.FailedScan(err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	a.concludeVerify(o, result)
	return nil
}

func (o verifyOptions) check() error {
	ways := 0
	for _, way := range []bool{o.secretStdin, o.fromEnv, o.idOnly} {
		if way {
			ways++
		}
	}
	switch {
	case ways > 1:
		return command.Usage("usage.ways")
	case o.format != "" && o.format != "text" && o.format != "json" && o.format != "jsonl":
		return command.Usage("usage.format", o.format, "text, json, jsonl")
	case o.fromEnv && o.asking.NeedsAdmin() && o.asking.Cloud.Profile == "":
		return command.Usage("usage.from-env-admin")
	case o.idOnly && o.asking.NoProbe:
		return command.Usage("usage.exclusive", "--id-only", "--no-probe")
	}
	if o.failOn != scanning.FailOnAny && o.failOn != scanning.FailOnLive && o.failOn != scanning.FailOnNever {
		return command.Usage("usage.fail-on", o.failOn, "any, live, never")
	}
	return o.asking.Check()
}

// asker verifies a subject and writes the result.
type asker func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error)

// verified is what the exit code and the closing lines depend on.
type verified struct {
	scanning.Outcome
	masked int // findings that could not be verified
}

// subject finds out what to verify: a report if it is a file, or an ID.
func (a *app) subject(o *verifyOptions) (asker, error) {
	info, err := os.Stat(o.subject)
	switch {
	case o.subject == "" && !o.fromEnv:
		return nil, command.Usage("usage.nothing-to-verify")
	case err == nil && info.IsDir():
		return nil, command.Usage("usage.verify-folder", o.subject)
	case err == nil && (o.secretStdin || o.fromEnv || o.idOnly):
		return nil, command.Usage("usage.report-and-secret", o.subject)
	case err == nil:
		return a.savedReport(o)
	case o.subject != "" && !subject.LooksLikeID(o.subject):
		return nil, command.Usage("usage.verify-what", rules.MaskIDs(o.subject))
	}
	c, err := a.given(*o)
	if err != nil {
		return nil, err
	}
	return o.single(c), nil
}

// single verifies one credential. It is reported as a finding without a file.
func (o *verifyOptions) single(c rules.Credential) asker {
	return func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error) {
		rule, _ := builtin.Set().Rule(c.Type)
		place := finding.Occurrence{Place: finding.Place{Source: finding.SourceArgument}, Parts: finding.PartBoth, Line: 1, Column: 1}
		if c.Secret.IsZero() {
			place.Parts = finding.PartID
		}
		r := &subject.Report{Opening: finding.Header{Version: command.Version(), Target: c.ID.String(), Rules: builtin.Set().Rules(), Verify: true}}
		r.Findings = []finding.Finding{{
			Rule: rule, Credential: c, Severity: rule.Severity, Fingerprint: c.Fingerprint(), Occurrences: []finding.Occurrence{place},
		}}
		r.Closing = &finding.Summary{Findings: 1, Complete: true}
		return reverify(ctx, r, v, o, h)
	}
}

// savedReport reads a report and verifies its findings.
func (a *app) savedReport(o *verifyOptions) (asker, error) {
	r, err := subject.ReadReport(o.subject)
	if err != nil {
		return nil, err
	}
	if o.format == "" && o.output != "-" {
		o.format = "jsonl"
	}
	return func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error) {
		return reverify(ctx, r, v, o, h)
	}, nil
}

// reverify verifies the findings of a report and writes the report to h.
func reverify(ctx context.Context, r *subject.Report, v verifier.Verifier, o *verifyOptions, h finding.Handler) (verified, error) {
	var result verified
	findings := scanner.Reverify(ctx, r.Findings, builtin.Set(), v, o.asking.Candidates)
	sum := finding.Summary{} // of an interrupted scan: not complete
	if r.Closing != nil {
		sum = *r.Closing
	}
	sum.Findings, sum.Live = len(findings), 0
	for _, f := range findings {
		result.count(f)
		if f.Live() {
			sum.Live++
		}
	}
	result.Summary = sum
	r.Opening.Verify = true
	return result, r.Play(h, findings, sum)
}

// count counts what could not be verified.
func (v *verified) count(f finding.Finding) {
	v.Outcome.Count(f.Verdict)
	if f.Masked() {
		v.masked++
	}
}

// concludeVerify sets the exit code, and reports what the result does not show.
func (a *app) concludeVerify(o verifyOptions, r verified) {
	a.Judge(o.failOn, r.Outcome)
	if o.quiet {
		return
	}
	if r.masked > 0 {
		a.Say("verify.masked", r.masked)
	}
	if o.output != "-" || o.format != "" && o.format != "text" {
		a.SayOffline(r.Outcome)
	}
	if o.output != "-" {
		a.Say("verify.written", r.Findings, r.Live, o.output)
	}
}

// given reads a credential from where the flags say.
func (a *app) given(o verifyOptions) (rules.Credential, error) {
	p := subject.Parts{ID: o.subject}
	var err error
	switch {
	case o.idOnly:
	case o.fromEnv:
		p, err = subject.FromEnv(p)
	case o.secretStdin:
		err = p.Read(a.In)
	default:
		err = p.Prompt(a.App)
	}
	if err != nil {
		return rules.Credential{}, err
	}
	return p.Credential(), nil
}
