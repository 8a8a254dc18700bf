package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-github/v62/github"

	"github.com/akguard/akguard/scanner/github/transport"
)

// pageSize is the most entries that GitHub lists at once.
const pageSize = 100

// Pull is a pull request.
type Pull struct {
	Number int
	Head   string // ID of its last commit
	Branch string // the branch that it is made from
	Base   string // the branch that it is for
	Open   bool
}

// File is a file that a pull request changes.
type File struct {
	Path  string
	Blob  string // ID of its content in the head
	Patch string // the diff of the file; "" if it is too large or binary
}

// Comment is a review comment.
type Comment struct {
	ID      int64
	Author  string
	Body    string
	Path    string
	Line    int   // in the head; 0 if it is on the file, or if the line has changed since
	ReplyTo int64 // the comment that it answers; 0 if it begins a thread
}

// Review is a review.
type Review struct {
	ID      int64
	Node    string // its ID for GraphQL
	Author  string
	Body    string
	Pending bool // only its author sees it yet
}

// NewComment is a review comment to create. Line is 0 for a comment on the file.
type NewComment struct {
	Path string
	Line int
	Body string
}

// call names a call for an error.
func (c *Client) call(method, format string, args ...any) string {
	return fmt.Sprintf("%s /repos/%s/%s/%s", method, c.owner, c.name, fmt.Sprintf(format, args...))
}

// Pull returns a pull request.
func (c *Client) Pull(ctx context.Context, number int) (Pull, error) {
	p, _, err := c.rest.PullRequests.Get(ctx, c.owner, c.name, number)
	if err != nil {
		return Pull{}, c.failed(ctx, c.call(http.MethodGet, "pulls/%d", number), err)
	}
	return pull(p), nil
}

func pull(p *github.PullRequest) Pull {
	return Pull{
		Number: p.GetNumber(), Head: p.GetHead().GetSHA(), Branch: p.GetHead().GetRef(), Base: p.GetBase().GetRef(), Open: p.GetState() == "open",
	}
}

// OpenPull returns the open pull request that is made from a branch of an owner, who may have a fork, and whose last commit is
// head. ok is false if there is none.
func (c *Client) OpenPull(ctx context.Context, owner, branch, head string) (found Pull, ok bool, err error) {
	options := github.PullRequestListOptions{State: "open", Head: owner + ":" + branch}
	err = c.pages(ctx, c.call(http.MethodGet, "pulls"), func(page github.ListOptions) (*github.Response, error) {
		options.ListOptions = page
		list, resp, err := c.rest.PullRequests.List(ctx, c.owner, c.name, &options)
		for _, p := range list {
			if one := pull(p); one.Head == head && !ok {
				found, ok = one, true
			}
		}
		return resp, err
	})
	return found, ok, err
}

// Files returns the files of a pull request. GitHub lists no more than 3,000.
func (c *Client) Files(ctx context.Context, number int) ([]File, error) {
	var out []File
	err := c.pages(ctx, c.call(http.MethodGet, "pulls/%d/files", number), func(page github.ListOptions) (*github.Response, error) {
		list, resp, err := c.rest.PullRequests.ListFiles(ctx, c.owner, c.name, number, &page)
		for _, f := range list {
			out = append(out, File{Path: f.GetFilename(), Blob: f.GetSHA(), Patch: f.GetPatch()})
		}
		return resp, err
	})
	return out, err
}

// Comments returns the review comments of a pull request.
func (c *Client) Comments(ctx context.Context, number int) ([]Comment, error) {
	var out []Comment
	err := c.pages(ctx, c.call(http.MethodGet, "pulls/%d/comments", number), func(page github.ListOptions) (*github.Response, error) {
		list, resp, err := c.rest.PullRequests.ListComments(ctx, c.owner, c.name, number, &github.PullRequestListCommentsOptions{ListOptions: page})
		for _, one := range list {
			out = append(out, comment(one))
		}
		return resp, err
	})
	return out, err
}

func comment(c *github.PullRequestComment) Comment {
	out := Comment{
		ID: c.GetID(), Author: c.GetUser().GetLogin(), Body: c.GetBody(), Path: c.GetPath(), Line: c.GetLine(), ReplyTo: c.GetInReplyTo(),
	}
	if c.GetSubjectType() == "file" {
		out.Line = 0
	}
	return out
}

// Reviews returns the reviews of a pull request, the oldest first.
func (c *Client) Reviews(ctx context.Context, number int) ([]Review, error) {
	var out []Review
	err := c.pages(ctx, c.call(http.MethodGet, "pulls/%d/reviews", number), func(page github.ListOptions) (*github.Response, error) {
		list, resp, err := c.rest.PullRequests.ListReviews(ctx, c.owner, c.name, number, &page)
		for _, r := range list {
			out = append(out, reviewOf(r))
		}
		return resp, err
	})
	return out, err
}

func reviewOf(r *github.PullRequestReview) Review {
	return Review{ID: r.GetID(), Node: r.GetNodeID(), Author: r.GetUser().GetLogin(), Body: r.GetBody(), Pending: r.GetState() == "PENDING"}
}

// pages calls for each page of a list.
func (c *api) pages(ctx context.Context, call string, get func(github.ListOptions) (*github.Response, error)) error {
	for page := 1; page > 0; {
		resp, err := get(github.ListOptions{Page: page, PerPage: pageSize})
		if err != nil {
			return c.failed(ctx, call, err)
		}
		page = resp.NextPage
	}
	return nil
}

// CreateReview creates one review with comments on lines.
func (c *Client) CreateReview(ctx context.Context, number int, commit, body string, comments []NewComment) error {
	_, err := c.createReview(ctx, number, commit, body, github.String("COMMENT"), comments)
	return err
}

// BeginReview creates a review with comments on lines that only its author sees until SubmitReview. A user has one such review of a
// pull request: a second one is refused with 422.
func (c *Client) BeginReview(ctx context.Context, number int, commit, body string, comments []NewComment) (Review, error) {
	return c.createReview(ctx, number, commit, body, nil, comments)
}

func (c *Client) createReview(ctx context.Context, number int, commit, body string, event *string, comments []NewComment) (Review, error) {
	request := &github.PullRequestReviewRequest{CommitID: &commit, Body: &body, Event: event}
	for _, n := range comments {
		request.Comments = append(request.Comments, &github.DraftReviewComment{
			Path: github.String(n.Path), Line: github.Int(n.Line), Side: github.String("RIGHT"), Body: github.String(n.Body),
		})
	}
	r, _, err := c.rest.PullRequests.CreateReview(ctx, c.owner, c.name, number, request)
	if err != nil {
		return Review{}, c.failed(ctx, c.call(http.MethodPost, "pulls/%d/reviews", number), err)
	}
	return reviewOf(r), nil
}

// DiscardReview deletes a review that was begun and not submitted.
func (c *Client) DiscardReview(ctx context.Context, number int, id int64) error {
	_, _, err := c.rest.PullRequests.DeletePendingReview(transport.Repeatable(ctx), c.owner, c.name, number, id)
	return c.failed(ctx, c.call(http.MethodDelete, "pulls/%d/reviews/%d", number, id), err)
}

// EditReview replaces the text of a review.
func (c *Client) EditReview(ctx context.Context, number int, id int64, body string) error {
	_, _, err := c.rest.PullRequests.UpdateReview(transport.Repeatable(ctx), c.owner, c.name, number, id, body)
	return c.failed(ctx, c.call(http.MethodPut, "pulls/%d/reviews/%d", number, id), err)
}

// CreateFileComment creates a comment on a file.
func (c *Client) CreateFileComment(ctx context.Context, number int, commit string, n NewComment) error {
	_, _, err := c.rest.PullRequests.CreateComment(ctx, c.owner, c.name, number, &github.PullRequestComment{
		CommitID: &commit, Path: &n.Path, Body: &n.Body, SubjectType: github.String("file"),
	})
	return c.failed(ctx, c.call(http.MethodPost, "pulls/%d/comments", number), err)
}

// EditComment replaces the text of a review comment.
func (c *Client) EditComment(ctx context.Context, id int64, body string) error {
	_, _, err := c.rest.PullRequests.EditComment(transport.Repeatable(ctx), c.owner, c.name, id, &github.PullRequestComment{Body: &body})
	return c.failed(ctx, c.call(http.MethodPatch, "pulls/comments/%d", id), err)
}

// DeleteComment deletes a review comment.
func (c *Client) DeleteComment(ctx context.Context, id int64) error {
	_, err := c.rest.PullRequests.DeleteComment(transport.Repeatable(ctx), c.owner, c.name, id)
	return c.failed(ctx, c.call(http.MethodDelete, "pulls/comments/%d", id), err)
}
