package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-github/v62/github"
)

// Kinds says which texts of a repository to read.
type Kinds uint

// The kinds of texts.
const (
	Issues      Kinds = 1 << iota // titles and bodies of issues and pull requests
	Comments                      // on issues, on pull requests and on their lines
	Reviews                       // of pull requests
	Discussions                   // and the comments on them
)

// Text is what somebody has written.
type Text struct {
	URL    string // for browsers
	Author string
	Title  string
	Body   string
	At     time.Time // of the last change
}

// Texts visits the texts that were changed since a time; zero is from the beginning. An error of visit ends it.
func (a *Account) Texts(ctx context.Context, r Repository, kinds Kinds, since time.Time, visit func(Text) error) error {
	base := "repos/" + r.FullName()
	if kinds&Issues != 0 {
		if err := texts[issue](ctx, a.api, base+"/issues?state=all&", since, visit); err != nil && !off(err) {
			return err
		}
	}
	if kinds&Comments != 0 {
		for _, path := range []string{"/issues/comments?", "/pulls/comments?"} {
			if err := texts[issue](ctx, a.api, base+path, since, visit); err != nil && !off(err) {
				return err
			}
		}
	}
	if kinds&Reviews != 0 {
		if err := a.reviews(ctx, r, since, visit); err != nil {
			return err
		}
	}
	if kinds&Discussions != 0 {
		return a.discussions(ctx, r, since, visit)
	}
	return nil
}

// off reports whether issues are turned off for a repository.
func off(err error) bool { return Status(err) == http.StatusGone }

// issue is an issue, a pull request, or a comment: they share these fields.
type issue struct {
	URL       string    `json:"html_url"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	UpdatedAt time.Time `json:"updated_at"`
	User      struct {
		Login string `json:"login"`
	} `json:"user"`
}

func (i issue) text() Text { return Text{i.URL, i.User.Login, i.Title, i.Body, i.UpdatedAt.UTC()} }

// texts visits a list, the first changed first, so that what is changed meanwhile is at the end.
func texts[T interface{ text() Text }](ctx context.Context, a *api, address string, since time.Time, visit func(Text) error) error {
	address += "sort=updated&direction=asc&per_page=100"
	if !since.IsZero() {
		address += "&since=" + url.QueryEscape(since.UTC().Format(time.RFC3339))
	}
	var failed error
	err := list(ctx, a, address, func(page []T) bool {
		for _, one := range page {
			if failed = visit(one.text()); failed != nil {
				return false
			}
		}
		return true
	})
	if failed != nil {
		return failed
	}
	return err
}

// note is a text as GraphQL has it.
type note struct {
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	UpdatedAt time.Time `json:"updatedAt"`
	Author    struct {
		Login string `json:"login"`
	} `json:"author"`
}

func (n note) text() Text { return Text{n.URL, n.Author.Login, n.Title, n.Body, n.UpdatedAt.UTC()} }

const pullsQuery = `query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){` +
	`pullRequests(first:50,after:$after,orderBy:{field:UPDATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor}` +
	`nodes{number updatedAt reviews(first:50){totalCount nodes{url body updatedAt author{login}}}}}}}`

// reviews visits the texts of reviews. REST lists them by pull request only.
func (a *Account) reviews(ctx context.Context, r Repository, since time.Time, visit func(Text) error) error {
	type pulls struct {
		Repository struct {
			PullRequests struct {
				PageInfo pageInfo
				Nodes    []struct {
					Number    int       `json:"number"`
					UpdatedAt time.Time `json:"updatedAt"`
					Reviews   struct {
						TotalCount int    `json:"totalCount"`
						Nodes      []note `json:"nodes"`
					} `json:"reviews"`
				} `json:"nodes"`
			} `json:"pullRequests"`
		} `json:"repository"`
	}
	variables := map[string]any{"owner": r.Owner, "name": r.Name, "after": nil}
	for {
		data, err := ask[pulls](ctx, a.api, query{pullsQuery, variables})
		if err != nil {
			return err
		}
		list := data.Repository.PullRequests
		for _, pull := range list.Nodes {
			if pull.UpdatedAt.Before(since) {
				return nil
			}
			if pull.Reviews.TotalCount > len(pull.Reviews.Nodes) {
				err = a.manyReviews(ctx, r, pull.Number, since, visit)
			} else {
				err = notes(pull.Reviews.Nodes, since, visit)
			}
			if err != nil {
				return err
			}
		}
		if variables["after"] = list.PageInfo.EndCursor; !list.PageInfo.HasNextPage {
			return nil
		}
	}
}

func notes(list []note, since time.Time, visit func(Text) error) error {
	for _, n := range list {
		if n.Title+n.Body == "" || n.UpdatedAt.Before(since) {
			continue
		}
		if err := visit(n.text()); err != nil {
			return err
		}
	}
	return nil
}

// manyReviews visits the reviews of one pull request that has many.
func (a *Account) manyReviews(ctx context.Context, r Repository, number int, since time.Time, visit func(Text) error) error {
	var failed error
	err := list(ctx, a.api, fmt.Sprintf("repos/%s/pulls/%d/reviews?per_page=100", r.FullName(), number), func(page []*github.PullRequestReview) bool {
		for _, review := range page {
			text := Text{review.GetHTMLURL(), review.GetUser().GetLogin(), "", review.GetBody(), review.GetSubmittedAt().UTC()}
			if text.Body == "" || text.At.Before(since) {
				continue
			}
			if failed = visit(text); failed != nil {
				return false
			}
		}
		return true
	})
	if failed != nil {
		return failed
	}
	return err
}

const discussionsQuery = `query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){` +
	`discussions(first:20,after:$after,orderBy:{field:UPDATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor}` +
	`nodes{url title body updatedAt author{login} comments(first:50){nodes{url body updatedAt author{login} ` +
	`replies(first:20){nodes{url body updatedAt author{login}}}}}}}}}`

// discussions visits the discussions, with the first 50 comments on each and the first 20 replies to each.
func (a *Account) discussions(ctx context.Context, r Repository, since time.Time, visit func(Text) error) error {
	type nodes[T any] struct {
		Nodes []T `json:"nodes"`
	}
	type comment struct {
		note
		Replies nodes[note] `json:"replies"`
	}
	type discussion struct {
		note
		Comments nodes[comment] `json:"comments"`
	}
	type discussions struct {
		Repository struct {
			Discussions struct {
				PageInfo pageInfo
				nodes[discussion]
			} `json:"discussions"`
		} `json:"repository"`
	}
	variables := map[string]any{"owner": r.Owner, "name": r.Name, "after": nil}
	for {
		data, err := ask[discussions](ctx, a.api, query{discussionsQuery, variables})
		if err != nil {
			return err
		}
		list := data.Repository.Discussions
		for _, d := range list.Nodes {
			if d.UpdatedAt.Before(since) {
				return nil
			}
			all := []note{d.note}
			for _, c := range d.Comments.Nodes {
				all = append(append(all, c.note), c.Replies.Nodes...)
			}
			if err := notes(all, since, visit); err != nil {
				return err
			}
		}
		if variables["after"] = list.PageInfo.EndCursor; !list.PageInfo.HasNextPage {
			return nil
		}
	}
}
