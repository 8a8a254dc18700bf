package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// threadPage is how many threads a page has. GitHub's have 100: a small one tests that the others are asked for.
const threadPage = 10

var resolution = regexp.MustCompile(`(t\d+):(un)?resolveReviewThread\(input:\{threadId:\$(t\d+)\}\)\{thread\{id\}\}`)

func (s *Server) graphql(_ http.ResponseWriter, r *http.Request, body []byte) (int, any, *refusal) {
	var in struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	if refused := s.read(r, body, &in); refused != nil {
		return 0, nil, refused
	}
	switch {
	case in.Query == "query{viewer{login}}":
		return http.StatusOK, data(map[string]any{"viewer": map[string]any{"login": s.User}}), nil
	case strings.Contains(in.Query, "reviewThreads("):
		return s.threads(in.Variables)
	case strings.Contains(in.Query, "submitPullRequestReview("):
		return s.submission(in.Query, in.Variables)
	case resolution.MatchString(in.Query):
		return s.resolve(in.Query, in.Variables)
	}
	s.violate("unknown query %s", in.Query)
	return http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": "unknown"}}}, nil
}

var (
	fileThread = regexp.MustCompile(`(f\d+):addPullRequestReviewThread\(input:\{pullRequestReviewId:\$review,path:\$(path\d+),body:\$(body\d+),subjectType:FILE\}\)\{thread\{id\}\}`)
	submitted  = "submit:submitPullRequestReview(input:{pullRequestReviewId:$review,event:COMMENT}){pullRequestReview{id}}"
	edited     = "edit:updatePullRequestReview(input:{pullRequestReviewId:$edit,body:$text}){pullRequestReview{id}}"
)

// submission carries out the fields of a mutation in order. One that fails does not stop those after it.
func (s *Server) submission(query string, variables map[string]any) (int, any, *refusal) {
	out, errs := map[string]any{}, []any{}
	fail := func(field, kind, message string) {
		out[field] = nil
		errs = append(errs, map[string]any{"type": kind, "path": []any{field}, "message": message})
	}
	text := func(name string) string { return fmt.Sprint(variables[name]) }
	review := s.pending()
	if review == nil || node(review) != text("review") || !strings.Contains(query, submitted) {
		return http.StatusOK, map[string]any{"data": nil, "errors": []any{map[string]any{"type": "NOT_FOUND", "message": "Could not resolve to a node"}}}, nil
	}
	for _, m := range fileThread.FindAllStringSubmatch(query, -1) {
		if !slices.ContainsFunc(s.Files, func(f File) bool { return f.Path == text(m[2]) }) || s.Unfit == text(m[2]) {
			fail(m[1], "UNPROCESSABLE", "Path is not part of the pull request")
			continue
		}
		c := &Comment{ID: s.id(), Author: s.User, Body: text(m[3]), Path: text(m[2]), OnFile: true, Commit: review.Commit, Review: review.ID}
		review.comments = append(review.comments, c)
		out[m[1]] = map[string]any{"thread": map[string]any{"id": thread(c)}}
	}
	s.submit(review)
	out["submit"] = map[string]any{"pullRequestReview": map[string]any{"id": node(review)}}
	if strings.Contains(query, edited) {
		i := slices.IndexFunc(s.Reviews, func(v *Review) bool { return node(v) == text("edit") && v.Author == s.User && text("text") != "" })
		if i < 0 {
			fail("edit", "NOT_FOUND", "Could not resolve to a node")
		} else {
			s.Reviews[i].Body = text("text")
			out["edit"] = map[string]any{"pullRequestReview": map[string]any{"id": text("edit")}}
		}
	}
	answer := map[string]any{"data": out}
	if len(errs) > 0 {
		answer["errors"] = errs
	}
	return http.StatusOK, answer, nil
}

func data(v any) any { return map[string]any{"data": v} }

func (s *Server) threads(variables map[string]any) (int, any, *refusal) {
	if fmt.Sprint(variables["owner"], "/", variables["name"]) != Repository || variables["number"] != float64(Number) {
		s.violate("threads of %v", variables)
	}
	var nodes []any
	for _, c := range s.Comments {
		if c.ReplyTo == 0 {
			nodes = append(nodes, map[string]any{
				"id": thread(c), "isResolved": c.Resolved,
				"comments": map[string]any{"nodes": []any{map[string]any{"fullDatabaseId": fmt.Sprint(c.ID)}}},
			})
		}
	}
	start := 0
	if after, ok := variables["after"].(string); ok {
		_, _ = fmt.Sscan(after, &start)
	}
	end := min(start+threadPage, len(nodes))
	return http.StatusOK, data(map[string]any{"repository": map[string]any{"pullRequest": map[string]any{"reviewThreads": map[string]any{
		"pageInfo": map[string]any{"hasNextPage": end < len(nodes), "endCursor": fmt.Sprint(end)}, "nodes": nodes[start:end],
	}}}}), nil
}

func thread(c *Comment) string { return fmt.Sprint("PRRT_", c.ID) }

func (s *Server) resolve(query string, variables map[string]any) (int, any, *refusal) {
	out := map[string]any{}
	for _, m := range resolution.FindAllStringSubmatch(query, -1) {
		id := fmt.Sprint(variables[m[3]])
		for _, c := range s.Comments {
			if thread(c) == id {
				c.Resolved = m[2] == ""
				out[m[1]] = map[string]any{"thread": map[string]any{"id": id}}
			}
		}
		if out[m[1]] == nil {
			return http.StatusOK, map[string]any{"data": nil, "errors": []any{map[string]any{
				"type": "NOT_FOUND", "message": "Could not resolve to a node with the global id of '" + id + "'",
			}}}, nil
		}
	}
	return http.StatusOK, data(out), nil
}
