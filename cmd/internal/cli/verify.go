package cli

import (
	"cmp"
	"context"
	"os"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/verifier"
	"github.com/spf13/cobra"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	subject     string // an ID or a report
	asking      verification
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
		Args: takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.subject = args[0]
			}
			if err := checkFlags(cmd.Flags()); err != nil {
				return err
			}
			return a.runVerify(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "")
	f.BoolVar(&o.fromEnv, "from-env", false, "")
	f.BoolVar(&o.idOnly, "id-only", false, "")
	f.StringVar(&o.format, "format", "", "")
	f.StringVar(&o.output, "output", "-", "")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "")
	f.StringVar(&o.failOn, "fail-on", "live", "")
	f.BoolVar(&o.quiet, "quiet", false, "")
	o.asking.flags(f)
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
	v, verdicts, err := a.verifier(ctx, o.asking, o.quiet)
	if err != nil {
		return err
	}
	defer a.saveVerdicts(verdicts)
	out, err := openOutput(o.output, a.Out, o.showSecrets)
	if err != nil {
		return usage("usage.output", o.output, err)
	}
	a.onAbandon(out.discard)
	defer out.discard()
	writer, err := a.handler(cmp.Or(o.format, "text"), out, report.Options{ShowSecrets: o.showSecrets, Quiet: true}) // nothing was scanned
	if err != nil {
		return err
	}
	result, err := ask(ctx, v, writer)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return failedScan(err)
	}
	if err := out.commit(); err != nil {
		return usage("usage.output-write", o.output, err)
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
		return usage("usage.ways")
	case o.format != "" && o.format != "text" && o.format != "json" && o.format != "jsonl":
		return usage("usage.format", o.format, "text, json, jsonl")
	case o.fromEnv && o.asking.needsAdmin() && o.asking.cloud.profile == "":
		return usage("usage.from-env-admin")
	case o.idOnly && o.asking.noProbe:
		return usage("usage.exclusive", "--id-only", "--no-probe")
	}
	if err := checkFailOn(o.failOn); err != nil {
		return err
	}
	return o.asking.check()
}

// asker verifies something and writes the result.
type asker func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error)

// verified is what the exit code and the closing lines depend on.
type verified struct {
	outcome
	masked int // findings that could not be verified
}

// subject finds out what to verify: a report if it is a file, or an ID.
func (a *app) subject(o *verifyOptions) (asker, error) {
	info, err := os.Stat(o.subject)
	switch {
	case o.subject == "" && !o.fromEnv:
		return nil, usage("usage.nothing-to-verify")
	case err == nil && info.IsDir():
		return nil, usage("usage.verify-folder", o.subject)
	case err == nil && (o.secretStdin || o.fromEnv || o.idOnly):
		return nil, usage("usage.report-and-secret", o.subject)
	case err == nil:
		return a.savedReport(o)
	case o.subject != "" && !looksLikeID(o.subject):
		return nil, usage("usage.verify-what", rules.MaskIDs(o.subject))
	}
	c, err := a.given(*o)
	if err != nil {
		return nil, err
	}
	return o.single(c), nil
}

// looksLikeID accepts more than the rules that find IDs: a person has said that it is one.
func looksLikeID(s string) bool {
	id := strings.TrimPrefix(s, "STS.")
	for _, r := range id {
		if !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return false
		}
	}
	return len(id) >= 12 && len(id) <= 128
}

// single verifies one credential. It is reported as a finding without a file.
func (o *verifyOptions) single(c rules.Credential) asker {
	return func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error) {
		rule, _ := builtin.Set().Rule(c.Type)
		place := finding.Occurrence{Place: finding.Place{Source: finding.SourceArgument}, Parts: finding.PartBoth, Line: 1, Column: 1}
		if c.Secret.IsZero() {
			place.Parts = finding.PartID
		}
		r := saved{header: finding.Header{Version: buildVersion(), Target: c.ID.String(), Rules: builtin.Set().Rules(), Verify: true}}
		r.findings = []finding.Finding{{
			Rule: rule, Credential: c, Severity: rule.Severity, Fingerprint: c.Fingerprint(), Occurrences: []finding.Occurrence{place},
		}}
		r.summary = &finding.Summary{Findings: 1, Complete: true}
		return r.verify(ctx, v, o, h)
	}
}

// savedReport reads a report and verifies its findings.
func (a *app) savedReport(o *verifyOptions) (asker, error) {
	r, err := readReport(o.subject)
	if err != nil {
		return nil, err
	}
	if o.format == "" && o.output != "-" {
		o.format = "jsonl"
	}
	return func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error) {
		return r.verify(ctx, v, o, h)
	}, nil
}

func readReport(name string) (*saved, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usage("usage.read-report", name, cause(err))
	}
	defer file.Close()
	r := new(saved)
	if err := jsonl.Read(file, builtin.Set(), r); err != nil {
		return nil, usage("usage.not-a-report", name, err)
	}
	return r, nil
}

// saved is a report in memory. It is a Handler so that a reader can fill it.
type saved struct {
	header   finding.Header
	findings []finding.Finding
	skips    []finding.Skip
	summary  *finding.Summary // nil for an interrupted scan
}

func (r *saved) Header(h finding.Header) error   { r.header = h; return nil }
func (r *saved) Finding(f finding.Finding) error { r.findings = append(r.findings, f); return nil }
func (r *saved) Skip(s finding.Skip) error       { r.skips = append(r.skips, s); return nil }
func (r *saved) Summary(s finding.Summary) error { r.summary = &s; return nil }

// verify verifies the findings and writes the report to h.
func (r *saved) verify(ctx context.Context, v verifier.Verifier, o *verifyOptions, h finding.Handler) (verified, error) {
	var result verified
	findings := scanner.Reverify(ctx, r.findings, builtin.Set(), v, o.asking.candidates)
	sum := finding.Summary{} // of an interrupted scan: not complete
	if r.summary != nil {
		sum = *r.summary
	}
	sum.Findings, sum.Live = len(findings), 0
	for _, f := range findings {
		result.count(f)
		if f.Live() {
			sum.Live++
		}
	}
	result.Summary = sum
	r.header.Verify = true
	return result, r.play(h, findings, sum)
}

// count counts what could not be verified.
func (v *verified) count(f finding.Finding) {
	v.outcome.count(f.Verdict)
	if f.Masked() {
		v.masked++
	}
}

func (r *saved) play(h finding.Handler, findings []finding.Finding, sum finding.Summary) error {
	if err := h.Header(r.header); err != nil {
		return err
	}
	for _, f := range findings {
		if err := h.Finding(f); err != nil {
			return err
		}
	}
	for _, s := range r.skips {
		if err := h.Skip(s); err != nil {
			return err
		}
	}
	return h.Summary(sum)
}

// concludeVerify sets the exit code, and reports what the result does not show.
func (a *app) concludeVerify(o verifyOptions, r verified) {
	a.judge(o.failOn, r.outcome)
	if o.quiet {
		return
	}
	if r.masked > 0 {
		a.say("verify.masked", r.masked)
	}
	if o.output != "-" || o.format != "" && o.format != "text" {
		a.sayOffline(r.outcome)
	}
	if o.output != "-" {
		a.say("verify.written", r.Findings, r.Live, o.output)
	}
}
