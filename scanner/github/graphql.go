package github

import (
	"cmp"
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
	Data   T              `json:"data"`
	Errors []graphqlError `json:"errors"`
}

type graphqlError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Path    []any  `json:"path"` // to the field that failed; empty if nothing was done
}

// status returns the HTTP status that REST would answer.
func (e graphqlError) status() int {
	status := map[string]int{"FORBIDDEN": http.StatusForbidden, "NOT_FOUND": http.StatusNotFound, "RATE_LIMITED": http.StatusTooManyRequests}[e.Type]
	return cmp.Or(status, http.StatusUnprocessableEntity)
}

// ask sends a request to GraphQL. All that is asked here may be repeated.
func ask[T any](ctx context.Context, c *api, q query) (T, error) {
	a, err := send[T](transport.Repeatable(ctx), c, q)
	if err == nil && len(a.Errors) > 0 {
		err = c.graphqlFailed(ctx, a.Errors[0])
	}
	return a.Data, err
}

const graphqlCall = "POST /graphql"

func (c *api) graphqlFailed(ctx context.Context, e graphqlError) error {
	return c.failed(ctx, graphqlCall, newError(e.status(), graphqlCall, c.clean(e.Message)))
}

// send sends a request to GraphQL. An answer may have errors of some fields and the data of others.
func send[T any](ctx context.Context, c *api, q query) (answer[T], error) {
	var a answer[T]
	req, err := c.rest.NewRequest(http.MethodPost, c.graphql, q)
	if strings.HasPrefix(q.Query, "mutation") {
		ctx = transport.Writing(ctx)
	}
	if err == nil {
		_, err = c.rest.Do(ctx, req, &a)
	}
	return a, c.failed(ctx, graphqlCall, err)
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

// Submission is what SubmitReview does besides: it comments on files, and replaces the text of another review.
type Submission struct {
	Review string // the ID of the review for GraphQL
	Files  []NewComment
	Edit   *Review // Node and Body; nil for none
}

// SubmitReview shows a review that was begun, after it has got its comments on files, in one request: REST cannot create a comment
// on a file together with others. It returns the files that GitHub takes no comment on.
func (c *Client) SubmitReview(ctx context.Context, s Submission) (refused []string, err error) {
	head, body, variables := []string{"$review:ID!"}, []string(nil), map[string]any{"review": s.Review}
	for i, f := range s.Files {
		head = append(head, fmt.Sprintf("$path%d:String!,$body%d:String!", i, i))
		body = append(body, fmt.Sprintf("f%d:addPullRequestReviewThread(input:{pullRequestReviewId:$review,path:$path%d,body:$body%d,subjectType:FILE}){thread{id}}", i, i, i))
		variables[fmt.Sprint("path", i)], variables[fmt.Sprint("body", i)] = f.Path, f.Body
	}
	body = append(body, "submit:submitPullRequestReview(input:{pullRequestReviewId:$review,event:COMMENT}){pullRequestReview{id}}")
	if s.Edit != nil {
		head = append(head, "$edit:ID!,$text:String!")
		body = append(body, "edit:updatePullRequestReview(input:{pullRequestReviewId:$edit,body:$text}){pullRequestReview{id}}")
		variables["edit"], variables["text"] = s.Edit.Node, s.Edit.Body
	}
	text := "mutation(" + strings.Join(head, ",") + "){" + strings.Join(body, " ") + "}"
	a, err := send[map[string]any](ctx, c.api, query{text, variables})
	if err != nil {
		return nil, err
	}
	for _, e := range a.Errors {
		var i int
		if len(e.Path) == 0 {
			return nil, c.graphqlFailed(ctx, e)
		}
		if n, _ := fmt.Sscanf(fmt.Sprint(e.Path[0]), "f%d", &i); n == 0 || i >= len(s.Files) || e.status() != http.StatusUnprocessableEntity {
			return nil, c.graphqlFailed(ctx, e)
		}
		refused = append(refused, s.Files[i].Path)
	}
	return refused, nil
}
