package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/rulestest"
	"github.com/akguard/akguard/scanner/github/orgtest"
)

// swept is an emulated organization, with a key at each place, and the state of its sweeps.
type swept struct {
	*orgtest.Server
	t      testing.TB
	kinds  map[string][]*orgtest.Repo
	keys   map[string]string // the IDs by the place
	token  string
	folder string
	next   *rulestest.Keys
}

// repositories is how many the organization has. The variable is for a measurement with more.
func repositories() int {
	n, _ := strconv.Atoi(os.Getenv("AKGUARD_TEST_REPOSITORIES"))
	return cmp.Or(n, 75)
}

func newSwept(t testing.TB, o orgtest.Options, plan orgtest.Plan) *swept {
	t.Helper()
	o.Dir = t.TempDir()
	server, err := orgtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s := &swept{Server: server, t: t, keys: map[string]string{}, folder: t.TempDir(), next: rulestest.NewKeys(14)}
	s.token = server.NewToken(orgtest.Token{Kind: "classic", Login: "ada", Scopes: "repo, read:org"})
	plan.Files = func(repo, place string) map[string]string { return s.plant(repo + " " + place) }
	if s.kinds, err = server.Fill(plan); err != nil {
		t.Fatal(err)
	}
	return s
}

// plant makes a file with a key.
func (s *swept) plant(place string) map[string]string {
	id := s.next.ID24()
	s.keys[place] = id
	return map[string]string{"deploy/app.env": "accessKeyId: " + id + "\naccessKeySecret: " + s.next.Secret() + "\n"}
}

// installApp installs an App in the organization, and returns the flags that have a sweep use it.
func (s *swept) installApp() []string {
	s.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		s.t.Fatal(err)
	}
	s.InstallApp("12345", &key.PublicKey, 77, false)
	file := filepath.Join(s.folder, "app.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return []string{"--app-id", "12345", "--app-key", file}
}

// report is what a sweep says.
type sweepReport struct {
	code  int
	note  string              // the proof of the sum
	found map[string][]string // the repositories of each ID
	lost  int                 // findings that no ref reaches
	skips map[string]string
	text  string
	errs  string
	took  time.Duration
}

// run sweeps the organization.
func (s *swept) run(args ...string) sweepReport {
	s.t.Helper()
	args = append([]string{
		"sweep", "github", "--org", s.Org, "--api-url", s.URL, "--state", filepath.Join(s.folder, "state"), "--format", "jsonl", "--show-secrets", "--no-verify",
	}, args...)
	cmd := exec.CommandContext(s.t.Context(), binary, args...)
	cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token, "TMPDIR="+s.temp())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	_ = cmd.Run()
	r := sweepReport{code: cmd.ProcessState.ExitCode(), found: map[string][]string{}, skips: map[string]string{}, text: out.String() + errs.String(), errs: errs.String(), took: time.Since(began)}
	for line := range strings.Lines(out.String()) {
		r.read(s.t, line)
	}
	if r.note == "" {
		s.t.Fatalf("the sweep ends with %d:\n%s", r.code, errs.String())
	}
	return r
}

// temp returns the folder for temporary files of a sweep.
func (s *swept) temp() string {
	dir := filepath.Join(s.folder, "temp")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	return dir
}

func (r *sweepReport) read(t testing.TB, line string) {
	var o struct {
		Kind, Path, Reason string
		Notes              []struct{ Text string }
		Credential         struct{ ID string }
		Occurrences        []struct {
			Repository, Web string
			Lost            *struct{ Actor, At string }
		}
	}
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	switch o.Kind {
	case "config":
		r.note = o.Notes[0].Text
	case "skip":
		r.skips[o.Path] = o.Reason
	case "finding":
		for _, at := range o.Occurrences {
			if at.Web == "" || at.Repository == "" {
				t.Errorf("a place of %s has no address: %+v", o.Credential.ID, at)
			}
			if at.Lost != nil {
				r.lost++
			}
			if !slices.Contains(r.found[o.Credential.ID], at.Repository) {
				r.found[o.Credential.ID] = append(r.found[o.Credential.ID], at.Repository)
			}
		}
	}
}

// TestSweep sweeps an organization of all kinds of repositories, some of which are renamed and deleted meanwhile, and sweeps it again
// after pushes, a pull request from a fork, an edit of a wiki, and with another token of the App. Then it fetches from those that have
// something new, and asks the API for the list alone: a page of it for each hundred repositories.
func TestSweep(t *testing.T) {
	t.Parallel()
	plan := orgtest.Plan{Repos: repositories(), Forks: 20, Large: 4 << 20}
	if plan.Repos >= 300 {
		plan.Forks, plan.Large = 40, 50<<20
	}
	s := newSwept(t, orgtest.Options{Record: true}, plan)
	renamed, deleted := s.kinds["plain"][0], s.kinds["plain"][1]
	seen := 0
	s.Seen = func(string, *orgtest.Repo) {
		s.Lock()
		seen++
		n := seen
		s.Unlock()
		if n == 1 {
			s.Rename(renamed, "renamed")
			s.Delete(deleted)
		}
	}
	app := s.installApp()
	s.token = ""
	r := s.run(app...)
	s.Lock()
	s.Seen = nil
	clear(s.Tokens) // those of the first sweep are good no more
	s.Unlock()
	// One is blocked by a claim, one by GitHub, one is disabled, and one locked. Of three, the server has refs and no objects.
	n := repositories()
	want := fmt.Sprintf("%d listed = %d scanned + 0 unchanged + 1 gone + 4 not readable + 0 not reached", n, n-5)
	if r.note != want || r.code != 1 {
		t.Errorf("exit code %d: %s, want %s\n%s", r.code, r.note, want, r.errs)
	}
	if plan := fmt.Sprintf("%d repositories to look at, with about %d requests to the API", n, n); !strings.Contains(r.errs, plan) {
		t.Errorf("it does not say %q:\n%s", plan, r.errs)
	}
	unread := []string{"corrupt-1", "corrupt-2", "corrupt-3", "dmca-1", "blocked-1", "disabled-1", "locked-1"}
	for _, name := range unread {
		if r.skips["acme/"+name] == "" && r.skips["acme/"+name+": refs/heads/main"] == "" {
			t.Errorf("%s is not named among what was not read: %v", name, r.skips)
		}
	}
	for place, id := range s.keys {
		repo, _, _ := strings.Cut(place, " ")
		hidden := slices.Contains(unread, repo) || repo == deleted.Name || strings.HasPrefix(repo, "large")
		if got := r.found[id]; len(got) != 1 && !hidden {
			t.Errorf("%s: found in %v", place, got)
		}
	}
	if r.lost < 3 {
		t.Errorf("%d places are said to have lost their refs", r.lost)
	}

	s.Forget()
	for i, repo := range s.kinds["plain"][2:7] {
		s.must(s.Commit(repo, "refs/heads/main", s.plant(fmt.Sprint("push ", i))))
	}
	s.must(s.Pull(s.kinds["plain"][8], "mallory", "a change", s.plant("pull")))
	s.must(s.EditWiki(s.kinds["wiki"][0], s.plant("wiki")))
	again := s.run(app...)
	stats := s.Stats()
	want = fmt.Sprintf("%d listed = 10 scanned + %d unchanged + 0 gone + 4 not readable + 0 not reached", n-1, n-1-14)
	if again.note != want {
		t.Errorf("again: %s, want %s\n%s", again.note, want, again.errs)
	}
	t.Logf("first: %v; again: %v, %d lists of refs, %d fetches, %d requests to REST, %d of them pages", r.took, again.took, stats.LsRefs, stats.Fetches, stats.REST, stats.Pages)
	for name := range stats.FetchesOf {
		if strings.HasPrefix(name, "acme/corrupt") { // as long as the server does not send all of it
			stats.Fetches -= stats.FetchesOf[name]
		}
	}
	if stats.Fetches != 7 {
		t.Errorf("again: %d fetches: %v", stats.Fetches, stats.FetchesOf)
	}
	// What the App signs itself, to get a token, counts towards no limit of that token.
	if pages := (n - 1 + 99) / 100; stats.REST-stats.App > pages || stats.Pages != pages {
		t.Errorf("again: %d requests to REST, %d of them signed by the App, for %d pages: %v", stats.REST, stats.App, pages, s.routes())
	}
	if len(again.found) != len(r.found)+7 {
		t.Errorf("again: %d keys, before %d", len(again.found), len(r.found))
	}
}

// routes counts what was asked of the API.
func (s *swept) routes() map[string]int {
	out := map[string]int{}
	for _, r := range s.Requests {
		out[fmt.Sprint(r.Method, " ", r.Route, " ", r.Status)]++
	}
	return out
}

func (s *swept) must(_ string, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestSweepNamed names a repository that does not exist, and one that GitHub has blocked, beside one that can be read. None of
// them is clean.
func TestSweepNamed(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	for _, name := range []string{"acme/nosuch", "acme/dmca-1"} {
		cmd := exec.CommandContext(t.Context(), binary, "sweep", "github", "--repo", name, "--api-url", s.URL, "--no-verify", "--state", filepath.Join(t.TempDir(), "state"))
		cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 3 || !strings.Contains(string(out), name) || !strings.Contains(string(out), "NOT clean") {
			t.Errorf("%s: exit code %d\n%s", name, code, out)
		}
	}
}

// TestSweepNothing filters all repositories out. A sweep that read nothing does not say that all is clean.
func TestSweepNothing(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	cmd := exec.CommandContext(t.Context(), binary, "sweep", "github", "--org", s.Org, "--exclude", "*", "--api-url", s.URL, "--no-verify", "--state", filepath.Join(t.TempDir(), "state"))
	cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "no repository was swept") || strings.Contains(string(out), "clean") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSweepInstallations sweeps two organizations that have installed one App. Each has tokens of its own, which do not see the private
// repositories of the other.
func TestSweepInstallations(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	s.Lock()
	s.Others = []string{"globex"}
	for _, r := range s.kinds["plain"][:2] {
		r.Owner, r.Private = "globex", true
	}
	s.Unlock()
	app := s.installApp()
	s.token = ""
	r := s.run(append(app, "--org", "globex")...)
	if !strings.Contains(r.note, "30 listed") || !strings.Contains(r.note, "4 not readable + 0 not reached") {
		t.Errorf("%s\n%s", r.note, r.errs)
	}
	for _, repo := range append(s.kinds["private"], s.kinds["plain"][:2]...) {
		if id := s.keys[repo.Name+" head"]; !slices.Equal(r.found[id], []string{repo.FullName()}) {
			t.Errorf("%s: found in %v", repo.FullName(), r.found[id])
		}
	}
}

// TestSweepRefused has a token that is wrong, and an owner that does not exist: mistakes that another attempt does not fix.
func TestSweepRefused(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	for _, c := range []struct{ org, token string }{{"acme", "ghp_wrong"}, {"nosuch", s.token}} {
		cmd := exec.CommandContext(t.Context(), binary, "sweep", "github", "--org", c.org, "--api-url", s.URL, "--no-verify", "--state", filepath.Join(t.TempDir(), "state"))
		cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+c.token)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(out), "hint: check the token") || strings.Contains(string(out), c.token) {
			t.Errorf("%s: exit code %d\n%s", c.org, code, out)
		}
	}
}

// TestSweepExpired has a token that ends in the middle. The sweep stops and says so, and goes on with another one.
func TestSweepExpired(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 40})
	good := s.token
	s.token = s.NewToken(orgtest.Token{Kind: "classic", Login: "ada", Scopes: "repo"})
	seen := 0
	s.Lock()
	s.Seen = func(string, *orgtest.Repo) {
		s.Lock()
		defer s.Unlock()
		if seen++; seen == 15 {
			s.Tokens[s.token].Expires = time.Now()
		}
	}
	s.Unlock()
	r := s.run("--workers", "2")
	if r.code == 0 || !strings.Contains(r.errs, "the sweep stops") || strings.Contains(r.note, " 0 not reached") {
		t.Errorf("exit code %d: %s\n%s", r.code, r.note, r.errs)
	}
	s.Lock()
	s.Seen = nil
	s.Unlock()
	s.token = good
	if r := s.run(); !strings.Contains(r.note, " 0 not reached") || !strings.Contains(r.note, " 4 not readable") {
		t.Errorf("with another token: %s\n%s", r.note, r.errs)
	}
}

// TestSweepLost finds what was pushed over and what was on deleted branches, with who did it and when.
func TestSweepLost(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	repo := s.kinds["plain"][0]
	for i := range 20 {
		s.must("", s.Lose(repo, s.plant(fmt.Sprint("lost ", i))))
	}
	for i := range 5 {
		branch := fmt.Sprint("topic", i)
		s.must(s.Commit(repo, "refs/heads/"+branch, s.plant(fmt.Sprint("deleted ", i))))
		s.must(s.DeleteBranch(repo, branch, "mallory"))
	}
	r := s.run("--repo", repo.FullName())
	lost := 0
	for place, id := range s.keys {
		if (strings.HasPrefix(place, "lost ") || strings.HasPrefix(place, "deleted ")) && len(r.found[id]) == 1 {
			lost++
		}
	}
	if lost != 25 || r.lost < 25 || !strings.Contains(r.text, `"actor":"mallory"`) {
		t.Errorf("%d of 25 lost heads were found, %d said to be lost", lost, r.lost)
	}
}
