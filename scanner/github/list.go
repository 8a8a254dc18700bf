package github

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/rules/reason"
)

// Repositories lists the repositories of a scope.
func (a *Account) Repositories(ctx context.Context, s Scope) (Listing, error) {
	l := listing{Account: a, filter: s.Filter, seen: map[int64]bool{}, out: Listing{Expected: -1}}
	for _, org := range s.Organizations {
		if err := l.organization(ctx, org); err != nil {
			return l.out, err
		}
	}
	for _, user := range s.Users {
		if err := l.user(ctx, user); err != nil {
			return l.out, err
		}
	}
	for _, name := range s.Repositories {
		if err := l.single(ctx, name); err != nil {
			return l.out, err
		}
	}
	byID := func(a, b Repository) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(l.out.Repositories, byID)
	slices.SortFunc(l.out.Filtered, func(a, b Filtered) int { return byID(a.Repository, b.Repository) })
	return l.out, nil
}

// listing is a listing in the making.
type listing struct {
	*Account
	filter Filter
	seen   map[int64]bool
	out    Listing
}

func (l *listing) organization(ctx context.Context, org string) error {
	return l.pages(ctx, "GET /orgs/"+org+"/repos", func(page github.ListOptions) (*github.Response, error) {
		l.out.Requests++
		list, resp, err := l.rest.Repositories.ListByOrg(ctx, org, &github.RepositoryListByOrgOptions{Type: "all", ListOptions: page})
		l.add(list)
		return resp, err
	})
}

func (l *listing) user(ctx context.Context, user string) error {
	return l.pages(ctx, "GET /users/"+user+"/repos", func(page github.ListOptions) (*github.Response, error) {
		l.out.Requests++
		list, resp, err := l.rest.Repositories.ListByUser(ctx, user, &github.RepositoryListByUserOptions{Type: "owner", ListOptions: page})
		l.add(list)
		return resp, err
	})
}

func (l *listing) single(ctx context.Context, name string) error {
	owner, repo, ok := strings.Cut(name, "/")
	if !ok || !isName(owner) || !isName(repo) {
		return reason.NewError("github.repository", name)
	}
	l.out.Requests++
	r, _, err := l.rest.Repositories.Get(ctx, owner, repo)
	if err != nil {
		return l.failed(ctx, "GET /repos/"+name, err)
	}
	if one := repository(r); !l.seen[one.ID] {
		l.seen[one.ID] = true
		l.out.Repositories = append(l.out.Repositories, one)
	}
	return nil
}

// add adds repositories that were listed, each once.
func (l *listing) add(list []*github.Repository) {
	for _, r := range list {
		one := repository(r)
		if l.seen[one.ID] {
			continue
		}
		l.seen[one.ID] = true
		if why := l.filter.leavesOut(one); !why.IsZero() {
			l.out.Filtered = append(l.out.Filtered, Filtered{one, why})
			continue
		}
		l.out.Repositories = append(l.out.Repositories, one)
	}
}

// wiki returns the address of the wiki of a repository.
func wiki(clone string) string { return strings.TrimSuffix(clone, ".git") + ".wiki.git" }

// blocked returns why a repository that exists cannot be read, given the error of a call about it.
func blocked(err error) (reason.Reason, bool) {
	if Status(err) == http.StatusUnavailableForLegalReasons {
		return reason.New("github.repository-blocked", "dmca"), true
	}
	return reason.Reason{}, false
}
