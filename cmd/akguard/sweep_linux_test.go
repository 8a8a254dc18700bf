package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/orgtest"
)

// TestSweepTokens sweeps with an App whose tokens end after two seconds. Meanwhile it looks for every token in the command lines
// and environments of all processes, and afterwards in what the sweep has said and kept.
func TestSweepTokens(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{TokenLife: 2 * time.Second, Delay: 150 * time.Millisecond}, orgtest.Plan{Repos: 40, Forks: 5})
	app := s.installApp()
	stop := make(chan struct{})
	var watch sync.WaitGroup
	var seen []string
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				seen = append(seen, s.exposed()...)
			}
		}
	})
	s.token = ""
	r := s.run(append(app, "--workers", "2")...)
	close(stop)
	watch.Wait()
	tokens := s.issued()
	if !strings.Contains(r.note, "0 not reached") || len(tokens) < 3 {
		t.Errorf("%s, with %d tokens\n%s", r.note, len(tokens), r.errs)
	}
	t.Logf("%v, %d tokens, %d requests unauthorized", r.took, len(tokens), s.Stats().Unauthorized)
	for _, place := range seen {
		t.Errorf("a token is in %s", place)
	}
	kept := r.text
	_ = filepath.Walk(s.folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			data, _ := os.ReadFile(path)
			kept += string(data)
		}
		return nil
	})
	for _, token := range tokens {
		if strings.Contains(kept, token) {
			t.Error("a token is in the output or in the state")
		}
	}
}

// issued returns all tokens.
func (s *swept) issued() []string {
	s.Lock()
	defer s.Unlock()
	var out []string
	for token := range s.Tokens {
		out = append(out, token)
	}
	return out
}

// exposed returns where a token is that other processes can see.
func (s *swept) exposed() (places []string) {
	tokens := s.issued()
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			data, _ := os.ReadFile(file)
			for _, token := range tokens {
				if bytes.Contains(data, []byte(token)) {
					places = append(places, file)
				}
			}
		}
	}
	return places
}

// TestSweepPoison has repositories that do harm: one with 400,000 refs, one with a bomb, and one whose server says nothing. The
// first and the last are named, and the others are scanned.
func TestSweepPoison(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	refs, bomb, silent := s.kinds["plain"][0], s.kinds["plain"][1], s.kinds["plain"][2]
	s.manyRefs(refs, 400_000)
	s.bomb(bomb, 200)
	released := make(chan struct{})
	defer close(released)
	s.Lock()
	s.Seen = func(_ string, r *orgtest.Repo) {
		if r == silent {
			select {
			case <-released:
			case <-t.Context().Done():
			}
		}
	}
	s.Unlock()
	r := s.run("--max-time", "10s")
	if !strings.Contains(r.note, "0 not reached") || r.code != 1 {
		t.Errorf("exit code %d: %s\n%s", r.code, r.note, r.errs)
	}
	for name, want := range map[string]string{refs.Name: "more refs than", silent.Name: "10s"} {
		if got := r.skips["acme/"+name]; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", name, got, want)
		}
	}
	if id := s.keys[bomb.Name+" head"]; len(r.found[id]) != 1 {
		t.Errorf("the key beside the bomb is not found; it was skipped for %q", r.skips["acme/"+bomb.Name])
	}
	t.Logf("%v; the bomb: %q; %v", r.took, r.skips["acme/"+bomb.Name], r.skips)
}

// manyRefs gives a repository n refs to one commit.
func (s *swept) manyRefs(r *orgtest.Repo, n int) {
	s.t.Helper()
	head, err := exec.CommandContext(s.t.Context(), "git", "-C", r.Path, "rev-parse", "refs/heads/main").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("# pack-refs with: peeled fully-peeled sorted\n")
	for i := range n {
		fmt.Fprintf(&b, "%s refs/tags/release-%08d\n", bytes.TrimSpace(head), i)
	}
	if err := os.WriteFile(filepath.Join(r.Path, "packed-refs"), b.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// bomb adds a file of so many MiB that says nothing, and compresses to nothing. It is not held in memory: what this process
// takes would count as the memory of the programs that it starts.
func (s *swept) bomb(r *orgtest.Repo, size int64) {
	s.t.Helper()
	git := func(in io.Reader, args ...string) string {
		cmd := exec.CommandContext(s.t.Context(), "git", append([]string{"-C", r.Path, "-c", "user.name=Wei", "-c", "user.email=wei@example.com"}, args...)...)
		cmd.Stdin = in
		out, err := cmd.Output()
		if err != nil {
			s.t.Fatalf("git %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	blob := git(io.LimitReader(nothing{}, size<<20), "hash-object", "-w", "--stdin")
	entries := git(nil, "ls-tree", "refs/heads/main") + "\n100644 blob " + blob + "\tbomb\n"
	tree := git(strings.NewReader(entries), "mktree")
	git(nil, "update-ref", "refs/heads/main", git(nil, "commit-tree", "-p", "refs/heads/main", "-m", "a bomb", tree))
}

// nothing is text without end.
type nothing struct{}

// Read implements io.Reader.
func (nothing) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
		if i%80 == 79 {
			p[i] = '\n'
		}
	}
	return len(p), nil
}

// TestSweepLocked has two processes with one folder.
func TestSweepLocked(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.Lock()
	s.Seen = func(string, *orgtest.Repo) { once.Do(func() { close(held); <-release }) }
	s.Unlock()
	var first sync.WaitGroup
	first.Go(func() { s.run("--workers", "1") })
	<-held
	cmd := exec.CommandContext(t.Context(), binary, "sweep", "github", "--org", "acme", "--api-url", s.URL, "--state", filepath.Join(s.folder, "state"))
	cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token)
	out, _ := cmd.CombinedOutput()
	close(release)
	first.Wait()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "process") {
		t.Errorf("the second process ends with %d: %s", cmd.ProcessState.ExitCode(), out)
	}
}
