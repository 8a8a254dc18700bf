package github

import (
	"context"
	"net/url"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/rules/reason"
)

// Gist is a small git repository of a user. It is on a host of its own, which gets no token. It can be stored as JSON.
type Gist struct {
	ID          string
	Owner       string
	Clone       string // address for git
	Web         string // address for browsers
	Description string
	Public      bool
	Updated     time.Time
}

// Members lists the members of an organization, those that the token may see.
func (a *Account) Members(ctx context.Context, org string) ([]string, error) {
	if !isName(org) {
		return nil, reason.NewError("github.owner", org)
	}
	var out []string
	err := list(ctx, a.api, "orgs/"+org+"/members?per_page=100", func(page []*github.User) bool {
		for _, user := range page {
			out = append(out, user.GetLogin())
		}
		return true
	})
	return out, err
}

// Gists lists the gists of a user that were changed since a time; zero is from the beginning. Secret ones are listed for the
// token's own user only.
func (a *Account) Gists(ctx context.Context, user string, since time.Time) ([]Gist, error) {
	if !isName(user) {
		return nil, reason.NewError("github.owner", user)
	}
	address := "users/" + user + "/gists?per_page=100"
	if !since.IsZero() {
		address += "&since=" + url.QueryEscape(since.UTC().Format(time.RFC3339))
	}
	var out []Gist
	err := list(ctx, a.api, address, func(page []*github.Gist) bool {
		for _, g := range page {
			out = append(out, Gist{
				g.GetID(), g.GetOwner().GetLogin(), g.GetGitPullURL(), g.GetHTMLURL(), g.GetDescription(), g.GetPublic(), g.GetUpdatedAt().UTC(),
			})
		}
		return true
	})
	return out, err
}
