package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/github/transport"
)

// Issue is an issue to open. Body holds no secret: who reads the issue may be anybody.
type Issue struct {
	Marker string // tells the issue from all others; letters, digits and hyphens
	Title  string
	Body   string // Markdown
	Labels []string
}

// Filed is an issue that FileIssue has opened, or that was there.
type Filed struct {
	URL string // for browsers
	New bool   // it was opened now
}

// FileIssue opens an issue, or updates the one that has its marker. An issue that somebody has closed
// stays closed. Doing it again changes nothing.
func (a *Account) FileIssue(ctx context.Context, r Repository, i Issue) (Filed, error) {
	if i.Marker == "" || strings.Trim(i.Marker, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return Filed{}, reason.NewError("github.marker", i.Marker)
	}
	rights, err := a.Rights(ctx)
	if err != nil {
		return Filed{}, err
	}
	body := i.Body + "\n\n<!-- akguard:" + i.Marker + " -->"
	known, err := a.filed(ctx, r, i, rights.Login)
	if err != nil {
		return Filed{}, err
	}
	request := &github.IssueRequest{Title: &i.Title, Body: &body}
	if known != nil {
		if known.GetBody() == body && known.GetTitle() == i.Title {
			return Filed{URL: known.GetHTMLURL()}, nil
		}
		_, _, err = a.rest.Issues.Edit(transport.Repeatable(ctx), r.Owner, r.Name, known.GetNumber(), request)
		return Filed{URL: known.GetHTMLURL()}, a.failed(ctx, fmt.Sprintf("PATCH /repos/%s/issues/%d", r.FullName(), known.GetNumber()), err)
	}
	if len(i.Labels) > 0 {
		request.Labels = &i.Labels
	}
	created, _, err := a.rest.Issues.Create(ctx, r.Owner, r.Name, request)
	return Filed{created.GetHTMLURL(), err == nil}, a.failed(ctx, "POST /repos/"+r.FullName()+"/issues", err)
}

// filed returns the issue with a marker. Anybody can write a marker: only an issue of the token's own user counts, or of a
// bot where the token is an App's. The search is by list, because GitHub's index is late.
func (a *Account) filed(ctx context.Context, r Repository, i Issue, login string) (*github.Issue, error) {
	address := "repos/" + r.FullName() + "/issues?state=all&per_page=100&creator=" + login
	if login == "" {
		address = "repos/" + r.FullName() + "/issues?state=all&per_page=100"
	}
	var found *github.Issue
	err := list(ctx, a.api, address, func(page []*github.Issue) bool {
		for _, one := range page {
			own := strings.EqualFold(one.GetUser().GetLogin(), login) || login == "" && one.GetUser().GetType() == "Bot"
			if own && !one.IsPullRequest() && strings.HasSuffix(one.GetBody(), "<!-- akguard:"+i.Marker+" -->") {
				found = one // the first that was opened, if there are several
			}
		}
		return true
	})
	if Status(err) == http.StatusGone {
		err = reason.NewError("github.issues-off", r.FullName())
	}
	return found, err
}
