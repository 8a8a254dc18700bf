package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/akguard/akguard/scanner/github/transport"
)

// Thread is a thread of review comments.
type Thread struct {
	ID       string // for Resolve
	Comment  int64  // the ID of its first comment
	Resolved bool
}

// query is a request to GraphQL.
type query struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
}

// answer is what GraphQL answers, also where it refuses: the status is 200 then.
type answer[T any] struct {
	Data   T `json:"data"`
	Errors []struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"errors"`
}

// ask sends a request to GraphQL. All that is asked here may be repeated.
func ask[T any](ctx context.Context, c *api, q query) (T, error) {
	const call = "POST /graphql"
	var a answer[T]
	req, err := c.rest.NewRequest(http.MethodPost, c.graphql, q)
	if ctx = transport.Repeatable(ctx); strings.HasPrefix(q.Query, "mutation") {
		ctx = transport.Writing(ctx)
	}
	if err == nil {
		_, err = c.rest.Do(ctx, req, &a)
	}
	if err == nil && len(a.Errors) > 0 {
		first := a.Errors[0]
		status := map[string]int{"FORBIDDEN": http.StatusForbidden, "NOT_FOUND": http.StatusNotFound, "RATE_LIMITED": http.StatusTooManyRequests}[first.Type]
		if status == 0 {
			status = http.StatusUnprocessableEntity
		}
		err = newError(status, call, c.clean(first.Message))
	}
	return a.Data, c.failed(ctx, call, err)
}

// User returns the login of the token's user. A token of GitHub Actions has the one of a bot.
func (c *Client) User(ctx context.Context) (string, error) {
	data, err := ask[struct {
		Viewer struct {
			Login string `json:"login"`
		} `json:"viewer"`
	}](ctx, c.api, query{Query: "query{viewer{login}}", Variables: map[string]any{}})
	return data.Viewer.Login, err
}

const threadsQuery = `query($owner:String!,$name:String!,$number:Int!,$after:String){repository(owner:$owner,name:$name){` +
	`pullRequest(number:$number){reviewThreads(first:100,after:$after){pageInfo{hasNextPage endCursor}` +
	`nodes{id isResolved comments(first:1){nodes{fullDatabaseId}}}}}}}`

// threads is what threadsQuery returns.
type threads struct {
	Repository struct {
		PullRequest struct {
			ReviewThreads struct {
				PageInfo struct {
					HasNextPage bool   `json:"hasNextPage"`
					EndCursor   string `json:"endCursor"`
				} `json:"pageInfo"`
				Nodes []struct {
					ID         string `json:"id"`
					IsResolved bool   `json:"isResolved"`
					Comments   struct {
						Nodes []struct {
							// The older databaseId has 32 bits, which new comments do not fit in.
							FullDatabaseID int64 `json:"fullDatabaseId,string"`
						} `json:"nodes"`
					} `json:"comments"`
				} `json:"nodes"`
			} `json:"reviewThreads"`
		} `json:"pullRequest"`
	} `json:"repository"`
}

// Threads returns the threads of a pull request.
func (c *Client) Threads(ctx context.Context, number int) ([]Thread, error) {
	var out []Thread
	variables := map[string]any{"owner": c.owner, "name": c.name, "number": number, "after": nil}
	for {
		data, err := ask[threads](ctx, c.api, query{threadsQuery, variables})
		if err != nil {
			return nil, err
		}
		list := data.Repository.PullRequest.ReviewThreads
		for _, n := range list.Nodes {
			if len(n.Comments.Nodes) > 0 {
				out = append(out, Thread{ID: n.ID, Comment: n.Comments.Nodes[0].FullDatabaseID, Resolved: n.IsResolved})
			}
		}
		if !list.PageInfo.HasNextPage || list.PageInfo.EndCursor == "" {
			return out, nil
		}
		variables["after"] = list.PageInfo.EndCursor
	}
}

// maxResolved is how many threads one request resolves.
const maxResolved = 50

// Resolve resolves threads, or takes that back, all in one request where there are not too many.
func (c *Client) Resolve(ctx context.Context, ids []string, resolved bool) error {
	mutation := "resolveReviewThread"
	if !resolved {
		mutation = "unresolveReviewThread"
	}
	var errs []error
	for len(ids) > 0 {
		part := ids[:min(len(ids), maxResolved)]
		ids = ids[len(part):]
		var head, body []string
		variables := map[string]any{}
		for i, id := range part {
			name := fmt.Sprintf("t%d", i)
			head = append(head, "$"+name+":ID!")
			body = append(body, fmt.Sprintf("%s:%s(input:{threadId:$%s}){thread{id}}", name, mutation, name))
			variables[name] = id
		}
		text := "mutation(" + strings.Join(head, ",") + "){" + strings.Join(body, " ") + "}"
		_, err := ask[map[string]any](ctx, c.api, query{text, variables})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
