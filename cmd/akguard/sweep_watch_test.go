package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/orgtest"
)

// watched is a sweep watch that runs.
type watched struct {
	t     testing.TB
	cmd   *exec.Cmd
	notes chan string // what it says
	out   bytes.Buffer
}

// watch starts to watch the organization, and returns when it does.
func (s *swept) watch(args ...string) (*watched, string) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	w := &watched{t: s.t, notes: make(chan string, 100)}
	args = append([]string{"sweep", "watch", "--org", s.Org, "--api-url", s.URL, "--state", filepath.Join(s.folder, "state"), "--format", "jsonl", "--show-secrets", "--no-verify"}, args...)
	w.cmd = exec.CommandContext(ctx, binary, args...)
	w.cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+s.token)
	w.cmd.Stdout = &w.out
	errs, err := w.cmd.StderrPipe()
	if err == nil {
		err = w.cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(errs)
		for lines.Scan() {
			w.notes <- lines.Text()
		}
		close(w.notes)
	}()
	s.t.Cleanup(func() {
		cancel()
		_ = w.cmd.Wait()
	})
	return w, w.await("press Ctrl-C")
}

// await returns the next note with a text.
func (w *watched) await(text string) string {
	w.t.Helper()
	for {
		select {
		case note, ok := <-w.notes:
			if !ok {
				w.t.Fatalf("it has ended, and not said %q", text)
			}
			if strings.Contains(note, text) {
				return note
			}
		case <-time.After(time.Minute):
			w.t.Fatalf("it has not said %q in a minute", text)
		}
	}
}

// TestSweepWatchPolls pushes a key. The list of pushes tells of it with the next poll, long before the list of events does, for
// which the server asks to wait a minute.
func TestSweepWatchPolls(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	s.run()
	w, _ := s.watch("--every", "1s")
	repo := s.kinds["plain"][0]
	time.Sleep(1100 * time.Millisecond) // times of pushes have seconds
	pushed := time.Now()
	s.must(s.Commit(repo, "refs/heads/main", s.plant("watched")))
	w.await(repo.FullName() + ": 1 finding")
	took := time.Since(pushed)
	t.Logf("%v from the push to the verdict, with a poll each second", took)
	if took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

// TestSweepWatchWebhook delivers webhooks. One with a forged signature is refused and looks at nothing, and one that GitHub signs
// leads to a verdict in seconds.
func TestSweepWatchWebhook(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	s.run()
	secret := filepath.Join(s.folder, "secret")
	if err := os.WriteFile(secret, []byte("a shared secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, note := s.watch("--webhook", "127.0.0.1:0", "--webhook-secret", secret, "--issues")
	_, address, _ := strings.Cut(note, " at ")
	address, _, _ = strings.Cut(address, ";")
	if _, _, err := net.SplitHostPort(address); err != nil {
		t.Fatal(note)
	}
	forged, repo := s.kinds["plain"][0], s.kinds["plain"][1]
	deliver := func(event string, of *orgtest.Repo, secret string) int {
		body := fmt.Sprintf(`{"ref":"refs/heads/main","repository":{"id":%d}}`, of.ID)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-GitHub-Event", event)
		req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	s.must(s.Commit(forged, "refs/heads/main", s.plant("forged")))
	s.Forget()
	for _, secret := range []string{"another secret", ""} {
		if status := deliver("push", forged, secret); status != http.StatusForbidden {
			t.Errorf("a forged signature is answered with %d", status)
		}
	}
	s.must(s.Commit(repo, "refs/heads/main", s.plant("delivered")))
	pushed := time.Now()
	if status := deliver("push", repo, "a shared secret"); status != http.StatusAccepted {
		t.Errorf("a delivery is answered with %d", status)
	}
	w.await(repo.FullName() + ": 1 finding")
	took := time.Since(pushed)
	t.Logf("%v from the delivery to the verdict", took)
	if took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if n := s.Stats().FetchesOf[forged.FullName()]; n != 0 {
		t.Errorf("a forged delivery leads to %d fetches", n)
	}
	// With --issues, a comment is looked at, too.
	s.Lock()
	text := ""
	for _, content := range s.plant("issue") {
		text = content
	}
	repo.Issues = append(repo.Issues, &orgtest.Issue{Number: 1, Title: "help", Body: text, Author: "eve", At: time.Now()})
	s.Unlock()
	if status := deliver("issues", repo, "a shared secret"); status != http.StatusAccepted {
		t.Errorf("a delivery is answered with %d", status)
	}
	w.await(repo.FullName() + ": 1 finding")
}

// TestSweepWatchRefused watches with a wrong token, and an owner that does not exist. It does not go on in silence.
func TestSweepWatchRefused(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	for _, c := range []struct{ org, token string }{{"acme", "ghp_wrong"}, {"nosuch", s.token}} {
		cmd := exec.CommandContext(t.Context(), binary, "sweep", "watch", "--org", c.org, "--api-url", s.URL, "--no-verify", "--state", filepath.Join(t.TempDir(), "state"))
		cmd.Env = append(isolation(s.folder), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN="+c.token)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(out), "hint: check the token") || strings.Contains(string(out), c.token) {
			t.Errorf("%s: exit code %d\n%s", c.org, code, out)
		}
	}
}

// TestSweepSlow has an API that takes requests and does not answer. The sweep says so after some seconds.
func TestSweepSlow(t *testing.T) {
	t.Parallel()
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hangs.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "sweep", "github", "--org", "acme", "--api-url", hangs.URL, "--state", filepath.Join(t.TempDir(), "state"))
	cmd.Env = append(isolation(t.TempDir()), "PATH="+os.Getenv("PATH"), "GITHUB_TOKEN=ghp_synthetic")
	errs, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(errs).ReadString('\n')
	if err != nil || !strings.Contains(line, "GitHub has not answered for 5s") {
		t.Errorf("%q, %v", line, err)
	}
	cancel()
	_ = cmd.Wait()
}
