package sweeping

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/markdown"
	"github.com/akguard/akguard/scanner/sweep"
	"github.com/spf13/pflag"
)

// extraFlags say what to read besides repositories, and whether to open issues.
type extraFlags struct {
	extras sweep.Extras
	gists  bool
	issues string // issuesNone, issuesLive or issuesAny
}

// Which credentials get an issue.
const (
	issuesNone = ""
	issuesLive = "live"
	issuesAny  = "any"
)

func (o *extraFlags) extrasTo(f *pflag.FlagSet) {
	f.BoolVar(&o.extras.Texts, "issues", false, "")
	f.BoolVar(&o.extras.Assets, "assets", false, "")
	f.BoolVar(&o.extras.Actions, "actions", false, "")
	f.BoolVar(&o.gists, "gists", false, "")
	f.StringVar(&o.issues, "create-issues", issuesNone, "")
	f.Lookup("create-issues").NoOptDefVal = issuesLive
}

func (o *extraFlags) checkExtras(noVerify bool) error {
	switch o.issues {
	case issuesNone, issuesAny:
		return nil
	case issuesLive:
		if noVerify {
			return command.Usage("usage.create-issues-live")
		}
		return nil
	}
	return command.Usage("usage.create-issues", o.issues)
}

// lister lists repositories, and the gists of those who belong to the owners.
type lister struct {
	account *accounts
	gists   bool
}

// Repositories implements sweep.Lister.
func (l lister) Repositories(ctx context.Context, s github.Scope) (github.Listing, error) {
	listing, err := l.account.Repositories(ctx, s)
	if err != nil || !l.gists {
		return listing, err
	}
	organizations := s.Organizations
	if len(s.Enterprises) > 0 {
		organizations = append(slices.Clone(organizations), ownersOf(listing)...)
	}
	slices.Sort(organizations)
	return l.account.WithGists(ctx, listing, slices.Compact(organizations), s.Users)
}

// ownersOf returns the owners of what an enterprise has: its organizations.
func ownersOf(l github.Listing) (owners []string) {
	for _, r := range l.Repositories {
		owners = append(owners, r.Owner)
	}
	return owners
}

// createIssues opens an issue for each credential in each repository that has it. It does not change the exit code: what was found
// is in the report.
func (r *githubRun) createIssues(ctx context.Context, sum *sweep.Sum) {
	if r.opts.issues == issuesNone {
		return
	}
	at := map[string]github.Repository{}
	for _, d := range sum.Repositories {
		if d.Repository.Gist == "" {
			at[d.Repository.FullName()] = d.Repository
		}
	}
	var opened, known, failed int
	var first error
	for _, f := range sum.Findings {
		if r.opts.issues == issuesLive && !f.Live() {
			continue
		}
		for _, part := range byRepository(f) {
			repository, ok := at[part.name]
			if !ok {
				continue // a gist has no issues
			}
			filed, err := r.file(ctx, repository, part.Finding)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				failed++
				if first == nil {
					first = err
				}
			case filed.New:
				opened++
			default:
				known++
			}
		}
	}
	r.note("sweep.issues", opened, known, failed)
	if first != nil {
		r.Say("sweep.issues-failed", failed, first)
	}
}

// located is what a finding is in one repository.
type located struct {
	name string
	finding.Finding
}

// byRepository divides a finding by repositories; a wiki belongs to its repository.
func byRepository(f finding.Finding) (out []located) {
	for _, o := range f.Occurrences {
		name := strings.TrimSuffix(o.Origin.Repository, ".wiki")
		i := slices.IndexFunc(out, func(l located) bool { return l.name == name })
		if i < 0 {
			i, out = len(out), append(out, located{name, f})
			out[i].Occurrences = nil
		}
		out[i].Occurrences = append(out[i].Occurrences, o)
	}
	return out
}

// file opens the issue about a credential in a repository. Its text is that of a report, in which values are masked, and
// names from repositories can neither mention anybody nor format anything.
func (r *githubRun) file(ctx context.Context, repository github.Repository, f finding.Finding) (github.Filed, error) {
	var body bytes.Buffer
	h := report.Masked(markdown.Format().New(&body, report.Options{Words: r.Words, MaxBytes: maxIssue}))
	sum := finding.Summary{Findings: 1, Complete: true}
	if f.Live() {
		sum.Live = 1
	}
	recorded := finding.Recorded{
		Opened: finding.Header{
			Version: command.Version(), Target: repository.FullName(), Rules: r.pool.rules.Rules(), Verify: r.pool.verifier != nil,
			Notes: []reason.Reason{reason.New("sweep.issue-note")},
		},
		Findings: []finding.Finding{f}, Sum: sum, Ended: true,
	}
	if err := recorded.Play(h); err != nil {
		return github.Filed{}, err
	}
	return r.pool.account.FileIssue(ctx, repository, github.Issue{
		Marker: "key-" + f.Fingerprint, Title: r.Text("sweep.issue-title", f.Credential.ID.String()), Body: body.String(),
	})
}

// maxIssue is the size of the text of an issue; GitHub takes 65,536 characters.
const maxIssue = 60_000
