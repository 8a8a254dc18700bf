//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// forked is a repository with a pull request that left main 100 commits ago, long after a large file and a leak were there.
type forked struct {
	*upstream
	added int // commits of the pull request
	large int // the size of that file, which does not compress
	old   string
}

func newForked(t *testing.T) *forked {
	f := &forked{upstream: &upstream{t: t, dir: filepath.Join(t.TempDir(), "shop"), home: t.TempDir()}, large: 2 << 20}
	if err := os.Mkdir(f.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f.git(f.dir, "init", "-q", "-b", "main")
	f.git(f.dir, "config", "uploadpack.allowAnySHA1InWant", "true")
	large, r := make([]byte, f.large), rand.New(rand.NewPCG(1, 2))
	for i := range large {
		large[i] = byte(r.Uint32())
	}
	f.old = keyPair()
	f.commit("old.yml", f.old)
	f.commit("large.bin", string(large))
	f.git(f.dir, "rm", "-q", "large.bin", "old.yml")
	f.commits(300)
	f.git(f.dir, "branch", "fork")
	f.commits(100)
	f.base = f.git(f.dir, "rev-parse", "HEAD")
	f.git(f.dir, "checkout", "-q", "fork")
	f.added = 3
	for i := range f.added {
		f.commit("fork.txt", fmt.Sprint("fork ", i))
	}
	f.head = f.git(f.dir, "rev-parse", "HEAD")
	f.propose(f.head)
	return f
}

// propose makes the commit the head of the pull request.
func (f *forked) propose(head string) {
	f.t.Helper()
	f.git(f.dir, "update-ref", "refs/pull/7/head", head)
	f.git(f.dir, "checkout", "-q", "--detach", "main")
	f.git(f.dir, "branch", "-q", "-D", "fork")
}

func (f *forked) commit(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
	f.git(f.dir, "add", "-A")
	f.git(f.dir, "commit", "-q", "-m", name)
}

// commits adds so many empty commits to what is checked out.
func (f *forked) commits(n int) {
	f.t.Helper()
	f.git(f.dir, "commit", "-q", "--allow-empty", "-m", "a stretch begins")
	branch := f.git(f.dir, "symbolic-ref", "HEAD")
	var b strings.Builder
	for i := range n - 1 {
		from := ""
		if i == 0 {
			from = "from " + branch + "^0\n"
		}
		fmt.Fprintf(&b, "commit %s\ncommitter Li Wei <li.wei@example.com> %d +0000\ndata 4\nstep\n%s\n", branch, 1772438400+i, from)
	}
	cmd := exec.CommandContext(f.t.Context(), "git", "fast-import", "--quiet", "--date-format=raw")
	cmd.Dir, cmd.Env, cmd.Stdin = f.dir, append(isolation(f.home), "PATH="+os.Getenv("PATH")), strings.NewReader(b.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		f.t.Fatalf("git fast-import: %v\n%s", err, out)
	}
}

// server serves a repository by git http-backend, and notes what it is asked for.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	sent  int   // bytes of packs
	asked []int // the depths that were asked for
}

var deepen = regexp.MustCompile(`deepen (\d+)`)

// serve serves a repository. If hang is not nil, the server sends half of a pack, closes hang, and then nothing any more.
func serve(t *testing.T, f *forked, hang chan struct{}) *server {
	t.Helper()
	backend := &cgi.Handler{
		Path: filepath.Join(f.git(f.dir, "--exec-path"), "git-http-backend"),
		Env:  append(isolation(f.home), "GIT_PROJECT_ROOT="+filepath.Dir(f.dir), "GIT_HTTP_EXPORT_ALL=1"),
	}
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		if req.Method != http.MethodPost {
			backend.ServeHTTP(w, req)
			return
		}
		answer := httptest.NewRecorder()
		backend.ServeHTTP(answer, req)
		s.note(body, answer.Body.Len())
		if hang == nil {
			_, _ = w.Write(answer.Body.Bytes())
			return
		}
		_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
		w.(http.Flusher).Flush()
		close(hang)
		<-req.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) note(request []byte, sent int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent += sent
	depth := 0
	if found := deepen.FindSubmatch(request); found != nil {
		depth, _ = strconv.Atoi(string(found[1]))
	}
	s.asked = append(s.asked, depth)
}

// url is that of the repository.
func (s *server) url(f *forked) string { return s.URL + "/" + filepath.Base(f.dir) + "/.git" }

// daemon serves a repository by git daemon, and returns its URL.
func daemon(t *testing.T, f *forked) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(at)
	path, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(strings.TrimSpace(string(path)), "git-daemon"), "--reuseaddr", "--listen=127.0.0.1", "--port="+port, "--export-all", "--base-path="+filepath.Dir(f.dir))
	cmd.Env = append(isolation(f.home), "PATH="+os.Getenv("PATH"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	await(t, "git daemon", func() bool {
		c, err := net.Dial("tcp", at)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return "git://" + at + "/" + filepath.Base(f.dir) + "/.git"
}

// judge runs akguard ci --no-checkout for the pull request, and holds that nothing of what was fetched stays behind.
func (f *forked) judge(t *testing.T, url string) (string, int) {
	t.Helper()
	p := f.process(t, url)
	out, _ := p.CombinedOutput()
	p.empty(t)
	return string(out), p.ProcessState.ExitCode()
}

// process prepares akguard ci --no-checkout for the pull request.
func (f *forked) process(t *testing.T, url string) *process {
	t.Helper()
	p := newProcess(t, "ci", "--no-verify", "--no-checkout", "--repository", url)
	event := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(event, fmt.Appendf(nil, `{"pull_request":{"number":7,"commits":%d,"head":{"sha":%q},"base":{"ref":"main"}}}`, f.added, f.head), 0o644); err != nil {
		t.Fatal(err)
	}
	p.Env = append(p.Env, "GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=pull_request_target", "GITHUB_EVENT_PATH="+event)
	p.Stderr = nil
	return p
}

// empty holds that akguard has left nothing behind.
func (p *process) empty(t *testing.T) {
	t.Helper()
	for _, dir := range []string{p.temp, p.dir} {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Errorf("%v is left behind, %v", left, err)
		}
	}
}

// TestNoCheckoutDepth holds that a pull request is judged with the history since it left its base, as two kinds of servers
// send it, and with the whole history only if it has a credential that an older commit may have, too.
func TestNoCheckoutDepth(t *testing.T) {
	t.Parallel()
	f := newForked(t)
	s := serve(t, f, nil)
	for name, url := range map[string]string{"http": s.url(f), "git": daemon(t, f)} {
		if out, code := f.judge(t, url); code != 0 || !strings.Contains(out, "judged 3 commits (pull_request_target); the event says 3") {
			t.Errorf("%s: the exit code is %d:\n%s", name, code, out)
		}
	}
	if fmt.Sprint(s.asked) != "[64 128]" || s.sent > f.large/4 {
		t.Errorf("it asked for the depths %v and got %d bytes", s.asked, s.sent)
	}

	f.git(f.dir, "checkout", "-q", "-b", "fork", f.head)
	f.commit("moved.yml", f.old)
	f.added, f.head = 4, f.git(f.dir, "rev-parse", "HEAD")
	f.propose(f.head)
	s.asked, s.sent = nil, 0
	out, code := f.judge(t, s.url(f))
	if code != 0 || !strings.Contains(out, "judged 4 commits") || !strings.Contains(out, "moved") {
		t.Errorf("an old leak: the exit code is %d:\n%s", code, out)
	}
	if fmt.Sprint(s.asked) != "[64 128 2147483647]" || s.sent < f.large {
		t.Errorf("an old leak: it asked for the depths %v and got %d bytes", s.asked, s.sent)
	}
}

// TestNoCheckoutInterrupted ends akguard while the server sends.
func TestNoCheckoutInterrupted(t *testing.T) {
	t.Parallel()
	f := newForked(t)
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		hang := make(chan struct{})
		p := f.process(t, serve(t, f, hang).url(f))
		p.start(t)
		<-hang
		await(t, "a pack to be written", func() bool {
			names, _ := filepath.Glob(filepath.Join(p.temp, "akguard-ci-*", "objects", "*", "*"))
			return len(names) > 0
		})
		p.signal(t, sent)
		p.ends(t, soon, 130)
		p.empty(t)
	}
}

// TestOlderThanTheClone holds that a clone that is cut before the base of a change is no proof that a credential is new:
// akguard says so, and with --fetch it finds out.
func TestOlderThanTheClone(t *testing.T) {
	t.Parallel()
	f := newForked(t)
	f.git(f.dir, "checkout", "-q", "-b", "fork", f.head)
	f.commit("moved.yml", f.old)
	clone := f.clone("--depth", "150", "--no-single-branch", "--branch", "fork")
	out, code := f.run(clone, nil, binary, "ci", "--no-verify", "--base", "origin/main")
	command := printed.FindStringSubmatch(out)
	if code != 1 || !strings.Contains(out, "what is new may be older") || command == nil || !strings.Contains(command[1], "--unshallow") {
		t.Errorf("the exit code is %d:\n%s", code, out)
	}
	if out, code := f.run(clone, nil, binary, "ci", "--no-verify", "--base", "origin/main", "--fetch"); code != 0 || strings.Contains(out, "may be older") {
		t.Errorf("with --fetch, the exit code is %d:\n%s", code, out)
	}
}
