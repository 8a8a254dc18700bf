package cli

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/investigating"
	"github.com/akguard/akguard/rules/builtin"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/scanner/report/jsonl"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/spf13/cobra"
)

func (a *app) report() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "report",
		Args: command.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.convertReport(), investigating.Evidence(a.App))
	return cmd
}

// convertOptions are the flags of report convert.
type convertOptions struct {
	report      string // a file, or - for standard input
	format      string
	output      string
	showSecrets bool
	quiet       bool
	all         bool
}

func (a *app) convertReport() *cobra.Command {
	var o convertOptions
	cmd := &cobra.Command{
		Use:  "convert REPORT | -",
		Args: command.Takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.report = args[0]
			if o.report == "" {
				return command.Empty("REPORT")
			}
			if err := command.CheckFlags(cmd.Flags()); err != nil {
				return err
			}
			return a.runConvert(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "text", "")
	f.StringVarP(&o.output, "output", "o", "-", "")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "")
	f.BoolVar(&o.all, "all", false, "")
	return cmd
}

func (a *app) runConvert(ctx context.Context, o convertOptions) error {
	if _, ok := formats.Find(o.format); !ok {
		return command.Usage("usage.format", o.format, strings.Join(formats.Names(), ", "))
	}
	in, err := a.openSaved(o.report)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := a.OpenReport(o.output, o.showSecrets)
	if err != nil {
		return err
	}
	defer out.Discard()
	writer, err := a.Handler(o.format, out, report.Options{ShowSecrets: o.showSecrets, Quiet: o.quiet, All: o.all})
	if err != nil {
		return err
	}
	if err := replay(in, &saved{Handler: writer, ctx: ctx}); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return command.Usage("usage.not-a-report", o.report, err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	return nil
}

// openSaved opens a report; "-" is standard input.
func (a *app) openSaved(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.In), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, command.Usage("usage.read-report", name, osfile.WithoutPath(err))
	}
	return file, nil
}

// replay gives a saved report to h. One without a summary is that of an interrupted scan.
func replay(r io.Reader, h *saved) error {
	if err := jsonl.Read(r, builtin.Set(), h); err != nil || h.closed {
		return err
	}
	return h.Summary(finding.Summary{Findings: h.findings, Live: h.live, Interrupted: true})
}

// saved counts what a report without a summary does not say.
type saved struct {
	finding.Handler
	ctx            context.Context
	findings, live int
	closed         bool
}

// Finding implements finding.Handler.
func (s *saved) Finding(f finding.Finding) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if f.Suppressed.IsZero() {
		s.findings++
		if f.Live() {
			s.live++
		}
	}
	return s.Handler.Finding(f)
}

// Summary implements finding.Handler.
func (s *saved) Summary(sum finding.Summary) error {
	s.closed = true
	return s.Handler.Summary(sum)
}
