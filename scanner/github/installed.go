package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/rules/reason"
)

// installedPage is a page of the repositories that an App is installed for. go-github does not know the selection.
type installedPage struct {
	Total        int                  `json:"total_count"`
	Selection    string               `json:"repository_selection"`
	Repositories []*github.Repository `json:"repositories"`
}

// everywhere lists the repositories of an organization that has installed the App for all of them. Each page says how many there
// are, so nothing else need be asked. It reports whether that is so: if the App is installed for chosen repositories, the list of the
// organization has more, those that are public.
func (l *listing) everywhere(ctx context.Context, org string) (bool, error) {
	listed, there, all := map[int64]bool{}, 0, true
	get := func(at github.ListOptions) ([]*github.Repository, *github.Response, error) {
		page, resp, err := l.installed(ctx, at)
		if err != nil {
			return nil, resp, err
		}
		if page.Selection == "selected" && all {
			l.out.Partial = append(l.out.Partial, reason.New("github.partial-installation", org, page.Total))
			all = false
		}
		for _, r := range page.Repositories {
			all = all && strings.EqualFold(r.GetOwner().GetLogin(), org) // else it is another one's installation
		}
		if !all {
			resp.NextPage = 0
			return nil, resp, nil
		}
		there = page.Total
		return page.Repositories, resp, nil
	}
	for attempt := 0; attempt == 0 || attempt == 1 && all && len(listed) < there; attempt++ {
		if err := l.collect(ctx, "GET /installation/repositories", listed, get); err != nil {
			return false, err
		}
	}
	if all {
		l.expect(org, len(listed), there)
	}
	return all, nil
}

// installed reads a page of the repositories that an App is installed for.
func (a *Account) installed(ctx context.Context, at github.ListOptions) (page installedPage, resp *github.Response, err error) {
	address := fmt.Sprintf("installation/repositories?per_page=%d&page=%d", at.PerPage, max(1, at.Page))
	req, err := a.rest.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return page, nil, err
	}
	resp, err = a.rest.Do(ctx, req, &page)
	return page, resp, err
}
