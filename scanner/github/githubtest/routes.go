package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

type handler func(http.ResponseWriter, *http.Request, []byte) (int, any, *refusal)

const maxBody = 65_536

// route returns the route of a request, as GitHub's documentation writes it, and what handles it.
func (s *Server) route(r *http.Request) (string, handler) {
	pull := fmt.Sprintf("/repos/%s/pulls/%d", Repository, Number)
	path := r.URL.Path
	switch {
	case path == "/graphql":
		return "/graphql", s.graphql
	case path == fmt.Sprintf("/repos/%s/pulls", Repository):
		return "/repos/{owner}/{repo}/pulls", only(r, "GET", s.listPulls)
	case path == pull:
		return "/repos/{owner}/{repo}/pulls/{pull_number}", only(r, "GET", s.getPull)
	case path == pull+"/files":
		return "/repos/{owner}/{repo}/pulls/{pull_number}/files", only(r, "GET", s.listFiles)
	case path == pull+"/comments":
		return "/repos/{owner}/{repo}/pulls/{pull_number}/comments", either(r, s.listComments, s.createComment)
	case path == pull+"/reviews":
		return "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", either(r, s.listReviews, s.createReview)
	case strings.HasPrefix(path, pull+"/reviews/"):
		return "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", s.changeReview(r)
	case strings.HasPrefix(path, "/repos/"+Repository+"/pulls/comments/"):
		return "/repos/{owner}/{repo}/pulls/comments/{comment_id}", s.changeComment
	case path == "/repos/"+Repository+"/check-runs":
		return "/repos/{owner}/{repo}/check-runs", only(r, "POST", s.createCheck)
	case strings.HasPrefix(path, "/repos/"+Repository+"/check-runs/"):
		return "/repos/{owner}/{repo}/check-runs/{check_run_id}", only(r, "PATCH", s.updateCheck)
	}
	return path, nil
}

func only(r *http.Request, method string, h handler) handler {
	if r.Method != method {
		return nil
	}
	return h
}

func either(r *http.Request, get, post handler) handler {
	if r.Method == http.MethodPost {
		return post
	}
	return only(r, http.MethodGet, get)
}

// paged answers with a page of a list, and with links to the others.
func paged[T any](w http.ResponseWriter, r *http.Request, list []T) []T {
	number := func(name string, fallback int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n > 0 {
			return n
		}
		return fallback
	}
	size, page := min(number("per_page", 30), 100), number("page", 1)
	start, end := min((page-1)*size, len(list)), min(page*size, len(list))
	if end < len(list) {
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?per_page=%d&page=%d>; rel="next"`, r.Host, r.URL.Path, size, page+1))
	}
	return list[start:end]
}

func (s *Server) getPull(http.ResponseWriter, *http.Request, []byte) (int, any, *refusal) {
	return http.StatusOK, s.pull(), nil
}

// listPulls lists the open pull requests that are made from a branch: there is one.
func (s *Server) listPulls(w http.ResponseWriter, r *http.Request, _ []byte) (int, any, *refusal) {
	if q := r.URL.Query(); q.Get("state") != "open" || !strings.Contains(q.Get("head"), ":") {
		s.violate("all pull requests are listed: %s", r.URL)
	}
	list := []any{}
	if r.URL.Query().Get("head") == s.From {
		list = append(list, s.pullInList())
	}
	return http.StatusOK, paged(w, r, list), nil
}

// maxFiles is how many files of a pull request GitHub lists.
const maxFiles = 3000

func (s *Server) listFiles(w http.ResponseWriter, r *http.Request, _ []byte) (int, any, *refusal) {
	out := []any{}
	for _, f := range paged(w, r, s.Files[:min(len(s.Files), maxFiles)]) {
		out = append(out, s.file(f))
	}
	return http.StatusOK, out, nil
}

func (s *Server) listComments(w http.ResponseWriter, r *http.Request, _ []byte) (int, any, *refusal) {
	out := []any{}
	for _, c := range paged(w, r, s.Comments) {
		out = append(out, s.comment(c))
	}
	return http.StatusOK, out, nil
}

func (s *Server) listReviews(w http.ResponseWriter, r *http.Request, _ []byte) (int, any, *refusal) {
	out := []any{}
	seen := slices.DeleteFunc(slices.Clone(s.Reviews), func(v *Review) bool { return v.Pending && v.Author != s.User })
	for _, v := range paged(w, r, seen) {
		out = append(out, s.review(v))
	}
	return http.StatusOK, out, nil
}

// isID matches the ID of a commit.
var isID = regexp.MustCompile(`^[0-9a-f]{40}$`)

func (s *Server) createReview(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	var in struct {
		CommitID string `json:"commit_id"`
		Body     string `json:"body"`
		Event    string `json:"event"`
		Comments []struct {
			Path string `json:"path"`
			Body string `json:"body"`
			Line int    `json:"line"`
			Side string `json:"side"`
		} `json:"comments"`
	}
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	switch {
	case in.Event != "COMMENT" && in.Event != "" || in.Body == "" || !isID.MatchString(in.CommitID):
		return 0, nil, refuse(422, "Unprocessable Entity: event, body, commit_id")
	case s.pending() != nil:
		return 0, nil, refuse(422, "User can only have one pending review per pull request")
	case utf8.RuneCountInString(in.Body) > maxBody:
		return 0, nil, refuse(422, "Body is too long")
	}
	for _, c := range in.Comments {
		if !s.inDiff(c.Path, c.Line) || c.Side != "RIGHT" {
			return 0, nil, refuse(422, "Line could not be resolved")
		}
		if c.Body == "" || utf8.RuneCountInString(c.Body) > maxBody {
			return 0, nil, refuse(422, "Body is too long")
		}
	}
	review := &Review{ID: s.id(), Author: s.User, Body: in.Body, Commit: in.CommitID, Pending: in.Event == ""}
	s.Reviews = append(s.Reviews, review)
	for _, c := range in.Comments {
		review.comments = append(review.comments, &Comment{
			ID: s.id(), Author: s.User, Body: c.Body, Path: c.Path, Line: c.Line, Commit: in.CommitID, Review: review.ID,
		})
	}
	if !review.Pending {
		s.submit(review)
	}
	return http.StatusOK, s.review(review), nil
}

// pending returns the review that the user has begun; nil if there is none.
func (s *Server) pending() *Review {
	for _, v := range s.Reviews {
		if v.Pending && v.Author == s.User {
			return v
		}
	}
	return nil
}

// submit shows a review and its comments to everybody.
func (s *Server) submit(v *Review) {
	v.Pending = false
	s.Comments = append(s.Comments, v.comments...)
	v.comments = nil
}

func (s *Server) changeReview(r *http.Request) handler {
	if r.Method == http.MethodDelete {
		return s.discardReview
	}
	return only(r, http.MethodPut, s.editReview)
}

func (s *Server) discardReview(_ http.ResponseWriter, r *http.Request, _ []byte) (int, any, *refusal) {
	i := slices.IndexFunc(s.Reviews, func(v *Review) bool { return strings.HasSuffix(r.URL.Path, fmt.Sprint("/", v.ID)) })
	switch {
	case i < 0 || s.Reviews[i].Author != s.User:
		return 0, nil, refuse(404, "Not Found")
	case !s.Reviews[i].Pending:
		return 0, nil, refuse(422, "Can not delete a non-pending pull request review")
	}
	gone := s.Reviews[i]
	s.Reviews = slices.Delete(s.Reviews, i, i+1)
	return http.StatusOK, s.review(gone), nil
}

func (s *Server) editReview(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	var in struct {
		Body string `json:"body"`
	}
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	for _, v := range s.Reviews {
		if strings.HasSuffix(r.URL.Path, fmt.Sprint("/", v.ID)) {
			if in.Body == v.Body && s.Fault == nil {
				s.violate("review %d is edited and stays the same", v.ID)
			}
			if v.Author != s.User || in.Body == "" || utf8.RuneCountInString(in.Body) > maxBody {
				return 0, nil, refuse(422, "Unprocessable Entity")
			}
			v.Body = in.Body
			return http.StatusOK, s.review(v), nil
		}
	}
	return 0, nil, refuse(404, "Not Found")
}

func (s *Server) createComment(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	var in struct {
		Body        string `json:"body"`
		CommitID    string `json:"commit_id"`
		Path        string `json:"path"`
		SubjectType string `json:"subject_type"`
	}
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	known := slices.ContainsFunc(s.Files, func(f File) bool { return f.Path == in.Path })
	if in.SubjectType != "file" || !known || !isID.MatchString(in.CommitID) || in.Body == "" || utf8.RuneCountInString(in.Body) > maxBody {
		return 0, nil, refuse(422, "Unprocessable Entity: path")
	}
	review := &Review{ID: s.id(), Author: s.User, Commit: in.CommitID} // GitHub makes one for each comment
	s.Reviews = append(s.Reviews, review)
	c := &Comment{ID: s.id(), Author: s.User, Body: in.Body, Path: in.Path, OnFile: true, Commit: in.CommitID, Review: review.ID}
	s.Comments = append(s.Comments, c)
	return http.StatusCreated, s.comment(c), nil
}

func (s *Server) changeComment(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	i := slices.IndexFunc(s.Comments, func(c *Comment) bool { return strings.HasSuffix(r.URL.Path, fmt.Sprint("/", c.ID)) })
	if i < 0 {
		return 0, nil, refuse(404, "Not Found")
	}
	c := s.Comments[i]
	if c.Author != s.User {
		s.violate("%s of a comment by %s", r.Method, c.Author)
		return 0, nil, refuse(403, "Resource not accessible by integration")
	}
	if r.Method == http.MethodDelete {
		s.Comments = slices.Delete(s.Comments, i, i+1)
		return http.StatusNoContent, nil, nil
	}
	var in struct {
		Body string `json:"body"`
	}
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	if in.Body == c.Body && s.Fault == nil {
		s.violate("comment %d is edited and stays the same", c.ID)
	}
	if in.Body == "" || utf8.RuneCountInString(in.Body) > maxBody {
		return 0, nil, refuse(422, "Body is too long")
	}
	c.Body = in.Body
	return http.StatusOK, s.comment(c), nil
}

var hunk = regexp.MustCompile(`^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

// inDiff reports whether a line of the new side is in the diff of a file.
func (s *Server) inDiff(path string, line int) bool {
	for _, f := range s.Files {
		if f.Path != path {
			continue
		}
		at := 0
		for text := range strings.Lines(f.Patch) {
			if m := hunk.FindStringSubmatch(text); m != nil {
				at, _ = strconv.Atoi(m[1])
				continue
			}
			if text[0] == '-' || text[0] == '\\' {
				continue
			}
			if at == line {
				return true
			}
			at++
		}
	}
	return false
}
