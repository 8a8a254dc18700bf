package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

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
	a.filing.Lock()
	defer a.filing.Unlock()
	body := i.Body + "\n\n" + markerStart + i.Marker + markerEnd
	own, err := a.filed(ctx, r)
	if err != nil {
		return Filed{}, err
	}
	known := own[i.Marker]
	request := &github.IssueRequest{Title: &i.Title, Body: &body}
	if known != nil {
		if known.GetBody() == body && known.GetTitle() == i.Title {
			return Filed{URL: known.GetHTMLURL()}, nil
		}
		_, _, err = a.rest.Issues.Edit(transport.Repeatable(ctx), r.Owner, r.Name, known.GetNumber(), request)
		if err == nil {
			known.Title, known.Body = request.Title, request.Body
		}
		return Filed{URL: known.GetHTMLURL()}, a.failed(ctx, fmt.Sprintf("PATCH /repos/%s/issues/%d", r.FullName(), known.GetNumber()), err)
	}
	if len(i.Labels) > 0 {
		request.Labels = &i.Labels
	}
	created, _, err := a.rest.Issues.Create(ctx, r.Owner, r.Name, request)
	if err == nil {
		own[i.Marker] = created
	} else {
		delete(a.filing.own, r.FullName()) // it may have been opened: the next call looks
	}
	return Filed{created.GetHTMLURL(), err == nil}, a.failed(ctx, "POST /repos/"+r.FullName()+"/issues", err)
}

// filing is what is known of issues that were filed. The lock is held while one is: else two calls could open the same.
type filing struct {
	sync.Mutex
	login *string                             // of the token's user, "" for an App; nil if it is not known
	own   map[string]map[string]*github.Issue // by OWNER/NAME and marker
}

// filed returns the issues of a repository that have a marker, and asks for them once. Anybody can write a marker: only an issue of the
// token's own user counts, or of a bot where the token is an App's. The search is by list, because GitHub's index is late.
func (a *Account) filed(ctx context.Context, r Repository) (map[string]*github.Issue, error) {
	if own, ok := a.filing.own[r.FullName()]; ok {
		return own, nil
	}
	if a.filing.login == nil {
		rights, err := a.Rights(ctx)
		if err != nil {
			return nil, err
		}
		a.filing.login = &rights.Login
	}
	login := *a.filing.login
	address := "repos/" + r.FullName() + "/issues?state=all&per_page=100"
	if login != "" {
		address += "&creator=" + login
	}
	own := map[string]*github.Issue{}
	err := list(ctx, a.api, address, func(page []*github.Issue) bool {
		for _, one := range page {
			ours := strings.EqualFold(one.GetUser().GetLogin(), login) || login == "" && one.GetUser().GetType() == "Bot"
			if marker := markerOf(one.GetBody()); ours && marker != "" && !one.IsPullRequest() {
				own[marker] = one // the first that was opened, if there are several
			}
		}
		return true
	})
	if Status(err) == http.StatusGone {
		err = reason.NewError("github.issues-off", r.FullName())
	}
	if err != nil {
		return nil, err
	}
	if a.filing.own == nil {
		a.filing.own = map[string]map[string]*github.Issue{}
	}
	a.filing.own[r.FullName()] = own
	return own, nil
}

// markerOf returns the marker at the end of the text of an issue; "" if there is none.
func markerOf(body string) string {
	i := strings.LastIndex(body, markerStart)
	if i < 0 || !strings.HasSuffix(body, markerEnd) {
		return ""
	}
	return strings.TrimSuffix(body[i+len(markerStart):], markerEnd)
}

// What is around the marker of an issue.
const (
	markerStart = "<!-- akguard:"
	markerEnd   = " -->"
)
