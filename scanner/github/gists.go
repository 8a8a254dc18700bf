package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
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

// Repository returns a gist as a repository, of the owner gist/OWNER, and with its ID as the name. Its number is negative, which no
// repository's is, and follows from the ID: GitHub numbers no gists. It is anonymous unless it is on one of the hosts.
func (g Gist) Repository(hosts []string) Repository {
	sum := sha256.Sum256([]byte(strings.ToLower(g.ID)))
	visibility := map[bool]string{true: "public", false: "private"}[g.Public]
	return Repository{
		ID: -1 - int64(binary.BigEndian.Uint64(sum[:])>>1), Owner: "gist/" + g.Owner, Name: g.ID, Gist: g.ID, Clone: g.Clone, Web: g.Web,
		Private: !g.Public, Visibility: visibility, Pushed: g.Updated, Anonymous: !slices.Contains(hosts, hostOf(g.Clone)),
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// WithGists adds to a listing the gists of the members of organizations, and those of users. What cannot be listed is in
// Partial.
func (a *Account) WithGists(ctx context.Context, l Listing, organizations, users []string) (Listing, error) {
	var hosts []string
	for _, r := range l.Repositories {
		if host := hostOf(r.Clone); host != "" {
			hosts = append(hosts, host)
		}
	}
	users = slices.Clone(users)
	for _, org := range organizations {
		members, err := a.Members(ctx, org)
		if err = l.partly(err); err != nil {
			return l, err
		}
		users = append(users, members...)
	}
	slices.Sort(users)
	for _, user := range slices.Compact(users) {
		gists, err := a.Gists(ctx, user, time.Time{})
		if err = l.partly(err); err != nil {
			return l, err
		}
		for _, g := range gists {
			l.Repositories = append(l.Repositories, g.Repository(hosts))
		}
	}
	slices.SortFunc(l.Repositories, func(a, b Repository) int { return cmp.Compare(a.ID, b.ID) })
	l.Repositories = slices.CompactFunc(l.Repositories, func(a, b Repository) bool { return a.ID == b.ID })
	return l, nil
}

// partly notes what the token may not see; of another error it returns that.
func (l *Listing) partly(err error) error {
	var why *Error
	if errors.As(err, &why) && (why.Status == http.StatusForbidden || why.Status == http.StatusNotFound) {
		l.Partial = append(l.Partial, why.Reason.Reason)
		return nil
	}
	return err
}
