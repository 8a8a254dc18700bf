// Package investigating has the command investigate: it reads an Alibaba Cloud account, judges what it read, and writes the incident
// report. It changes nothing in the account.
package investigating

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/cmd/internal/cloud"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/incident"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/akguard/akguard/verifier/survey"
	"github.com/spf13/cobra"
)

// app is one run of the command.
type app struct{ *command.App }

// Commands returns the commands.
func Commands(a *command.App) []*cobra.Command { return []*cobra.Command{(&app{a}).investigate()} }

// options are the flags of investigate.
type options struct {
	cloud       cloud.Flags
	subject     string // an ID or a report
	since       string
	regions     []string
	known       string
	format      string
	output      string
	from        string
	against     string
	resume      string
	share       bool
	printPolicy bool
}

func (a *app) investigate() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:  "investigate [ID | REPORT]",
		Args: command.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.subject = args[0]
			}
			return a.run(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.since, "since", "", "")
	f.StringSliceVar(&o.regions, "regions", nil, "")
	f.StringVar(&o.known, "known", "", "")
	f.StringVarP(&o.format, "format", "f", "text", "")
	f.StringVarP(&o.output, "output", "o", "-", "")
	f.StringVar(&o.from, "from", "", "")
	f.StringVar(&o.against, "against", "", "")
	f.StringVar(&o.resume, "resume", "", "")
	f.BoolVar(&o.share, "share", false, "")
	f.BoolVar(&o.printPolicy, "print-policy", false, "")
	o.cloud.AddTo(f)
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range incident.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// check refuses flags that contradict each other.
func (o options) check() error {
	switch {
	case !slices.Contains(formatNames(), o.format):
		return command.Usage("usage.format", o.format, strings.Join(formatNames(), ", "))
	case o.share && o.format == "json":
		return command.Usage("usage.share-json")
	case o.from != "" && (o.resume != "" || o.subject != "" || o.since != "" || len(o.regions) > 0):
		return command.Usage("usage.from-excludes")
	}
	return nil
}

func (a *app) run(ctx context.Context, o options) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.printPolicy {
		_, err := fmt.Fprintln(a.Out, survey.Policy(nil))
		return err
	}
	for _, name := range []string{o.from, o.against, o.resume, o.known, o.subject} {
		if sameFile(name, o.output) {
			return command.Usage("usage.same-file", o.output)
		}
	}
	known, err := readKnown(o.known)
	if err != nil {
		return err
	}
	var first incident.Report
	if o.against != "" {
		if first, err = readReport(o.against); err != nil {
			return err
		}
	}
	out, err := command.OpenOutput(o.output, a.Out, true)
	if err != nil {
		return command.Usage("usage.output", o.output, err)
	}
	defer out.Discard()
	r, err := a.inquire(ctx, o, known, first)
	if err != nil && r.Snapshot == nil {
		return err
	}
	if o.against != "" && first.Snapshot.Account != r.Snapshot.Account {
		return command.Usage("usage.other-account", o.against, first.Snapshot.Account, r.Snapshot.Account)
	}
	if o.against != "" {
		r.Before = incident.Compare(first, r)
	}
	a.conclude(r)
	return errors.Join(a.write(out, o, r), err)
}

// inquire reads the account and judges it, or judges again what an earlier report has.
func (a *app) inquire(ctx context.Context, o options, known investigate.Known, first incident.Report) (incident.Report, error) {
	if o.from != "" {
		r, err := readReport(o.from)
		if err != nil {
			return incident.Report{}, err
		}
		r.Result = investigate.Judge(r.Snapshot, investigate.Options{Known: known})
		return r, nil
	}
	s, err := a.subjectOf(o, first)
	if err != nil {
		return incident.Report{}, err
	}
	var earlier incident.Report
	if o.resume != "" {
		if earlier, err = readReport(o.resume); err != nil {
			return earlier, err
		}
		s.since = earlier.Snapshot.Since
	}
	snapshot, err := a.read(ctx, o, known, s, earlier.Snapshot)
	if snapshot == nil {
		return incident.Report{}, err
	}
	r := incident.Report{Version: command.Version(), Snapshot: snapshot, Leaks: s.leaks}
	r.Result = investigate.Judge(snapshot, investigate.Options{Known: known})
	return r, err
}

func (a *app) write(out *command.Output, o options, r incident.Report) error {
	formats := incident.Formats()
	f := formats[slices.IndexFunc(formats, func(f incident.Format) bool { return f.Name == o.format })]
	text, err := f.Render(r, incident.Options{Words: a.Words, Share: o.share, Zone: time.Local})
	if err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, err)
	}
	return nil
}

// conclude sets the exit code: 1 where a thief left traces, 3 where something may hide, and after a comparison 0 only if all is closed.
func (a *app) conclude(r incident.Report) {
	switch {
	case r.Before != nil && r.Before.Whole():
	case r.Before != nil && len(r.Before.Open) == 0:
		a.Code = command.ExitIncomplete
	case r.Before != nil, r.Result.Alarms() > 0:
		a.Code = command.ExitFindings
	case !r.Result.Complete():
		a.Code = command.ExitIncomplete
	}
}

// sameFile reports whether two names are of one file. "" and what does not exist are no files.
func sameFile(a, b string) bool {
	first, err1 := os.Stat(a)
	second, err2 := os.Stat(b)
	return a != "" && err1 == nil && err2 == nil && first.Mode().IsRegular() && os.SameFile(first, second)
}

// readReport reads an earlier investigation.
func readReport(name string) (incident.Report, error) {
	file, err := os.Open(name)
	if err != nil {
		return incident.Report{}, command.Usage("usage.read-report", name, osfile.WithoutPath(err))
	}
	defer file.Close()
	r, err := incident.Read(file)
	if err != nil {
		return r, command.Usage("usage.not-an-investigation", name, err)
	}
	return r, nil
}
