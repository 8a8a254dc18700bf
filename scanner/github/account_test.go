package github_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/github/orgtest"
)

// organization starts an emulated organization, and makes an account of it.
func organization(t *testing.T, o orgtest.Options) (*orgtest.Server, *github.Account) {
	t.Helper()
	o.Dir = t.TempDir()
	s, err := orgtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if v := s.Stats().Violations; len(v) > 0 {
			t.Errorf("violations: %v", v)
		}
	})
	token := s.NewToken(orgtest.Token{Kind: "classic", Login: "wei", Scopes: "repo, read:org"})
	return s, account(t, s, github.Static(token))
}

func account(t *testing.T, s *orgtest.Server, tokens github.Tokens) *github.Account {
	t.Helper()
	a, err := github.NewAccount(github.AccountOptions{API: s.URL, Tokens: tokens, MaxWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// add adds repositories that have no commits.
func add(t *testing.T, s *orgtest.Server, n int, change func(i int, r *orgtest.Repo)) {
	t.Helper()
	for i := range n {
		r, err := s.Add(fmt.Sprintf("r%d", i))
		if err != nil {
			t.Fatal(err)
		}
		change(i, r)
	}
}

// A listing has every repository once, and says how many there should be.
func TestRepositories(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	add(t, s, 250, func(i int, r *orgtest.Repo) {
		r.Private, r.Archived, r.HasWiki = i%2 == 0, i%5 == 0, i%3 == 0
		if i == 7 {
			r.Disabled = true
		}
	})
	all := github.Scope{Organizations: []string{"acme", "ACME"}, Repositories: []string{"acme/r3", "acme/gone"}}
	l, err := a.Repositories(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Repositories) != 250 || l.Expected != 251 || len(l.Partial)+len(l.Unsure) != 0 || len(l.Unreachable) != 1 || l.Requests != 6 {
		t.Errorf("%d listed, %d expected, %v, %v, %v, %d requests", len(l.Repositories), l.Expected, l.Partial, l.Unsure, l.Unreachable, l.Requests)
	}
	if !slices.IsSortedFunc(l.Repositories, func(a, b github.Repository) int { return int(a.ID - b.ID) }) {
		t.Error("they are not sorted")
	}
	r := l.Repositories[9]
	if r.FullName() != "acme/r9" || r.Clone != s.Git+"/acme/r9.git" || r.WikiClone != s.Git+"/acme/r9.wiki.git" || r.Private || r.Visibility != "public" {
		t.Errorf("%+v", r)
	}
	if l.Repositories[7].Unavailable.Code != "github.repository-disabled" || l.Repositories[7].WikiClone != "" {
		t.Errorf("%+v", l.Repositories[7])
	}
	text, err := json.Marshal(l)
	var back github.Listing
	if err := errors.Join(err, json.Unmarshal(text, &back)); err != nil || back.Repositories[7].Unavailable.Code == "" {
		t.Error(err)
	}
}

// Pages that have not changed are not sent again, unless the token is another one.
func TestUnchanged(t *testing.T) {
	s, _ := organization(t, orgtest.Options{})
	add(t, s, 250, func(int, *orgtest.Repo) {})
	token := s.NewToken(orgtest.Token{Kind: "classic", Login: "wei"})
	a := account(t, s, tokensFunc(func(string) string { return token }))
	list := func(unchanged int) {
		t.Helper()
		s.Forget()
		l, err := a.Repositories(t.Context(), github.Scope{Organizations: []string{"acme"}})
		if err != nil || len(l.Repositories) != 250 || s.Stats().Unchanged != unchanged {
			t.Errorf("%d listed, %d unchanged, %v", len(l.Repositories), s.Stats().Unchanged, err)
		}
	}
	list(0)
	list(3)
	s.Repos[0].Archived = true
	list(2)
	token = s.NewToken(orgtest.Token{Kind: "classic", Login: "wei"})
	list(0)
}

// Whatever a server answers to a list, the token goes to the API alone.
func FuzzList(f *testing.F) {
	f.Add(`<https://api.example.com/x?page=2>; rel="next"`, "partial-results; organizations=1,2", `[{"id":1,"name":"x","owner":{"login":"acme"}}]`, 200)
	f.Add(`<https://evil.example.com/x>; rel="next"`, "required; url=https://x", `[]`, 403)
	f.Add(`<http://api.example.com/x>; rel="next"`, "partial-results", `{"message":"x","block":{"reason":"dmca"}}`, 451)
	f.Fuzz(func(t *testing.T, link, sso, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		n := 0
		next := roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("Authorization") != "" && (r.URL.Host != "api.example.com" || r.URL.Scheme != "https") {
				t.Errorf("the token went to %s", r.URL)
			}
			resp := httptest.NewRecorder()
			if n++; n > 3 {
				link = ""
			}
			resp.Header().Set("Link", link)
			resp.Header().Set("X-GitHub-SSO", sso)
			resp.WriteHeader(status)
			_, _ = resp.WriteString(body)
			return resp.Result(), nil
		})
		a, err := github.NewAccount(github.AccountOptions{
			API: "https://api.example.com", Tokens: github.Static(token), HTTP: &http.Client{Transport: next}, MaxWait: time.Minute,
			Budget: github.NewBudget(github.BudgetOptions{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}),
		})
		if err != nil {
			t.Fatal(err)
		}
		r := github.Repository{Owner: "acme", Name: "x"}
		_, err1 := a.Repositories(t.Context(), github.Scope{Organizations: []string{"acme"}})
		_, err2 := a.LostHeads(t.Context(), r, time.Time{})
		err3 := a.Texts(t.Context(), r, github.Issues|github.Reviews, time.Time{}, func(github.Text) error { return nil })
		if text := fmt.Sprint(err1, err2, err3); strings.Contains(text, token) {
			t.Error(text)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What a filter leaves out is listed with the reason.
func TestFilter(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	add(t, s, 6, func(i int, r *orgtest.Repo) {
		r.Archived, r.Private, r.Language, r.Pushed = i == 0, i == 1, []string{"Go", "Java"}[i%2], day.AddDate(0, 0, i)
		r.Topics = []string{fmt.Sprint("t", i)}
	})
	if _, err := s.Fork(s.Repos[0], "fork"); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	for name, test := range map[string]struct {
		filter github.Filter
		want   string
		code   string
	}{
		"none":          {github.Filter{}, "r0 r1 r2 r3 r4 r5 fork", ""},
		"no archived":   {github.Filter{Archived: &no}, "r1 r2 r3 r4 r5 fork", "github.filtered-archived"},
		"only archived": {github.Filter{Archived: &yes}, "r0", "github.filtered-archived"},
		"no forks":      {github.Filter{Forks: &no}, "r0 r1 r2 r3 r4 r5", "github.filtered-fork"},
		"private":       {github.Filter{Visibility: []string{"private"}}, "r1", "github.filtered-visibility"},
		"language":      {github.Filter{Languages: []string{"go"}}, "r0 r2 r4", "github.filtered-language"},
		"topics":        {github.Filter{Topics: []string{"T2", "t3"}}, "r2 r3", "github.filtered-topic"},
		"glob":          {github.Filter{Globs: []string{"R[12]"}}, "r1 r2", "github.filtered-glob"},
		"glob of owner": {github.Filter{Globs: []string{"acme/f*"}}, "fork", "github.filtered-glob"},
		"exclude":       {github.Filter{Exclude: []string{"r*"}}, "fork", "github.filtered-exclude"},
		"pushed":        {github.Filter{PushedSince: day.AddDate(0, 0, 4)}, "r4 r5 fork", "github.filtered-pushed"},
	} {
		l, err := a.Repositories(t.Context(), github.Scope{Organizations: []string{"acme"}, Filter: test.filter})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range l.Repositories {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); got != test.want || len(l.Repositories)+len(l.Filtered) != 7 {
			t.Errorf("%s: %s, %d left out", name, got, len(l.Filtered))
		}
		for _, f := range l.Filtered {
			if f.Why.Code != test.code {
				t.Errorf("%s: %v", name, f.Why)
			}
		}
	}
	if _, err := a.Repositories(t.Context(), github.Scope{Filter: github.Filter{Globs: []string{"[a"}}}); err == nil {
		t.Error("a bad pattern is taken")
	}
}

// What the token does not see is told with numbers.
func TestPartial(t *testing.T) {
	s, _ := organization(t, orgtest.Options{})
	add(t, s, 10, func(i int, r *orgtest.Repo) { r.Private = true })
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	app := func(selected bool) func() github.Tokens {
		return func() github.Tokens {
			s.InstallApp("Iv1.a", &key.PublicKey, 42, selected)
			text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
			tokens, err := github.NewApp(github.AppOptions{ID: "Iv1.a", Key: text, Owner: "acme", API: s.URL})
			if err != nil {
				t.Fatal(err)
			}
			return tokens
		}
	}
	user := func(kind string, sees func(*orgtest.Repo) bool) func() github.Tokens {
		return func() github.Tokens {
			return github.Static(s.NewToken(orgtest.Token{Kind: kind, Login: "wei", Sees: sees}))
		}
	}
	all := func(*orgtest.Repo) bool { return true }
	some := func(r *orgtest.Repo) bool { return r.Name < "r3" }
	for name, test := range map[string]struct {
		tokens   func() github.Tokens
		private  int
		sso      string
		partial  string
		unsure   string
		expected int
	}{
		"all":                   {user("classic", all), 0, "", "[]", "[]", 10},
		"a fine-grained subset": {user("fine-grained", some), 0, "", "[github.partial-count(acme, 3, 10)]", "[]", 10},
		"no number":             {user("fine-grained", some), -1, "", "[]", "[github.unsure-count(acme)]", -1},
		"single sign-on":        {user("classic", all), 0, "partial-results; organizations=21955855,20582480", "[github.partial-sso(2)]", "[]", 10},
		"App, everywhere":       {app(false), 0, "", "[]", "[]", 10},
		"App, chosen ones":      {app(true), 0, "", "[github.partial-installation(acme, 10)]", "[github.unsure-count(acme)]", -1},
	} {
		s.Lock()
		s.Private, s.SSO = test.private, test.sso
		s.Unlock()
		l, err := account(t, s, test.tokens()).Repositories(t.Context(), github.Scope{Organizations: []string{"acme"}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if fmt.Sprint(l.Partial) != test.partial || fmt.Sprint(l.Unsure) != test.unsure || l.Expected != test.expected {
			t.Errorf("%s: %v, %v, %d", name, l.Partial, l.Unsure, l.Expected)
		}
	}
}

func TestUsersAndEnterprises(t *testing.T) {
	s, a := organization(t, orgtest.Options{Prefix: "/api/v3", Limits: orgtest.Limits{Silent: true}})
	add(t, s, 4, func(i int, r *orgtest.Repo) {
		r.Owner, r.Private = []string{"acme", "acme", "wei", "li"}[i], i >= 2
	})
	names := func(scope github.Scope) string {
		l, err := a.Repositories(t.Context(), scope)
		if err != nil {
			t.Error(err)
		}
		var out []string
		for _, r := range l.Repositories {
			out = append(out, r.FullName())
		}
		return fmt.Sprint(out, l.Expected, l.Unsure)
	}
	if got := names(github.Scope{Users: []string{"Wei"}}); got != "[wei/r2] 1 []" {
		t.Error(got)
	}
	if got := names(github.Scope{Users: []string{"li"}}); got != "[] -1 [github.unsure-public(li)]" {
		t.Error(got)
	}
	if got := names(github.Scope{Enterprises: []string{"big"}}); got != "[acme/r0 acme/r1] 2 []" {
		t.Error(got)
	}
	for _, scope := range []github.Scope{{Organizations: []string{"../x"}}, {Users: []string{"a/b"}}, {Repositories: []string{"x"}}, {Organizations: []string{"other"}}} {
		if _, err := a.Repositories(t.Context(), scope); err == nil {
			t.Errorf("%+v: no error", scope)
		}
	}
}

// A repository is found by its number, whatever it is called, and what keeps it from being read is told.
func TestRepository(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	add(t, s, 6, func(i int, r *orgtest.Repo) { r.Blocked, r.Locked = []string{"", "dmca", "tos", "", "", ""}[i], i == 3 })
	fork, err := s.Fork(s.Repos[0], "fork")
	if err != nil {
		t.Fatal(err)
	}
	s.Rename(s.Repos[4], "other")
	s.Delete(s.Repos[5])
	for i, want := range []string{"", "github.repository-blocked(dmca)", "github.repository-blocked(tos)", "github.repository-locked"} {
		r, err := a.Repository(t.Context(), s.Repos[i].ID)
		if err != nil || r.ID != s.Repos[i].ID || !r.Unavailable.IsZero() && r.Unavailable.String() != want || r.Unavailable.IsZero() != (want == "") {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if r, err := a.Repository(t.Context(), s.Repos[4].ID); err != nil || r.Name != "other" {
		t.Error(r, err)
	}
	if l, err := a.Repositories(t.Context(), github.Scope{Repositories: []string{"acme/r4"}}); err != nil || len(l.Repositories) != 1 || l.Repositories[0].Name != "other" {
		t.Error(l, err)
	}
	if _, err := a.Repository(t.Context(), s.Repos[5].ID); !github.Missing(err) {
		t.Error(err)
	}
	if r, err := a.Repository(t.Context(), fork.ID); err != nil || r.Parent != s.Repos[0].ID || r.Source != s.Repos[0].ID {
		t.Error(r, err)
	}
}

func TestLostHeads(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	add(t, s, 1, func(int, *orgtest.Repo) {})
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for i := range 250 {
		kind, before := "force_push", fmt.Sprintf("%040x", i+1)
		switch {
		case i%10 == 0:
			kind = "branch_deletion"
		case i%3 == 0:
			kind = "push"
		case i == 1:
			before = strings.Repeat("0", 40)
		}
		s.Repos[0].Activities = append(s.Repos[0].Activities, orgtest.Activity{
			ID: int64(1000 - i), Kind: kind, Ref: "refs/heads/main", Before: before, After: "x", Actor: "mallory", At: now.Add(-time.Duration(i) * time.Hour),
		})
	}
	r, err := a.Repository(t.Context(), s.Repos[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := a.LostHeads(t.Context(), r, time.Time{})
	deleted := 0
	for _, h := range heads {
		if h.Deleted {
			deleted++
		}
	}
	if err != nil || len(heads) != 25+149 || deleted != 25 || heads[0].Actor != "mallory" || heads[0].Ref != "refs/heads/main" {
		t.Errorf("%d heads, %d of deleted branches, %v", len(heads), deleted, err)
	}
	heads, err = a.LostHeads(t.Context(), r, now.Add(-20*time.Hour))
	if err != nil || len(heads) != 3+11 {
		t.Errorf("%d heads, %v", len(heads), err)
	}
	s.Forget()
	s.Repos[0].Activities = s.Repos[0].Activities[:99]
	heads, err = a.LostHeads(t.Context(), r, time.Time{})
	if err != nil || len(heads) != 10+59 || s.Stats().REST != 1 {
		t.Errorf("%d heads, %v, %d requests", len(heads), err, s.Stats().REST)
	}
}

func TestTexts(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	add(t, s, 1, func(int, *orgtest.Repo) {})
	r, now := s.Repos[0], time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for i := range 150 {
		at := now.Add(time.Duration(i) * time.Hour)
		r.Issues = append(r.Issues, &orgtest.Issue{Number: i + 1, Title: "t", Body: "body", Author: "wei", Pull: i%2 == 0, At: at})
		r.Comments = append(r.Comments, orgtest.Comment{ID: int64(i), Number: i + 1, Author: "li", Body: "comment", At: at})
		r.LineComments = append(r.LineComments, orgtest.Comment{ID: int64(i), Number: i + 1, Author: "li", Body: "line", At: at})
		r.Reviews[i+1] = []orgtest.Comment{{ID: int64(i), Author: "li", Body: "review", At: at}, {ID: 1000, Author: "li", At: at}}
		r.Discussions = append(r.Discussions, orgtest.Issue{Number: i, Title: "d", Body: "x", Author: "wei", At: now.Add(-time.Duration(i) * time.Hour),
			Comments: []orgtest.Comment{{ID: 1, Author: "li", Body: "y", At: now}}})
	}
	repository, err := a.Repository(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		kinds github.Kinds
		since time.Time
		want  int
	}{
		{github.Issues, time.Time{}, 150}, {github.Comments, time.Time{}, 300}, {github.Reviews, time.Time{}, 75}, {github.Discussions, time.Time{}, 300},
		{github.Issues | github.Comments | github.Reviews, now.Add(140 * time.Hour), 10 + 20 + 5},
	} {
		n := 0
		err := a.Texts(t.Context(), repository, test.kinds, test.since, func(text github.Text) error {
			n++
			if !strings.HasPrefix(text.URL, s.Git+"/acme/r0/") || text.Author == "" || text.Body == "" || text.At.IsZero() {
				t.Errorf("%+v", text)
			}
			return nil
		})
		if err != nil || n != test.want {
			t.Errorf("%v: %d texts, want %d, %v", test.kinds, n, test.want, err)
		}
	}
	stop := errors.New("stop")
	for _, kind := range []github.Kinds{github.Issues, github.Comments, github.Reviews, github.Discussions} {
		if err := a.Texts(t.Context(), repository, kind, time.Time{}, func(github.Text) error { return stop }); !errors.Is(err, stop) {
			t.Error(err)
		}
	}
}

// What the API redirects to gets no token, and no more is read than asked for.
func TestAttachments(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	add(t, s, 1, func(int, *orgtest.Repo) {})
	r, now := s.Repos[0], time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	content := []byte(strings.Repeat("x", 100_000))
	r.Assets = []orgtest.File{{ID: 1, Name: "a.bin", Content: content, At: now}, {ID: 2, Name: "old", At: now.Add(-time.Hour)}}
	r.Artifacts = []orgtest.File{{ID: 3, Name: "b", Content: content, At: now}, {ID: 4, Name: "expired", At: now, Expired: true}}
	r.Logs = []orgtest.File{{ID: 5, Name: "build", Content: content, At: now}}
	repository, err := a.Repository(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	var all []github.Attachment
	for _, list := range []func(context.Context, github.Repository, time.Time) ([]github.Attachment, error){a.Assets, a.Artifacts, a.Logs} {
		found, err := list(t.Context(), repository, now)
		if err != nil || len(found) != 1 || found[0].Web == "" || !found[0].At.Equal(now) {
			t.Fatalf("%+v, %v", found, err)
		}
		all = append(all, found...)
	}
	for _, one := range all {
		body, err := a.Open(t.Context(), one, int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err := errors.Join(err, body.Close()); err != nil || string(text) != string(content) {
			t.Errorf("%d bytes, %v", len(text), err)
		}
		one.Size = 0
		body, err = a.Open(t.Context(), one, 10)
		if err == nil {
			_, err = io.ReadAll(body)
			_ = body.Close()
		}
		if !errors.Is(err, github.ErrTooLarge) {
			t.Error(err)
		}
	}
	if _, err := a.Open(t.Context(), github.Attachment{API: "repos/acme/r0/actions/artifacts/4/zip"}, 10); !github.Missing(err) {
		t.Error(err)
	}
	if _, err := a.Open(t.Context(), github.Attachment{API: "https://example.com/x"}, 10); err == nil {
		t.Error("another host is asked")
	}
}

func TestGists(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	s.Members = []string{"wei", "li"}
	s.Gists["li"] = []orgtest.Gist{{ID: "a1", Public: true, At: now}, {ID: "b2", At: now.Add(-time.Hour)}}
	members, err := a.Members(t.Context(), "acme")
	if err != nil || fmt.Sprint(members) != "[wei li]" {
		t.Error(members, err)
	}
	gists, err := a.Gists(t.Context(), "li", now)
	if err != nil || len(gists) != 1 || gists[0].ID != "a1" || gists[0].Owner != "li" || gists[0].Clone == "" || !gists[0].Public {
		t.Errorf("%+v, %v", gists, err)
	}
}

// One issue is opened for a marker, and others' issues are left alone.
func TestFileIssue(t *testing.T) {
	s, a := organization(t, orgtest.Options{})
	add(t, s, 1, func(int, *orgtest.Repo) {})
	r := s.Repos[0]
	r.Issues = []*orgtest.Issue{{Number: 1, Title: "x", Body: "<!-- akguard:c1 -->", Author: "mallory"}}
	repository, err := a.Repository(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	i := github.Issue{Marker: "c1", Title: "A key", Body: "text", Labels: []string{"security"}}
	var urls []string
	s.Forget()
	for _, body := range []string{"text", "text", "other"} {
		i.Body = body
		filed, err := a.FileIssue(t.Context(), repository, i)
		if err != nil {
			t.Fatal(err)
		}
		if filed.New != (len(urls) == 0) {
			t.Errorf("issue %d is new: %v", len(urls), filed.New)
		}
		urls = append(urls, filed.URL)
	}
	if len(r.Issues) != 2 || urls[0] != urls[2] || r.Issues[1].Body != "other\n\n<!-- akguard:c1 -->" || r.Issues[0].Title != "x" || len(r.Issues[1].Labels) != 1 {
		t.Errorf("%v, %+v", urls, r.Issues[1])
	}
	// The user, the list of issues, a new issue and a changed one.
	if n := s.Stats().REST; n != 4 {
		t.Errorf("%d requests", n)
	}
	i.Marker = "-->"
	if _, err := a.FileIssue(t.Context(), repository, i); err == nil {
		t.Error("a bad marker is taken")
	}
}

// A token that the server refuses is renewed once, and the old one is in no error.
func TestRenewal(t *testing.T) {
	s, _ := organization(t, orgtest.Options{})
	old, fresh := s.NewToken(orgtest.Token{Expires: time.Now().Add(-time.Second)}), s.NewToken(orgtest.Token{Login: "wei", Kind: "classic"})
	a := account(t, s, tokensFunc(func(refused string) string {
		if refused != "" {
			return fresh
		}
		return old
	}))
	if _, err := a.Rights(t.Context()); err != nil || s.Stats().REST != 2 {
		t.Error(err, s.Stats())
	}
	_, err := account(t, s, github.Static(old)).Rights(t.Context())
	if github.Status(err) != http.StatusUnauthorized || strings.Contains(fmt.Sprintf("%+v", err), old) {
		t.Error(err)
	}
}

type tokensFunc func(string) string

func (f tokensFunc) Token(_ context.Context, refused string) (string, error) { return f(refused), nil }

// An answer that is not there yet is asked for again.
func TestPending(t *testing.T) {
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 2 {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		fmt.Fprint(w, `{"id":1,"name":"x"}`)
	}))
	defer s.Close()
	a, err := github.NewAccount(github.AccountOptions{API: s.URL, Tokens: github.Static("x"), Budget: github.NewBudget(github.BudgetOptions{
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := a.Repository(t.Context(), 1); err != nil || r.Name != "x" || n != 2 {
		t.Error(r, err, n)
	}
}

// Several processes with one budget keep the limits of a server that enforces them, and go on by themselves after one.
func TestLimitsAreKept(t *testing.T) {
	for name, test := range map[string]struct {
		limits orgtest.Limits
		most   int // refusals: the first of a kind, and what was under way then
	}{
		"known":        {orgtest.Limits{Points: 60}, 0},
		"lower":        {orgtest.Limits{Points: 30}, 40},
		"lower, mute":  {orgtest.Limits{Points: 30, Mute: true}, 40},
		"without word": {orgtest.Limits{Points: 30, Mute: true, Silent: true}, 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.limits.GraphQL, test.limits.AtOnce, test.limits.Minute, test.limits.Grace = 60, 30, time.Second, 2*time.Second
			s, _ := organization(t, orgtest.Options{Limits: test.limits, Delay: 20 * time.Millisecond})
			add(t, s, 1, func(int, *orgtest.Repo) {})
			tokens := github.Static(s.NewToken(orgtest.Token{Kind: "classic", Login: "wei"}))
			store := new(sharedStore)
			var group sync.WaitGroup
			for range 4 {
				a, err := github.NewAccount(github.AccountOptions{API: s.URL, Tokens: tokens, Budget: github.NewBudget(github.BudgetOptions{
					Store: store, Points: 40, GraphQL: 40, AtOnce: 16, Minute: time.Second,
				})})
				if err != nil {
					t.Fatal(err)
				}
				for range 5 {
					group.Go(func() {
						for range 5 {
							r, err := a.Repository(t.Context(), s.Repos[0].ID)
							if err == nil {
								err = a.Texts(t.Context(), r, github.Reviews, time.Time{}, func(github.Text) error { return nil })
							}
							if err != nil {
								t.Error(err)
							}
						}
					})
				}
			}
			group.Wait()
			stats := s.Stats()
			refused := 0
			for _, n := range stats.Refused {
				refused += n
			}
			if refused > test.most || stats.REST < 100 || stats.GraphQL < 100 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

// sharedStore is a store that several processes share.
type sharedStore struct {
	mu    sync.Mutex
	state github.BudgetState
}

func (s *sharedStore) Update(_ context.Context, f func(github.BudgetState) github.BudgetState) (github.BudgetState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = f(s.state)
	return s.state, nil
}

// The kind of a token is told by what it may ask for, and not by its form.
func TestRights(t *testing.T) {
	s, _ := organization(t, orgtest.Options{})
	add(t, s, 3, func(int, *orgtest.Repo) {})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s.InstallApp("1", &key.PublicKey, 42, true)
	for _, test := range []struct {
		token orgtest.Token
		want  string
		lacks string
	}{
		{orgtest.Token{Kind: "classic", Login: "wei", Scopes: "repo, admin:enterprise"}, "{classic wei [repo admin:enterprise] 0 false 0}", "[]"},
		{orgtest.Token{Kind: "classic", Login: "wei", Scopes: ""}, "{classic wei [] 0 false 0}", "[repo read:enterprise]"},
		{orgtest.Token{Kind: "fine-grained", Login: "wei"}, "{fine-grained wei [] 0 false 0}", "[]"},
		{orgtest.Token{Kind: "installation"}, "{installation  [] -1 true 3}", "[]"},
	} {
		rights, err := account(t, s, github.Static(s.NewToken(test.token))).Rights(t.Context())
		if got := fmt.Sprint(rights); err != nil || got != test.want {
			t.Errorf("%s, want %s, %v", got, test.want, err)
		}
		if got := fmt.Sprint(rights.Lacks(github.Scope{Enterprises: []string{"big"}})); got != test.lacks {
			t.Errorf("%s lacks %s", test.want, got)
		}
	}
}
