//go:build habitat

package habitat_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github"
	"github.com/akguard/akguard/scanner/github/githubtest"
	"github.com/akguard/akguard/scanner/github/orgtest"
)

// TestOrganization holds every request of the client for accounts, and every answer of the emulated organization, against
// GitHub's descriptions of its API and of that of Enterprise Server.
func TestOrganization(t *testing.T) {
	for version, prefix := range map[string]string{"api.github.com": "", "ghes-3.17": "/api/v3"} {
		t.Run(version, func(t *testing.T) {
			requests := organizationRequests(t, prefix)
			routes := map[string]bool{}
			for _, r := range requests {
				routes[r.Method+" "+r.Route] = true
			}
			if checked := holdAll(t, version, requests); checked < 25 || len(routes) < 25 {
				t.Errorf("only %d texts of %d routes were checked", checked, len(routes))
			}
			holdGraphQL(t, requests)
		})
	}
}

// organizationRequests makes each request that the client for accounts can make.
func organizationRequests(t *testing.T, prefix string) []githubtest.Request {
	s, err := orgtest.New(orgtest.Options{Dir: t.TempDir(), Prefix: prefix, Record: true, Limits: orgtest.Limits{Silent: prefix != ""}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(t, s)
	tokens := github.Static(s.NewToken(orgtest.Token{Kind: "classic", Login: "wei", Scopes: "repo"}))
	user, err1 := github.NewAccount(github.AccountOptions{API: s.URL, Tokens: tokens})
	app, err2 := github.NewAccount(github.AccountOptions{API: s.URL, Tokens: appTokens(t, s)})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	s.Rename(s.Repos[1], "renamed")
	scope := github.Scope{
		Organizations: []string{"acme"}, Users: []string{"wei", "li"}, Enterprises: []string{"big"}, Repositories: []string{"acme/fork", "acme/other", "acme/gone"},
	}
	failed := func(_ any, err error) error { return err }
	_, whole := user.Repositories(t.Context(), scope)
	_, installed := app.Repositories(t.Context(), github.Scope{Organizations: []string{"acme"}, Users: []string{"li"}})
	r, err := user.Repository(t.Context(), s.Repos[0].ID)
	if err := errors.Join(whole, installed, err); err != nil {
		t.Fatal(err)
	}
	ctx, none := t.Context(), time.Time{}
	for i, err := range []error{
		failed(user.LostHeads(ctx, r, none)), failed(user.CodeOwners(ctx, r)), failed(user.Members(ctx, "acme")), failed(user.Gists(ctx, "li", none)),
		user.Texts(ctx, r, github.Issues|github.Comments|github.Reviews|github.Discussions, none, func(github.Text) error { return nil }),
		failed(user.FileIssue(ctx, r, github.Issue{Marker: "c1", Title: "t", Body: "b"})), failed(user.FileIssue(ctx, r, github.Issue{Marker: "c1", Title: "t", Body: "x"})),
		failed(user.Events(ctx, "acme", false, github.Events{})), failed(user.Repository(ctx, s.Repos[2].ID)),
		attachments(t, user, r),
	} {
		if err != nil {
			t.Fatal(i, err)
		}
	}
	var out []githubtest.Request
	for _, r := range s.Requests {
		out = append(out, githubtest.Request{Method: r.Method, Route: r.Route, Status: r.Status, Body: r.Body, Answer: r.Answer})
	}
	return out
}

// fill makes a repository that has something of everything, one to be renamed, one that is blocked, and a fork.
func fill(t *testing.T, s *orgtest.Server) {
	for _, name := range []string{"shop", "other", "blocked"} {
		if _, err := s.Add(name); err != nil {
			t.Fatal(err)
		}
	}
	r, now := s.Repos[0], time.Now()
	r.Issues = []*orgtest.Issue{{Number: 1, Title: "t", Author: "wei", Pull: true, At: now}, {Number: 2, Title: "t", Author: "li", Labels: []string{"x"}, At: now}}
	r.Comments, r.LineComments = []orgtest.Comment{{ID: 1, Number: 1, Author: "li", Body: "x", At: now}}, []orgtest.Comment{{ID: 2, Number: 1, Author: "li", Body: "x", At: now}}
	r.Reviews[1] = []orgtest.Comment{{ID: 3, Author: "li", Body: "x", At: now}}
	r.Discussions = []orgtest.Issue{{Number: 3, Title: "t", Body: "x", Author: "li", At: now, Comments: []orgtest.Comment{{ID: 4, Author: "wei", Body: "y", At: now}}}}
	r.Assets, r.Artifacts, r.Logs = files(now), files(now), files(now)
	s.Members = []string{"wei", "li"}
	s.Gists["li"] = []orgtest.Gist{{ID: "a1", Public: true, At: now}}
	s.Repos[2].Blocked = "tos"
	_, err1 := s.Commit(r, "refs/heads/main", map[string]string{"docs/CODEOWNERS": "* @acme/shop\n"})
	_, err2 := s.ForcePush(r, "main", "mallory", map[string]string{"docs/CODEOWNERS": "* @acme/all\n"})
	_, err3 := s.Fork(r, "fork")
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
}

func files(at time.Time) []orgtest.File {
	return []orgtest.File{{ID: 5, Name: "a", Content: []byte("x"), At: at}}
}

func appTokens(t *testing.T, s *orgtest.Server) github.Tokens {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s.InstallApp("1", &key.PublicKey, 42, false)
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	tokens, err := github.NewApp(github.AppOptions{ID: "1", Key: text, Owner: "acme", API: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// attachments reads one attachment of each kind.
func attachments(t *testing.T, a *github.Account, r github.Repository) error {
	assets, err1 := a.Assets(t.Context(), r, time.Time{})
	artifacts, err2 := a.Artifacts(t.Context(), r, time.Time{})
	logs, err3 := a.Logs(t.Context(), r, time.Time{})
	err := errors.Join(err1, err2, err3)
	for _, one := range append(append(assets, artifacts...), logs...) {
		body, openErr := a.Open(t.Context(), one, 100)
		if openErr != nil {
			return openErr
		}
		_, readErr := io.ReadAll(body)
		err = errors.Join(err, readErr, body.Close())
	}
	if n := len(assets) + len(artifacts) + len(logs); n != 3 {
		t.Errorf("%d attachments", n)
	}
	return err
}
