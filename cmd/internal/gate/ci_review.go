package gate

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/akguard/akguard/cmd/internal/ci"
	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/report"
	"github.com/akguard/akguard/scanner/report/formats"
	"github.com/akguard/akguard/scanner/review"
)

// The variables with a token for GitHub's API. The first one is for a token with more rights than that of the job.
const (
	ownTokenVariable = "AKGUARD_GITHUB_TOKEN"
	jobTokenVariable = "GITHUB_TOKEN"
)

// maxCheckAnnotations is how many annotations a check run gets: ten requests. Its summary counts all findings.
const maxCheckAnnotations = 500

// publish writes what GitHub shows: review comments and a check run, where they are asked for, and annotations in the log for
// all that has no comment. What GitHub refuses changes no exit code.
func (r *ciRun) publish(ctx context.Context, result *ciResult, concluded bool) error {
	if !r.onGitHub() {
		if r.opts.comment || r.opts.check {
			r.Say("ci.not-github")
		}
		return nil
	}
	var shown map[string]bool
	if client := r.client(); client != nil && concluded {
		switch {
		case r.opts.comment && r.plan.PullRequest > 0:
			shown = r.review(ctx, client, result)
		case r.opts.comment && r.plan.Event == "workflow_run":
			r.Say("ci.no-pull-request", r.plan.Head)
		}
		if r.opts.check && !strings.ContainsAny(r.plan.Head, "/ ") && len(r.plan.Head) >= 40 {
			r.check(ctx, client, result)
		}
	}
	return ci.Write(r.log, r.annotations(result, shown), func(level string, n int) ci.Annotation {
		return ci.Annotation{Level: level, Title: "akguard", Message: r.Text("ci.more-annotations", n)}
	})
}

// client makes a client of GitHub; nil if none is needed or possible, which is said.
func (r *ciRun) client() *github.Client {
	if !r.opts.comment && !r.opts.check {
		return nil
	}
	token := apiToken()
	if token == "" {
		r.Say("ci.no-token", jobTokenVariable)
		return nil
	}
	client, err := newClient(token)
	if err != nil {
		r.Say("ci.no-comments", reason.Of(err))
		return nil
	}
	return client
}

func apiToken() string { return cmp.Or(os.Getenv(ownTokenVariable), os.Getenv(jobTokenVariable)) }

func newClient(token string) (*github.Client, error) {
	return github.New(github.Options{API: os.Getenv("GITHUB_API_URL"), Token: token, Repository: os.Getenv("GITHUB_REPOSITORY")})
}

// withPull completes an event that names no pull request, because that comes from a fork: the one whose last commit is that of
// the run is looked up. Without a token, or if GitHub refuses, the change is judged against the default branch.
func (r *ciRun) withPull(ctx context.Context, event []byte) []byte {
	search, ok := ci.SearchFor(os.Getenv, event)
	if !ok || !r.onGitHub() || apiToken() == "" {
		return event
	}
	client, err := newClient(apiToken())
	var pull github.Pull
	if err == nil {
		pull, ok, err = client.OpenPull(ctx, search.Owner, search.Branch, search.Head)
	}
	if err != nil {
		r.Say("ci.no-search", reason.Of(err))
	}
	if err != nil || !ok {
		return event
	}
	completed, err := ci.WithPull(event, pull.Number, pull.Base)
	if err != nil {
		return event // the plan says that the event cannot be read
	}
	return completed
}

// review brings the comments of the pull request in step with the findings that count, and returns which of them have one.
func (r *ciRun) review(ctx context.Context, client *github.Client, result *ciResult) map[string]bool {
	a := &annotator{text: r.Text}
	_ = result.Play(report.Masked(a)) // it never fails
	var findings []finding.Finding
	for _, f := range a.findings {
		if f.Counts() {
			findings = append(findings, f)
		}
	}
	reviewed, err := review.Reconcile(ctx, review.Options{
		Client: client, Number: r.plan.PullRequest, Head: r.plan.Head, Complete: result.outcome.Complete, Words: r.Words,
	}, findings)
	if err != nil {
		r.Say("ci.no-comments", reason.Of(err))
	}
	n := 0
	for _, f := range findings {
		if reviewed.Shown[f.Fingerprint] {
			n++
		}
	}
	if len(findings) > 0 {
		r.Say("ci.commented", len(findings), n, len(findings)-n)
	}
	return reviewed.Shown
}

// check writes a check run with the result.
func (r *ciRun) check(ctx context.Context, client *github.Client, result *ciResult) {
	check := github.Check{
		Name: "akguard", Head: r.plan.Head, Passed: r.Code == command.ExitOK,
		Title: r.Text("report.findings", result.outcome.Findings), Summary: r.checkSummary(result),
	}
	levels := map[string]string{"error": "failure", "warning": "warning", "notice": "notice"}
	for _, a := range r.annotations(result, nil) {
		if a.File == "" || len(check.Annotations) == maxCheckAnnotations || !utf8.ValidString(a.File) {
			continue
		}
		check.Annotations = append(check.Annotations, github.Annotation{
			Path: a.File, Line: max(1, a.Line), Level: levels[a.Level], Title: a.Title, Message: a.Message,
		})
	}
	if err := client.CreateCheck(ctx, check); err != nil {
		r.Say("ci.no-check", reason.Of(err))
	}
}

func (r *ciRun) checkSummary(result *ciResult) string {
	var b bytes.Buffer
	if markdown, ok := formats.Find("markdown"); ok {
		_ = result.Play(markdown.Open(&b, report.Options{Words: r.Words, MaxBytes: github.MaxSummary})) // a buffer takes all
	}
	return cmp.Or(b.String(), "akguard")
}
