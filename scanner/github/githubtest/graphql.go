package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
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
	case resolution.MatchString(in.Query):
		return s.resolve(in.Query, in.Variables)
	}
	s.violate("unknown query %s", in.Query)
	return http.StatusOK, map[string]any{"errors": []any{map[string]any{"message": "unknown"}}}, nil
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
