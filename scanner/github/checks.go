package github

import (
	"context"
	"net/http"
	"time"

	"github.com/google/go-github/v62/github"
)

// The limits of check runs.
const (
	MaxTitle       = 255
	MaxSummary     = 65_535 // of a summary, in characters
	maxAnnotations = 50     // of a request
)

// Check is the result of a check of a commit.
type Check struct {
	Name        string
	Head        string // ID of the commit
	Passed      bool
	Title       string
	Summary     string // Markdown
	Annotations []Annotation
}

// Annotation is a message at a line.
type Annotation struct {
	Path    string
	Line    int
	Level   string // notice, warning or failure
	Title   string
	Message string
}

// CreateCheck creates a check run. It has its result from the first request on, so that it never stays in progress; requests
// with more annotations follow.
func (c *Client) CreateCheck(ctx context.Context, check Check) error {
	output := func(n int) *github.CheckRunOutput {
		part := check.Annotations[:min(len(check.Annotations), n)]
		check.Annotations = check.Annotations[len(part):]
		out := &github.CheckRunOutput{Title: &check.Title, Summary: &check.Summary}
		for _, a := range part {
			out.Annotations = append(out.Annotations, &github.CheckRunAnnotation{
				Path: github.String(a.Path), StartLine: github.Int(a.Line), EndLine: github.Int(a.Line),
				AnnotationLevel: github.String(a.Level), Title: github.String(a.Title), Message: github.String(a.Message),
			})
		}
		return out
	}
	conclusion := "failure"
	if check.Passed {
		conclusion = "success"
	}
	run, _, err := c.rest.Checks.CreateCheckRun(ctx, c.owner, c.name, github.CreateCheckRunOptions{
		Name: check.Name, HeadSHA: check.Head, Status: github.String("completed"), Conclusion: &conclusion,
		CompletedAt: &github.Timestamp{Time: time.Now().UTC()}, Output: output(maxAnnotations),
	})
	if err != nil {
		return c.failed(ctx, c.call(http.MethodPost, "check-runs"), err)
	}
	for len(check.Annotations) > 0 {
		_, _, err := c.rest.Checks.UpdateCheckRun(ctx, c.owner, c.name, run.GetID(), github.UpdateCheckRunOptions{
			Name: check.Name, Output: output(maxAnnotations),
		})
		if err != nil {
			return c.failed(ctx, c.call(http.MethodPatch, "check-runs/%d", run.GetID()), err)
		}
	}
	return nil
}
