package orgtest_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/orgtest"
)

func start(t *testing.T, o orgtest.Options) *orgtest.Server {
	t.Helper()
	o.Dir = t.TempDir()
	s, err := orgtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// git runs git with a token.
func git(t *testing.T, token string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	if token != "" {
		cmd.Env = append(cmd.Env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=credential.helper",
			"GIT_CONFIG_VALUE_0=!printf 'username=x\\npassword="+token+"\\n'; :")
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// What git clones is what was put there, and counted.
func TestGit(t *testing.T) {
	s := start(t, orgtest.Options{})
	kinds, err := s.Fill(orgtest.Plan{Repos: 40, Forks: 4, Large: 3 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Repos) != 40 || len(kinds["fork"]) != 4 || len(kinds["plain"]) == 0 {
		t.Fatalf("%d repositories: %d plain", len(s.Repos), len(kinds["plain"]))
	}
	token := s.NewToken(orgtest.Token{Kind: "classic", Login: "wei"})
	old := s.NewToken(orgtest.Token{Kind: "classic", Login: "wei", Expires: time.Now().Add(-time.Second)})
	s.Rename(kinds["plain"][0], "renamed")
	s.Delete(kinds["plain"][1])
	for name, test := range map[string]struct {
		path, token, want string
		good              bool
	}{
		"plain":          {"acme/plain-3", "", "", true},
		"private":        {"acme/private-1", token, "", true},
		"no token":       {"acme/private-1", "", "", false},
		"expired":        {"acme/private-1", old, "", false},
		"renamed":        {"acme/plain-1", token, "", true},
		"deleted":        {"acme/plain-2", token, "not found", false},
		"wiki":           {"acme/wiki-1.wiki", token, "", true},
		"flag of a wiki": {"acme/plain-3.wiki", token, "not found", false},
		"dmca":           {"acme/dmca-1", token, "451", false},
		"blocked":        {"acme/blocked-1", token, "403", false},
		"empty":          {"acme/empty-1", token, "empty", true},
		"fork":           {"acme/fork-1", token, "", true},
		"corrupt":        {"acme/corrupt-1", token, "", false},
		"large":          {"acme/large-1", token, "", true},
	} {
		to := filepath.Join(t.TempDir(), "clone")
		out, err := git(t, test.token, "clone", "--mirror", s.Git+"/"+test.path+".git", to)
		if (err == nil) != test.good || !strings.Contains(out, test.want) {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		if name == "large" {
			if out, err := git(t, "", "-C", to, "count-objects", "-vH"); err != nil || !strings.Contains(out, "size-pack: 2.") {
				t.Log(out, err)
			}
		}
	}
	stats := s.Stats()
	if stats.FetchesOf["acme/wiki-1.wiki"] != 1 || stats.FetchesOf["acme/renamed"] != 1 || stats.FetchesOf["acme/empty-1"] != 0 || stats.Bytes < 2<<20 || stats.Unauthorized == 0 {
		t.Errorf("%+v", stats)
	}
}

// A commit that was pushed over is served by its ID; a pull request is among the refs; ls-remote fetches nothing.
func TestLost(t *testing.T) {
	s := start(t, orgtest.Options{})
	r, err := s.Add("shop")
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Commit(r, "refs/heads/main", map[string]string{"a": "1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Lose(r, map[string]string{"a": "secret"}); err != nil {
		t.Fatal(err)
	}
	pull, err := s.Pull(r, "mallory", "x", map[string]string{"b": "2"})
	if err != nil {
		t.Fatal(err)
	}
	url := s.Git + "/acme/shop.git"
	out, err := git(t, "", "ls-remote", url)
	if err != nil || !strings.Contains(out, first) || !strings.Contains(out, pull+"\trefs/pull/1/head") || strings.Contains(out, "akguard") {
		t.Errorf("%v: %s", err, out)
	}
	if stats := s.Stats(); stats.LsRefs != 1 || stats.Fetches != 0 {
		t.Errorf("%+v", stats)
	}
	to := t.TempDir()
	lost := r.Activities[0].Before
	if out, err := git(t, "", "clone", "--mirror", url, to); err != nil {
		t.Fatal(out)
	}
	if out, err := git(t, "", "-C", to, "fetch", url, lost); err != nil {
		t.Error(out)
	}
	if out, err := git(t, "", "-C", to, "show", lost+":a"); err != nil || out != "secret" {
		t.Error(out, err)
	}
	if stats := s.Stats(); stats.Fetches != 2 {
		t.Errorf("%+v", stats)
	}
}

// Limits refuse, and what comes after the first refusal is a violation.
func TestLimits(t *testing.T) {
	s := start(t, orgtest.Options{Limits: orgtest.Limits{Points: 10, Minute: 3 * time.Second, Mute: true}})
	token := s.NewToken(orgtest.Token{Kind: "classic", Login: "wei"})
	get := func() int {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/user", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	seen := ""
	for range 12 {
		seen += fmt.Sprint(get(), " ")
	}
	if want := strings.Repeat("200 ", 10) + "429 429 "; seen != want {
		t.Errorf("answers %s", seen)
	}
	if stats := s.Stats(); stats.Violations["points"] != 0 || stats.Refused["points"] != 2 {
		t.Errorf("%+v: what follows at once is under way", stats)
	}
	time.Sleep(600 * time.Millisecond)
	get()
	if stats := s.Stats(); stats.Violations["points"] != 1 {
		t.Errorf("%+v", stats)
	}
}
