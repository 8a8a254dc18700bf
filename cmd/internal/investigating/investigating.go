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
	"github.com/spf13/pflag"
)

// app is one run of the command.
type app struct{ *command.App }

// Commands returns the commands.
func Commands(a *command.App) []*cobra.Command { return []*cobra.Command{(&app{a}).command(options{})} }

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
	journals    []string // of what was done
	all         bool     // accounts of the organization
	role        string   // by which they are entered
	printPolicy bool
	flags       *pflag.FlagSet // as they were given
}

// command returns the command, with what flags do not set.
func (a *app) command(o options) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "investigate [ID | REPORT]",
		Args: command.Takes(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.take(args); err != nil {
				return err
			}
			o.flags = cmd.Flags()
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
	f.Var((*fileOrLatest)(&o.resume), "resume", "")
	f.Lookup("resume").NoOptDefVal = latest
	f.StringArrayVar(&o.journals, "journal", nil, "")
	f.BoolVar(&o.all, "all-accounts", false, "")
	f.StringVar(&o.role, "role", "", "")
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
	case o.all && o.cloud.Account != "":
		return command.Usage("usage.all-accounts")
	case o.role != "" && !o.all && o.cloud.Account == "":
		return command.Usage("usage.role-alone")
	case o.from != "" && (o.all || o.resume != "" || o.subject != "" || o.since != "" || len(o.regions) > 0):
		return command.Usage("usage.from-excludes")
	}
	return nil
}

func (a *app) run(ctx context.Context, o options) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.printPolicy {
		policy := survey.Policy(nil)
		if o.all || o.cloud.Account != "" {
			policy = survey.DirectoryPolicy(o.role)
		}
		_, err := fmt.Fprintln(a.Out, policy)
		return err
	}
	for _, name := range append(o.journals, o.from, o.against, o.resume, o.known, o.subject) {
		if sameFile(name, o.output) {
			return command.Usage("usage.same-file", o.output)
		}
	}
	known, err := ReadKnown(o.known)
	if err != nil {
		return err
	}
	var first incident.Organization
	if o.against != "" {
		if first, _, err = ReadReport(o.against); err != nil {
			return err
		}
	}
	if _, err := a.journalDeeds(o.journals); err != nil { // now, not after minutes of reading
		return err
	}
	out, err := command.OpenOutput(o.output, a.Out, true)
	if err != nil {
		return command.Usage("usage.output", o.output, err)
	}
	defer out.Discard()
	a.OnAbandon(out.Discard)
	result, err := a.inquire(ctx, o, known, first)
	if err != nil && !slices.ContainsFunc(result.Accounts, incident.Part.Entered) {
		return err
	}
	if o.against != "" {
		if err := result.compare(o.against, first); err != nil {
			return err
		}
	}
	if err := a.addDeeds(o, result); err != nil {
		return err
	}
	a.conclude(result)
	err = errors.Join(a.write(out, o, result), err)
	result.store.settle(o, err)
	return err
}

// result is what an investigation found, in one account or in several.
type result struct {
	incident.Organization
	several bool
	store   *store // the checkpoints of what was read; nil if nothing was
}

// compare compares each account with an earlier investigation.
func (r result) compare(name string, first incident.Organization) error {
	for _, p := range r.Accounts {
		i := slices.IndexFunc(first.Accounts, func(old incident.Part) bool { return old.Account == p.Account && old.Entered() })
		switch {
		case i < 0 && !r.several:
			return command.Usage("usage.other-account", name, first.Accounts[0].Account, p.Account)
		case i >= 0 && p.Entered():
			p.Report.Before = incident.Compare(*first.Accounts[i].Report, *p.Report)
		}
	}
	return nil
}

// inquire reads the accounts and judges them, or judges again what an earlier report has.
func (a *app) inquire(ctx context.Context, o options, known investigate.Known, first incident.Organization) (result, error) {
	if o.from != "" {
		g, several, err := ReadReport(o.from)
		for _, p := range g.Accounts {
			if p.Entered() {
				p.Report.Result = investigate.Judge(p.Report.Snapshot, investigate.Options{Known: known})
			}
		}
		return result{Organization: g, several: several}, err
	}
	r, err := a.newReading(o, known, first)
	if err != nil {
		return result{}, err
	}
	if r.connection, err = o.cloud.Connect(a.App); err != nil {
		return result{}, err
	}
	g, err := r.readAll(ctx)
	return result{g, o.all, r.store}, err
}

// newReading prepares the reading: which keys leaked and since when, and what an interrupted investigation has read.
func (a *app) newReading(o options, known investigate.Known, first incident.Organization) (*reading, error) {
	q, err := a.subjectOf(o, first)
	if err != nil {
		return nil, err
	}
	r := &reading{app: a, o: o, q: q, known: known, store: a.newStore(o, q)}
	if r.earlier, err = a.readEarlier(o, r.store, q); err != nil {
		return nil, err
	}
	if old := r.earlier.any(); old.Snapshot != nil {
		r.q.since = old.Snapshot.Since
		if len(q.keys) == 0 {
			r.q.leaks = old.Leaks
			r.store.run, r.store.leaks = runOf(old.Snapshot.Leaked), old.Leaks
		}
	}
	return r, nil
}

func (a *app) write(out *command.Output, o options, r result) error {
	formats := incident.Formats()
	f := formats[slices.IndexFunc(formats, func(f incident.Format) bool { return f.Name == o.format })]
	how := incident.Options{Words: a.Words, Share: o.share, Zone: time.Local}
	var text []byte
	var err error
	if r.several {
		text, err = f.RenderAll(r.Organization, how)
	} else {
		text, err = f.Render(*r.Accounts[0].Report, how)
	}
	if err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return command.Usage("usage.output-write", o.output, osfile.WithoutPath(err))
	}
	if err := out.Commit(); err != nil {
		return command.Usage("usage.output-write", o.output, osfile.WithoutPath(err))
	}
	return nil
}

// conclude sets the exit code, the worst of all accounts: 1 where a thief left traces, 3 where something may hide, and after a
// comparison 0 only if all is closed.
func (a *app) conclude(r result) {
	worst := []int{command.ExitOK, command.ExitIncomplete, command.ExitFindings}
	for _, p := range r.Accounts {
		if code := conclusion(p); slices.Index(worst, code) > slices.Index(worst, a.Code) {
			a.Code = code
		}
	}
}

func conclusion(p incident.Part) int {
	if !p.Entered() {
		return command.ExitIncomplete
	}
	switch r := p.Report; {
	case r.Before != nil && r.Before.Whole():
	case r.Before != nil && len(r.Before.Open) == 0:
		return command.ExitIncomplete
	case r.Before != nil, r.Result.Alarms() > 0:
		return command.ExitFindings
	case !r.Result.Complete():
		return command.ExitIncomplete
	}
	return command.ExitOK
}

// sameFile reports whether two names are of one file. "" and what does not exist are no files.
func sameFile(a, b string) bool {
	first, err1 := os.Stat(a)
	second, err2 := os.Stat(b)
	return a != "" && err1 == nil && err2 == nil && first.Mode().IsRegular() && os.SameFile(first, second)
}

// ReadReport reads an earlier investigation.
func ReadReport(name string) (g incident.Organization, several bool, err error) {
	file, err := os.Open(name)
	if err != nil {
		return g, false, command.Usage("usage.read-report", name, osfile.WithoutPath(err))
	}
	defer file.Close()
	if g, several, err = incident.Read(file); err != nil {
		return g, false, command.Usage("usage.not-an-investigation", name, err)
	}
	return g, several, nil
}
