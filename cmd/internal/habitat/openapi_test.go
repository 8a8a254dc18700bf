//go:build habitat

package habitat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/github/githubtest"
)

// TestOpenAPI holds every request of the client, and every answer of the emulated GitHub, against GitHub's own description
// of its API. GraphQL is not in it.
func TestOpenAPI(t *testing.T) {
	if checked := holdAll(t, "api.github.com", everyRequest(t)); checked < 12 {
		t.Errorf("only %d texts were checked", checked)
	}
}

// holdAll holds requests and answers against a description of the API, and returns how many texts it has checked.
func holdAll(t *testing.T, version string, requests []githubtest.Request) int {
	t.Helper()
	file := filepath.Join(openapi.dir(t), "node_modules", "@octokit", "openapi", "generated", version+".deref.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, r := range requests {
		if r.Route == "/graphql" {
			continue
		}
		operation, ok := at(spec, "paths", r.Route, strings.ToLower(r.Method)).(map[string]any)
		if !ok {
			t.Errorf("%s %s is not in the description", r.Method, r.Route)
			continue
		}
		if schema := at(operation, "requestBody", "content", "application/json", "schema"); schema != nil && len(r.Body) > 0 {
			hold(t, schema, r.Body, r.Method+" "+r.Route)
			checked++
		}
		if strings.HasSuffix(r.Route, "/contents/{path}") { // the file itself is asked for
			continue
		}
		if schema := at(operation, "responses", fmt.Sprint(r.Status), "content", "application/json", "schema"); schema != nil {
			hold(t, schema, r.Answer, "the answer to "+r.Method+" "+r.Route)
			checked++
		}
	}
	return checked
}

// everyRequest makes each request that the client can make.
func everyRequest(t *testing.T) []githubtest.Request {
	s := githubtest.New("token")
	defer s.Close()
	s.Files = []githubtest.File{{Path: "a.env", Blob: "b", Patch: "@@ -1 +1,2 @@\n a\n+b\n"}}
	c, err := github.New(github.Options{API: s.URL, Token: "token", Repository: githubtest.Repository})
	if err != nil {
		t.Fatal(err)
	}
	ctx, n := t.Context(), githubtest.Number
	check := github.Check{Name: "akguard", Head: s.Head, Title: "t", Summary: "s"}
	for range 60 {
		check.Annotations = append(check.Annotations, github.Annotation{Path: "a.env", Line: 1, Level: "failure", Title: "t", Message: "m"})
	}
	failed := func(_ any, err error) error { return err }
	open := func(_ github.Pull, found bool, err error) error {
		if !found {
			t.Error("the pull request is not found")
		}
		return err
	}
	for i, err := range []error{
		failed(c.Pull(ctx, n)), open(c.OpenPull(ctx, "acme", "feature", s.Head)), failed(c.Files(ctx, n)), failed(c.User(ctx)),
		c.CreateReview(ctx, n, s.Head, "body", []github.NewComment{{Path: "a.env", Line: 2, Body: "x"}}),
		c.CreateFileComment(ctx, n, s.Head, github.NewComment{Path: "a.env", Body: "x"}),
		failed(c.Comments(ctx, n)), failed(c.Reviews(ctx, n)),
		c.EditReview(ctx, n, s.Reviews[0].ID, "y"), c.EditComment(ctx, s.Comments[0].ID, "y"), c.DeleteComment(ctx, s.Comments[1].ID),
		c.CreateCheck(ctx, check), threads(ctx, c), together(ctx, c, s),
	} {
		if err != nil {
			t.Fatal(i, err)
		}
	}
	return s.Requests
}

// threads resolves the thread of the comment that is left, and takes that back.
func threads(ctx context.Context, c *github.Client) error {
	list, err := c.Threads(ctx, githubtest.Number)
	if err != nil || len(list) != 1 {
		return fmt.Errorf("%d threads: %w", len(list), err)
	}
	ids := []string{list[0].ID}
	return errors.Join(c.Resolve(ctx, ids, true), c.Resolve(ctx, ids, false))
}

// together begins a review twice: it is discarded, and submitted with a comment on a file and another text for the first review.
func together(ctx context.Context, c *github.Client, s *githubtest.Server) error {
	begin := func() (github.Review, error) {
		return c.BeginReview(ctx, githubtest.Number, s.Head, "more", []github.NewComment{{Path: "a.env", Line: 2, Body: "x"}})
	}
	first, err := begin()
	if err == nil {
		err = c.DiscardReview(ctx, githubtest.Number, first.ID)
	}
	if err != nil {
		return err
	}
	second, err := begin()
	if err != nil {
		return err
	}
	list, err := c.Reviews(ctx, githubtest.Number)
	if err != nil {
		return err
	}
	edit := github.Review{Node: list[0].Node, Body: "z"}
	_, err = c.SubmitReview(ctx, github.Submission{Review: second.Node, Files: []github.NewComment{{Path: "a.env", Body: "x"}}, Edit: &edit})
	return err
}

// TestGraphQL holds what is asked of GraphQL, and what the emulated GitHub answers, against GitHub's schema.
func TestGraphQL(t *testing.T) {
	holdGraphQL(t, everyRequest(t))
}

func holdGraphQL(t *testing.T, all []githubtest.Request) {
	t.Helper()
	modules := graphql.dir(t)
	requests, checked := filepath.Join(t.TempDir(), "requests.jsonl"), 0
	var lines bytes.Buffer
	for _, r := range all {
		if r.Route == "/graphql" {
			fmt.Fprintf(&lines, "{\"request\":%s,\"answer\":%s}\n", bytes.TrimSpace(r.Body), bytes.TrimSpace(r.Answer))
			checked++
		}
	}
	if err := os.WriteFile(requests, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "graphql.mjs"), modules, requests).CombinedOutput(); err != nil || checked < 4 {
		t.Errorf("%d requests: %v\n%s", checked, err, out)
	}
}

// at returns what is at a path of keys; nil if nothing is.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// hold fails unless a text fits a schema of OpenAPI 3.0.
func hold(t *testing.T, schema any, text []byte, what string) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", plain(schema)); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(what, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = compiled.Validate(value)
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// plain returns a schema of OpenAPI 3.0 as one of JSON Schema: what is nullable has the type null too.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if !slices.Contains([]string{"example", "examples", "nullable", "description", "x-github"}, key) || !isText(value) && key == "description" {
				out[key] = plain(value)
			}
		}
		if v["nullable"] == true {
			return map[string]any{"anyOf": []any{map[string]any{"type": "null"}, out}}
		}
		return out
	}
	return v
}

func isText(v any) bool { _, ok := v.(string); return ok }
