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

// Repositories lists the repositories of a scope. An error of one owner ends it; a single repository that cannot be reached is
// listed as such.
func (a *Account) Repositories(ctx context.Context, s Scope) (Listing, error) {
	l := &listing{Account: a, filter: s.Filter, seen: map[int64]bool{}}
	if err := s.Filter.Check(); err != nil {
		return Listing{}, err
	}
	orgs := slices.Clone(s.Organizations)
	for _, slug := range s.Enterprises {
		more, err := l.organizations(ctx, slug)
		if err != nil {
			return l.finish(), err
		}
		orgs = append(orgs, more...)
	}
	for _, one := range []struct {
		names []string
		list  func(context.Context, string) error
	}{{unique(orgs), l.organization}, {unique(s.Users), l.user}, {unique(s.Repositories), l.single}} {
		for _, name := range one.names {
			if err := one.list(ctx, name); err != nil {
				return l.finish(), err
			}
			if owner, _, _ := strings.Cut(name, "/"); ctx.Err() == nil {
				l.parents(ctx, owner)
			}
		}
	}
	return l.finish(), nil
}

// unique returns names without those that GitHub takes for the same.
func unique(names []string) []string {
	var out []string
	for _, name := range names {
		if !slices.ContainsFunc(out, func(other string) bool { return strings.EqualFold(name, other) }) {
			out = append(out, name)
		}
	}
	return out
}

// listing is a listing in the making.
type listing struct {
	*Account
	filter  Filter
	seen    map[int64]bool
	out     Listing
	unknown bool // how many repositories an owner has
	sso     map[string]bool
}

func (l *listing) finish() Listing {
	byID := func(a, b Repository) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(l.out.Repositories, byID)
	slices.SortFunc(l.out.Filtered, func(a, b Filtered) int { return byID(a.Repository, b.Repository) })
	if l.unknown {
		l.out.Expected = -1
	}
	if len(l.sso) > 0 {
		l.out.Partial = append(l.out.Partial, reason.New("github.partial-sso", len(l.sso)))
	}
	return l.out
}

// expect compares how many repositories of an owner were listed with how many there are; -1 if that is not known.
func (l *listing) expect(owner string, listed, there int) {
	if there < 0 {
		l.unknown = true
		l.out.Unsure = append(l.out.Unsure, reason.New("github.unsure-count", owner))
		return
	}
	l.out.Expected += there
	if listed < there {
		l.out.Partial = append(l.out.Partial, reason.New("github.partial-count", owner, listed, there))
	}
}

// organization lists the repositories of an organization. A repository that is deleted meanwhile moves the others over the
// ends of pages: where some are missing, the list is read once more.
func (l *listing) organization(ctx context.Context, org string) error {
	if !isName(org) {
		return reason.NewError("github.owner", org)
	}
	there, err := -1, error(nil)
	if l.app {
		if done, err := l.everywhere(ctx, org); err != nil || done {
			return err
		}
	} else if there, err = l.count(ctx, org); err != nil {
		return err
	}
	listed := map[int64]bool{}
	for attempt := 0; attempt == 0 || attempt == 1 && len(listed) < there; attempt++ {
		err = l.collect(ctx, "GET /orgs/"+org+"/repos", listed, func(page github.ListOptions) ([]*github.Repository, *github.Response, error) {
			return l.rest.Repositories.ListByOrg(ctx, org, &github.RepositoryListByOrgOptions{
				Type: "all", Sort: "created", Direction: "asc", ListOptions: page, // new ones are at the end
			})
		})
		if err != nil {
			return err
		}
	}
	l.expect(org, len(listed), there)
	return nil
}

// count returns how many repositories an organization says it has; -1 if it does not tell this token. An App that is
// installed for all repositories sees how many those are.
func (l *listing) count(ctx context.Context, org string) (int, error) {
	l.out.Requests++
	o, resp, err := l.rest.Organizations.Get(ctx, org)
	if err != nil {
		return 0, l.failed(ctx, "GET /orgs/"+org, err)
	}
	l.singleSignOn(resp)
	if o.TotalPrivateRepos != nil {
		return o.GetPublicRepos() + int(o.GetTotalPrivateRepos()), nil
	}
	rights, err := l.Rights(ctx)
	l.out.Requests++
	if err != nil || rights.Kind != Installation {
		return -1, err
	}
	if rights.Chosen {
		l.out.Partial = append(l.out.Partial, reason.New("github.partial-installation", org, rights.Repositories))
		return -1, nil
	}
	return rights.Repositories, nil
}

// user lists the repositories of a user: all of the token's own user, those that an App is installed for, or the public ones.
func (l *listing) user(ctx context.Context, user string) error {
	if !isName(user) {
		return reason.NewError("github.owner", user)
	}
	rights, err := l.Rights(ctx)
	l.out.Requests++
	if err != nil {
		return err
	}
	listed := map[int64]bool{}
	switch {
	case strings.EqualFold(rights.Login, user):
		err = l.collect(ctx, "GET /user/repos", listed, func(page github.ListOptions) ([]*github.Repository, *github.Response, error) {
			return l.rest.Repositories.ListByAuthenticatedUser(ctx, &github.RepositoryListByAuthenticatedUserOptions{
				Affiliation: "owner", Sort: "created", Direction: "asc", ListOptions: page,
			})
		})
		l.expect(user, len(listed), rights.Owned)
	case rights.Kind == Installation:
		if rights.Chosen {
			l.out.Partial = append(l.out.Partial, reason.New("github.partial-installation", user, rights.Repositories))
		}
		err = l.collect(ctx, "GET /installation/repositories", listed, l.installedBy(ctx, user))
	default:
		l.unknown = true
		l.out.Unsure = append(l.out.Unsure, reason.New("github.unsure-public", user))
		err = l.collect(ctx, "GET /users/"+user+"/repos", listed, func(page github.ListOptions) ([]*github.Repository, *github.Response, error) {
			return l.rest.Repositories.ListByUser(ctx, user, &github.RepositoryListByUserOptions{
				Type: "owner", Sort: "created", Direction: "asc", ListOptions: page,
			})
		})
	}
	return err
}

// installedBy reads a page of the repositories that an App is installed for, and leaves out those of others.
func (l *listing) installedBy(ctx context.Context, user string) func(github.ListOptions) ([]*github.Repository, *github.Response, error) {
	return func(page github.ListOptions) ([]*github.Repository, *github.Response, error) {
		list, resp, err := l.installed(ctx, page)
		if err != nil {
			return nil, resp, err
		}
		return slices.DeleteFunc(list.Repositories, func(r *github.Repository) bool {
			return !strings.EqualFold(r.GetOwner().GetLogin(), user)
		}), resp, nil
	}
}

// single lists one repository.
func (l *listing) single(ctx context.Context, name string) error {
	owner, repo, ok := strings.Cut(name, "/")
	if !ok || !isName(owner) || !isName(repo) {
		return reason.NewError("github.repository", name)
	}
	l.out.Requests++
	r, _, err := l.rest.Repositories.Get(ctx, owner, repo)
	err = l.failed(ctx, "GET /repos/"+name, err)
	why, unavailable := unavailable(err)
	if Missing(err) {
		why, unavailable = reason.New("github.repository-missing"), true
	}
	switch {
	case unavailable:
		l.out.Unreachable = append(l.out.Unreachable, Filtered{Repository{Owner: owner, Name: repo}, why})
	case err != nil:
		return err
	default:
		if one := repository(r); !l.seen[one.ID] {
			l.seen[one.ID] = true
			l.out.Repositories = append(l.out.Repositories, one)
		}
		l.out.Expected++
	}
	return nil
}

// collect reads all pages of a list of repositories, and adds each one once.
func (l *listing) collect(ctx context.Context, call string, listed map[int64]bool, get func(github.ListOptions) ([]*github.Repository, *github.Response, error)) error {
	return l.pages(ctx, call, func(page github.ListOptions) (*github.Response, error) {
		l.out.Requests++
		list, resp, err := get(page)
		if err != nil {
			return resp, err
		}
		l.singleSignOn(resp)
		for _, r := range list {
			one := repository(r)
			listed[one.ID] = true
			l.add(one)
		}
		return resp, nil
	})
}

func (l *listing) add(r Repository) {
	if l.seen[r.ID] {
		return
	}
	l.seen[r.ID] = true
	if why := l.filter.leavesOut(r); !why.IsZero() {
		l.out.Filtered = append(l.out.Filtered, Filtered{r, why})
		return
	}
	l.out.Repositories = append(l.out.Repositories, r)
}

// singleSignOn notes the organizations that an answer leaves out, because the token is not authorized for them.
func (l *listing) singleSignOn(resp *github.Response) {
	kind, rest, _ := strings.Cut(resp.Header.Get("X-Github-Sso"), ";")
	if strings.TrimSpace(kind) != "partial-results" {
		return
	}
	if l.sso == nil {
		l.sso = map[string]bool{}
	}
	_, list, _ := strings.Cut(rest, "=")
	for _, org := range fields([]string{list}) {
		l.sso[org] = true
	}
}

const organizationsQuery = `query($slug:String!,$after:String){enterprise(slug:$slug){organizations(first:100,after:$after){totalCount ` +
	`pageInfo{hasNextPage endCursor} nodes{login}}}}`

// organizations lists the organizations of an enterprise. REST has no list of them.
func (l *listing) organizations(ctx context.Context, slug string) ([]string, error) {
	type organizations struct {
		Enterprise struct {
			Organizations struct {
				TotalCount int `json:"totalCount"`
				PageInfo   pageInfo
				Nodes      []struct {
					Login string `json:"login"`
				} `json:"nodes"`
			} `json:"organizations"`
		} `json:"enterprise"`
	}
	var out []string
	variables := map[string]any{"slug": slug, "after": nil}
	for {
		l.out.Requests++
		data, err := ask[organizations](ctx, l.api, query{organizationsQuery, variables})
		if err != nil {
			return nil, err
		}
		list := data.Enterprise.Organizations
		for _, n := range list.Nodes {
			out = append(out, n.Login)
		}
		if variables["after"] = list.PageInfo.EndCursor; !list.PageInfo.HasNextPage || list.PageInfo.EndCursor == "" {
			if len(out) < list.TotalCount {
				l.out.Partial = append(l.out.Partial, reason.New("github.partial-enterprise", slug, len(out), list.TotalCount))
			}
			return out, nil
		}
	}
}

// pageInfo says whether a list of GraphQL goes on.
type pageInfo struct {
	HasNextPage bool   `json:"hasNextPage"`
	EndCursor   string `json:"endCursor"`
}

// wiki returns the address of the wiki of a repository.
func wiki(clone string) string { return strings.TrimSuffix(clone, ".git") + ".wiki.git" }

// unavailable returns why a repository that exists cannot be read, given the error of a call about it.
func unavailable(err error) (reason.Reason, bool) {
	e, ok := err.(*Error)
	if !ok {
		return reason.Reason{}, false
	}
	message := strings.ToLower(e.message)
	switch {
	case e.block != "" || e.Status == http.StatusUnavailableForLegalReasons || e.Status == http.StatusForbidden && strings.Contains(message, "access blocked"):
		return reason.New("github.repository-blocked", cmp.Or(e.block, "unspecified")), true
	case e.Status == http.StatusForbidden && strings.Contains(message, "locked"):
		return reason.New("github.repository-locked"), true
	case e.Status == http.StatusForbidden && strings.Contains(message, "disabled"):
		return reason.New("github.repository-disabled"), true
	}
	return reason.Reason{}, false
}
