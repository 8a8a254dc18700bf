package github

import (
	"context"
	"time"

	"github.com/google/go-github/v62/github"
)

// Pushes are the repositories of an owner that somebody pushed to lately.
type Pushes struct {
	Repositories []int64 // to which somebody has pushed since the last call; the latest first

	at     map[int64]time.Time // of the last push to each repository that was listed
	latest time.Time           // of all
}

// Pushes asks for the repositories that were pushed to since an earlier answer; the zero Pushes only has the time noted. The list of
// repositories, sorted by their last push, tells of a push at once, and may be asked for at any time; the list of events does neither.
// Where nothing has changed, the answer needs no quota. GitHub does not count wikis as pushes, nor surely pull requests from forks.
func (a *Account) Pushes(ctx context.Context, owner string, user bool, after Pushes) (Pushes, error) {
	out := Pushes{at: map[int64]time.Time{}, latest: after.latest}
	call := "GET /orgs/" + owner + "/repos"
	if user {
		call = "GET /users/" + owner + "/repos"
	}
	err := a.pages(ctx, call, func(at github.ListOptions) (*github.Response, error) {
		page, resp, err := a.pushed(ctx, owner, user, at)
		if err != nil {
			return resp, err
		}
		for _, r := range page {
			id, pushed := r.GetID(), r.GetPushedAt().UTC()
			if pushed.Before(after.latest) {
				resp.NextPage = 0
			}
			if known, ok := after.at[id]; after.at != nil && !pushed.Before(after.latest) && (!ok || !known.Equal(pushed)) {
				out.Repositories = append(out.Repositories, id)
			}
			if out.at[id] = pushed; pushed.After(out.latest) {
				out.latest = pushed
			}
		}
		if after.at == nil {
			resp.NextPage = 0
		}
		return resp, nil
	})
	if err != nil {
		return after, err
	}
	return out, nil
}

func (a *Account) pushed(ctx context.Context, owner string, user bool, at github.ListOptions) ([]*github.Repository, *github.Response, error) {
	if user {
		return a.rest.Repositories.ListByUser(ctx, owner, &github.RepositoryListByUserOptions{Type: "owner", Sort: "pushed", Direction: "desc", ListOptions: at})
	}
	return a.rest.Repositories.ListByOrg(ctx, owner, &github.RepositoryListByOrgOptions{Type: "all", Sort: "pushed", Direction: "desc", ListOptions: at})
}
