package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/github/githubtest"
)

const token = "ghs_a16C7e42F292c6912E7710c838347Ae178B4a"

// start starts a server, and makes a client of it that records how long it is asked to wait.
func start(t *testing.T) (*githubtest.Server, *github.Client, *[]time.Duration) {
	t.Helper()
	s := githubtest.New(token)
	t.Cleanup(func() {
		s.Close()
		for _, v := range s.Violations() {
			t.Error(v)
		}
	})
	var waited []time.Duration
	c, err := github.New(github.Options{
		API: s.URL, Token: token, Repository: githubtest.Repository,
		Sleep: func(ctx context.Context, d time.Duration) error { waited = append(waited, d); return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, c, &waited
}

func TestPages(t *testing.T) {
	s, c, _ := start(t)
	for i := range 3500 {
		s.Files = append(s.Files, githubtest.File{Path: fmt.Sprint("f", i), Blob: "b", Patch: "@@ -0,0 +1 @@\n+x\n"})
	}
	for i := range 250 {
		s.Comment(githubtest.Comment{Author: "wei", Body: "x", Path: "f1", Line: i + 1})
	}
	files, err := c.Files(t.Context(), githubtest.Number)
	if err != nil || len(files) != 3000 || files[2999].Path != "f2999" || files[0].Patch == "" {
		t.Errorf("%d files, %v", len(files), err)
	}
	comments, err := c.Comments(t.Context(), githubtest.Number)
	if err != nil || len(comments) != 250 || comments[249].Line != 250 || comments[0].Author != "wei" {
		t.Errorf("%d comments, %v", len(comments), err)
	}
	threads, err := c.Threads(t.Context(), githubtest.Number)
	if err != nil || len(threads) != 250 || threads[249].Comment != comments[249].ID {
		t.Errorf("%d threads, %v", len(threads), err)
	}
}

// once answers the first request with a fault.
func once(f githubtest.Fault) func(githubtest.Request) *githubtest.Fault {
	done := false
	return func(githubtest.Request) *githubtest.Fault {
		if done {
			return nil
		}
		done = true
		return &f
	}
}

// What may be repeated is, and after a rate limit everything. A review that may have been created is not created again.
func TestRetries(t *testing.T) {
	read := func(c *github.Client) error { _, err := c.Comments(t.Context(), githubtest.Number); return err }
	create := func(c *github.Client) error {
		return c.CreateReview(t.Context(), githubtest.Number, strings.Repeat("a", 40), "text", nil)
	}
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	reset := fmt.Sprint(time.Now().Add(30 * time.Second).Unix())
	for name, test := range map[string]struct {
		fault  githubtest.Fault
		call   func(*github.Client) error
		status int // 0: it succeeds in the end
		wait   time.Duration
	}{
		"read, 500":                 {githubtest.Fault{Status: 500}, read, 0, time.Second},
		"read, 502":                 {githubtest.Fault{Status: 502}, read, 0, time.Second},
		"read, 429":                 {githubtest.Fault{Status: 429}, read, 0, time.Minute},
		"read, 403":                 {githubtest.Fault{Status: 403}, read, 403, 0},
		"read, 404":                 {githubtest.Fault{Status: 404}, read, 404, 0},
		"create, 500":               {githubtest.Fault{Status: 500}, create, 500, 0},
		"create, 422":               {githubtest.Fault{Status: 422}, create, 422, 0},
		"create, 429 with a header": {githubtest.Fault{Status: 429, Header: header("Retry-After", "7")}, create, 0, 7 * time.Second},
		"create, secondary limit": {githubtest.Fault{Status: 403, Body: `{"message":"You have exceeded a secondary rate limit."}`},
			create, 0, time.Minute},
		"create, primary limit": {githubtest.Fault{Status: 403, Header: header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", reset)},
			create, 0, 30 * time.Second},
		"create, too long": {githubtest.Fault{Status: 429, Header: header("Retry-After", "3600")}, create, 429, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, waited := start(t)
			s.Fault = once(test.fault)
			err := test.call(c)
			if github.Status(err) != test.status || (err != nil) != (test.status != 0) {
				t.Errorf("%v, want status %d", err, test.status)
			}
			var total time.Duration
			for _, d := range *waited {
				total += d
			}
			if total < test.wait-2*time.Second || total > test.wait+2*time.Second || (total == 0) != (test.wait == 0) {
				t.Errorf("waited %v, want %v", total, test.wait)
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("the error has the token: %v", err)
			}
			if wants := map[bool]int{true: 1}[test.status == 0]; len(s.Reviews) > wants {
				t.Errorf("%d reviews", len(s.Reviews))
			}
		})
	}
}

// After an answer that says that no requests are left, the next one waits until there are: GitHub would refuse it.
func TestLastOfTheLimit(t *testing.T) {
	for _, test := range []struct {
		reset  time.Duration
		status int
	}{{30 * time.Second, 0}, {time.Hour, http.StatusTooManyRequests}} {
		s, c, waited := start(t)
		s.Fault = func(githubtest.Request) *githubtest.Fault {
			return &githubtest.Fault{Status: 200, Body: "[]", Header: http.Header{
				"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {fmt.Sprint(time.Now().Add(test.reset).Unix())},
			}}
		}
		if _, err := c.Comments(t.Context(), githubtest.Number); err != nil {
			t.Fatal(err)
		}
		_, err := c.Comments(t.Context(), githubtest.Number)
		if github.Status(err) != test.status || (err != nil) != (test.status != 0) {
			t.Error(err)
		}
		if test.status == 0 && (len(*waited) != 1 || (*waited)[0] < test.reset-2*time.Second) {
			t.Errorf("waited %v", *waited)
		}
	}
}

// Waiting ends with the context.
func TestWaitingEnds(t *testing.T) {
	s := githubtest.New(token)
	defer s.Close()
	s.Fault = func(githubtest.Request) *githubtest.Fault {
		return &githubtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"60"}}}
	}
	c, err := github.New(github.Options{API: s.URL, Token: token, Repository: githubtest.Repository})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Comments(ctx, githubtest.Number); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// The token goes to the API alone, and is in no error, whatever the server makes of it.
func TestToken(t *testing.T) {
	var leaked []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		leaked = append(leaked, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	answers := map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/x?"+r.Header.Get("Authorization"), http.StatusTemporaryRedirect)
		},
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"message":%q}`, r.Header.Get("Authorization"))
		},
		"no JSON": func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header.Get("Authorization")) },
		"hang up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, answer := range answers {
		s := httptest.NewServer(answer)
		c, err := github.New(github.Options{
			API: s.URL, Token: token, Repository: githubtest.Repository, Sleep: func(context.Context, time.Duration) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Comments(t.Context(), githubtest.Number)
		_, userErr := c.User(t.Context())
		if text := fmt.Sprintf("%v %+v %v", err, c, userErr); strings.Contains(text, token) {
			t.Errorf("%s: the error has the token: %s", name, text)
		}
		if name != "redirect" && err == nil {
			t.Errorf("%s: no error", name)
		}
		s.Close()
	}
	for _, header := range leaked {
		if header != "" {
			t.Errorf("another host got %q", header)
		}
	}
	for _, api := range []string{"http://github.example.com", "ftp://x", "https://", "https://user:pass@github.com", "::"} {
		if _, err := github.New(github.Options{API: api, Token: token, Repository: githubtest.Repository}); err == nil || strings.Contains(err.Error(), "pass@") {
			t.Errorf("%s: %v", api, err)
		}
	}
	for _, repository := range []string{"", "x", "a/b/c", "../x", "a/b?x"} {
		if _, err := github.New(github.Options{Token: token, Repository: repository}); err == nil {
			t.Errorf("%q is taken for a repository", repository)
		}
	}
}

// A check run has its result at once, and no more annotations in a request than GitHub takes.
func TestCheck(t *testing.T) {
	s, c, _ := start(t)
	check := github.Check{Name: "akguard", Head: s.Head, Title: "120 findings", Summary: "text"}
	for i := range 120 {
		check.Annotations = append(check.Annotations, github.Annotation{Path: "a.env", Line: i + 1, Level: "failure", Title: "t", Message: fmt.Sprint(i)})
	}
	if err := c.CreateCheck(t.Context(), check); err != nil {
		t.Fatal(err)
	}
	got := s.Checks[0]
	if len(s.Checks) != 1 || len(got.Annotations) != 120 || got.Annotations[119].Line != 120 || got.Conclusion != "failure" || s.Writes() != 3 {
		t.Errorf("%d annotations, %s, %d requests", len(got.Annotations), got.Conclusion, s.Writes())
	}
}

func TestComments(t *testing.T) {
	s, c, _ := start(t)
	s.Files = []githubtest.File{{Path: "a.env", Blob: "b", Patch: "@@ -1,2 +1,3 @@\n a\n+b\n c\n"}, {Path: "b.bin", Blob: "b"}}
	if err := c.CreateReview(t.Context(), 7, s.Head, "body", []github.NewComment{{Path: "a.env", Line: 2, Body: "x"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateReview(t.Context(), 7, s.Head, "body", []github.NewComment{{Path: "a.env", Line: 9, Body: "x"}}); github.Status(err) != 422 {
		t.Error(err)
	}
	if err := c.CreateFileComment(t.Context(), 7, s.Head, github.NewComment{Path: "b.bin", Body: "y"}); err != nil {
		t.Fatal(err)
	}
	list, err := c.Comments(t.Context(), 7)
	if err != nil || len(list) != 2 || list[0].Line != 2 || list[1].Line != 0 || list[1].Path != "b.bin" {
		t.Fatalf("%+v, %v", list, err)
	}
	threads, err := c.Threads(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, resolved := range []bool{true, false} {
		if err := c.Resolve(t.Context(), []string{threads[0].ID, threads[1].ID}, resolved); err != nil || s.Comments[1].Resolved != resolved {
			t.Error(err, s.Comments[1])
		}
	}
	if err := c.Resolve(t.Context(), []string{"PRRT_0"}, true); github.Status(err) != 404 {
		t.Error(err)
	}
	if err := errors.Join(c.EditComment(t.Context(), list[0].ID, "z"), c.DeleteComment(t.Context(), list[1].ID)); err != nil {
		t.Error(err)
	}
	if err := c.EditReview(t.Context(), 7, s.Reviews[0].ID, "other"); err != nil || s.Reviews[0].Body != "other" {
		t.Error(err)
	}
	if len(s.Comments) != 1 || s.Comments[0].Body != "z" {
		t.Errorf("%+v", s.Comments)
	}
}
