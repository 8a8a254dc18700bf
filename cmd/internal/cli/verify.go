package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/terminal"
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

const verifyLong = `Check one credential, or the findings of a saved report, with STS.

For one credential name its ID. Its secret is asked for on the terminal, which does not show it, and so is the security
token of an ID that begins with STS. Elsewhere --secret-stdin reads the secret from the first line of standard input and
a token from the second; --from-env takes ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and
ALIBABA_CLOUD_SECURITY_TOKEN. A secret on the command line would stand in the shell's history and in the list of
processes, so there is no flag for it. --id-only asks whether the ID exists, as scan does where it found no secret.

For a saved report name its file, of scan --format jsonl or json. Each finding is asked about again and the report
written with the new verdicts. That takes the values themselves (scan --show-secrets): a finding whose values are masked
keeps its verdict, and no answer does not undo an older one.

What is sent where, scan --help says.

`

const verifyExample = `  akguard verify ID                     asks for the secret
  vault read -field=secret x | akguard verify ID --secret-stdin
  akguard verify report.jsonl --show-secrets --output report.jsonl`

func (a *app) verify() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:     "verify [ID | REPORT]",
		Short:   "Check one credential, or the findings of a saved report",
		Long:    verifyLong + a.words.Text("help.exit-codes"),
		Example: verifyExample,
		Args:    cobra.MaximumNArgs(1),
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
	f.BoolVar(&o.secretStdin, "secret-stdin", false, "read the secret from standard input, and a token from its second line")
	f.BoolVar(&o.fromEnv, "from-env", false, "take the credential from ALIBABA_CLOUD_ACCESS_KEY_ID and so on")
	f.BoolVar(&o.idOnly, "id-only", false, "ask whether the ID exists, without its secret")
	f.StringVar(&o.format, "format", "", "`FORMAT` of the result: text, json or jsonl; text if not given, but jsonl for a report in a file")
	f.StringVar(&o.output, "output", "-", "write the result to `FILE`, in place only when it is whole; - is standard output")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "write values whole; keep such a result safe")
	f.StringVar(&o.failOn, "fail-on", "live", "`WHICH` results make exit code 1: any, live or never")
	f.BoolVar(&o.quiet, "quiet", false, "say nothing but results and errors")
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
	v, remembered, err := a.verifier(ctx, o.asking, o.quiet)
	if err != nil {
		return err
	}
	defer a.saveVerdicts(remembered)
	out, err := openOutput(o.output, a.Out, o.showSecrets)
	if err != nil {
		return &failure{fmt.Errorf("--output %s: %w", o.output, err), "name a file in a folder that exists and can be written", exitUsage}
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
		return &failure{fmt.Errorf("writing --output %s: %w", o.output, err), "the result is not there; verify again", exitUsage}
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
		return &failure{errors.New("--secret-stdin, --from-env and --id-only exclude each other"), "leave all but one out", exitUsage}
	case o.format != "" && o.format != "text" && o.format != "json" && o.format != "jsonl":
		return &failure{fmt.Errorf("--format %s is not known", o.format), "it is text, json or jsonl", exitUsage}
	case o.fromEnv && o.asking.needsAdmin() && o.asking.profile == "":
		return &failure{errors.New("--from-env and the administrator would take the same credential from the environment"),
			"name the administrator's with --profile", exitUsage}
	case o.idOnly && o.asking.noProbe:
		return &failure{errors.New("--id-only and --no-probe exclude each other"), "leave one of them out", exitUsage}
	}
	if err := checkFailOn(o.failOn); err != nil {
		return err
	}
	return o.asking.check()
}

// asker verifies something and writes the result.
type asker func(ctx context.Context, v verifier.Verifier, h finding.Handler) (verified, error)

// verified is what the exit code and the last words depend on.
type verified struct {
	outcome
	masked int // findings that could not be asked about
}

// subject finds out what is to be verified: what is a file is a report, and what looks like an ID is one.
func (a *app) subject(o *verifyOptions) (asker, error) {
	const hint = "name an ID, such as one that begins with LTAI, or a report that scan --format jsonl has written"
	info, err := os.Stat(o.subject)
	switch {
	case o.subject == "" && !o.fromEnv:
		return nil, &failure{errors.New("there is nothing to verify"), hint, exitUsage}
	case err == nil && info.IsDir():
		return nil, &failure{fmt.Errorf("%s is a folder", o.subject), "akguard scan looks for keys in it; verify takes an ID or a report", exitUsage}
	case err == nil && (o.secretStdin || o.fromEnv || o.idOnly):
		return nil, &failure{fmt.Errorf("%s is a report, whose credentials stand in it", o.subject), "leave out --secret-stdin, --from-env and --id-only", exitUsage}
	case err == nil:
		return a.savedReport(o)
	case o.subject != "" && !looksLikeID(o.subject):
		return nil, &failure{fmt.Errorf("%s is neither a file nor an ID", rules.MaskIDs(o.subject)), hint, exitUsage}
	}
	c, err := a.given(*o)
	if err != nil {
		return nil, err
	}
	return o.single(c), nil
}

// looksLikeID is more generous than the rules that find IDs: somebody has said that it is one.
func looksLikeID(s string) bool {
	id := strings.TrimPrefix(s, "STS.")
	for _, r := range id {
		if !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return false
		}
	}
	return len(id) >= 12 && len(id) <= 128
}

// single verifies one credential. It is reported as a finding that stands nowhere.
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
		return nil, &failure{fmt.Errorf("%s: %w", name, cause(err)), "name a file that can be read", exitUsage}
	}
	defer file.Close()
	r := new(saved)
	if err := jsonl.Read(file, builtin.Set(), r); err != nil {
		return nil, &failure{fmt.Errorf("%s: %w", name, err), "name a report that akguard scan --format jsonl has written", exitUsage}
	}
	return r, nil
}

// saved is a report in memory. As a Handler it takes one.
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

// verify asks about the findings and plays the report to h.
func (r *saved) verify(ctx context.Context, v verifier.Verifier, o *verifyOptions, h finding.Handler) (verified, error) {
	var result verified
	findings := scanner.Reverify(ctx, r.findings, v, o.asking.candidates)
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

// count takes note of what nobody knows of.
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

// concludeVerify sets the exit code and says what the result does not.
func (a *app) concludeVerify(o verifyOptions, r verified) {
	a.judge(o.failOn, r.outcome)
	if o.quiet {
		return
	}
	if r.masked > 0 {
		terminal.Say(a.Err, "%s kept as before: masked values cannot be checked; scan with --show-secrets", count(r.masked, "verdict"))
	}
	if o.output != "-" || o.format != "" && o.format != "text" {
		a.sayOffline(r.outcome)
	}
	if o.output != "-" {
		terminal.Say(a.Err, "%s, %d live, report in %s", count(r.Findings, "finding"), r.Live, o.output)
	}
}
