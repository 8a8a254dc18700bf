package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/internal/git/fetch"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// origin makes a repository with branches, tags, a pull request and a note.
func origin(t *testing.T) *planted.Repo {
	t.Helper()
	r := planted.New(t)
	for i := range 20 {
		r.Write("a.txt", strings.Repeat("a line that repeats\n", i)+fmt.Sprint(i))
		r.Git("add", ".")
		r.Git("commit", "-qm", fmt.Sprint("version ", i))
	}
	r.Git("tag", "-am", "a tag", "v1")
	r.Git("update-ref", "refs/pull/1/head", "HEAD~3")
	r.Git("notes", "add", "-m", "a note", "HEAD")
	r.Git("branch", "other", "HEAD~5")
	r.Git("config", "http.getanyfile", "true")
	r.Git("config", "uploadpack.allowAnySHA1InWant", "true")
	return r
}

// gitProgram returns the path of a program that git would start. Started by git, it would outlive it.
func gitProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(path)), name)
}

// serveHTTP serves a repository by git http-backend. Around may change or refuse requests.
func serveHTTP(t *testing.T, r *planted.Repo, around func(http.Handler) http.Handler) string {
	t.Helper()
	var h http.Handler = &cgi.Handler{
		Path: gitProgram(t, "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(r.Dir), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=x", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	}
	if around != nil {
		h = around(h)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + "/" + filepath.Base(r.Dir) + "/.git"
}

// serveDaemon serves a repository by git daemon.
func serveDaemon(t *testing.T, r *planted.Repo) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.CommandContext(t.Context(), gitProgram(t, "git-daemon"), "--reuseaddr", "--listen=127.0.0.1", fmt.Sprintf("--port=%d", port),
		"--export-all", "--base-path="+filepath.Dir(r.Dir))
	cmd.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Sprintf("git://127.0.0.1:%d/%s/.git", port, filepath.Base(r.Dir))
}

// refsOf returns the refs of a repository, as git lists them.
func refsOf(r *planted.Repo) map[string]string {
	out := map[string]string{}
	for _, line := range strings.Split(r.Git("for-each-ref", "--format=%(refname) %(objectname)"), "\n") {
		name, id, _ := strings.Cut(line, " ")
		out[name] = id
	}
	return out
}

func gotRefs(result fetch.Result) map[string]string {
	out := map[string]string{}
	for name, id := range result.Refs {
		out[name] = id.String()
	}
	return out
}

// intact holds a fetched repository to what git says of it.
func intact(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "-C", dir, "fsck", "--full", "--strict")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("git fsck: %v\n%s", err, out)
	}
}

func TestFetch(t *testing.T) {
	r := origin(t)
	for name, url := range map[string]string{
		"http": serveHTTP(t, r, nil), "daemon": serveDaemon(t, r), "file": "file://" + r.Dir + "/.git",
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "mirror")
			result, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := gotRefs(result), refsOf(r); !maps.Equal(got, want) || result.Head != "refs/heads/main" || result.Pack == "" {
				t.Errorf("refs %v, head %q, want %v", got, result.Head, want)
			}
			intact(t, dir)

			// Nothing new: no pack.
			again, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir})
			if err != nil || again.Pack != "" || !maps.Equal(again.Refs, result.Refs) {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
	}
}

// TestIncremental fetches what is new only, and drops the refs that the server has no more.
func TestIncremental(t *testing.T) {
	r := origin(t)
	url, dir := serveHTTP(t, r, nil), filepath.Join(t.TempDir(), "mirror")
	if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	before := count(t, dir)
	r.Write("b.txt", "new\n")
	r.Git("add", ".")
	r.Git("commit", "-qm", "new")
	r.Git("branch", "-D", "other")
	result, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, dir) - before; n < 3 || n > 6 {
		t.Errorf("%d objects came for one commit", n)
	}
	if !maps.Equal(gotRefs(result), refsOf(r)) {
		t.Errorf("refs %v, want %v", gotRefs(result), refsOf(r))
	}
	intact(t, dir)
}

func count(t *testing.T, dir string) int {
	t.Helper()
	db := odb.Open([]string{filepath.Join(dir, "objects")}, object.SHA1, odb.Limits{})
	defer db.Close()
	return db.Count()
}

// TestSelected fetches some refs, a depth, and a commit that no ref reaches.
func TestSelected(t *testing.T) {
	r := origin(t)
	url := serveHTTP(t, r, nil)
	lost := r.Git("rev-parse", "HEAD")
	r.Git("reset", "-q", "--hard", "HEAD~1")
	r.Git("tag", "-d", "v1")
	r.Git("update-ref", "-d", "refs/notes/commits")
	only := func(name string) bool { return name == "refs/heads/other" }

	dir := filepath.Join(t.TempDir(), "some")
	result, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir, Refs: only})
	if err != nil || len(result.Refs) != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	intact(t, dir)

	dir = filepath.Join(t.TempDir(), "lost")
	id, _ := object.SHA1.ParseID(lost)
	if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir, Refs: only, Choose: func(context.Context, map[string]object.ID) (fetch.Choice, error) {
		return fetch.Choice{Commits: map[object.ID]string{id: ""}}, nil
	}}); err != nil {
		t.Fatal(err)
	}
	db := odb.Open([]string{filepath.Join(dir, "objects")}, object.SHA1, odb.Limits{})
	defer db.Close()
	if db.IndexOf(id) == odb.NoIndex {
		t.Error("the commit that no ref reaches was not fetched")
	}

	dir = filepath.Join(t.TempDir(), "shallow")
	result, err = fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir, Depth: 2, Refs: only})
	if err != nil || len(result.Shallow) != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	intact(t, dir)
	if _, err = fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir, Refs: only}); err != nil { // the rest
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "shallow")); err == nil {
		t.Error("the repository is still shallow")
	}
	intact(t, dir)
}

// TestRefused has servers that refuse, lie, or hang up. The error says what happened and quotes no credential.
func TestRefused(t *testing.T) {
	r := origin(t)
	const password = "s3cretPassw0rd"
	status := func(code int) func(http.Handler) http.Handler {
		return func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		}
	}
	for name, around := range map[string]func(http.Handler) http.Handler{
		"401": status(401), "403": status(403), "404": status(404), "500": status(500), "429": status(429),
		"html": func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
		},
		"a pack that is cut": func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.Method != http.MethodPost {
					next.ServeHTTP(w, req)
					return
				}
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, req)
				_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := strings.Replace(serveHTTP(t, r, around), "http://", "http://user:"+password+"@", 1)
			dir := filepath.Join(t.TempDir(), "mirror")
			_, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: dir})
			if err == nil || strings.Contains(err.Error(), password) {
				t.Fatalf("the error is %v", err)
			}
			left, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*"))
			if len(left) > 0 {
				t.Errorf("%v is left behind", left)
			}
		})
	}
	for _, url := range []string{"https://user:" + password + "@127.0.0.1:1/x", "ftp://user:" + password + "@x/y", "http://user:" + password + "@example.com/x", "::"} {
		if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: t.TempDir()}); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error is %v", fetch.Redact(url), err)
		}
	}
}

// TestCut ends the connection at 20 moments of the pack. Each is an error, and leaves neither objects nor refs.
func TestCut(t *testing.T) {
	r := origin(t)
	for i := range 20 {
		cut := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.Method != http.MethodPost {
					next.ServeHTTP(w, req)
					return
				}
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, req)
				_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()*i/20])
				panic(http.ErrAbortHandler)
			})
		}
		dir := filepath.Join(t.TempDir(), "mirror")
		if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: serveHTTP(t, r, cut), Dir: dir}); err == nil {
			t.Errorf("a connection that ends after %d of 20 parts of the pack is no error", i)
		}
		packs, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*"))
		if _, err := os.Stat(filepath.Join(dir, "packed-refs")); err == nil || len(packs) > 0 {
			t.Errorf("after %d of 20 parts, %v and refs are left behind", i, packs)
		}
	}
}

// TestCredential sends a credential to its host, and not to another one that this redirects to.
func TestCredential(t *testing.T) {
	r := origin(t)
	var seen []string
	record := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			user, password, _ := req.BasicAuth()
			seen = append(seen, user+":"+password)
			req.Header.Del("Authorization")
			next.ServeHTTP(w, req)
		})
	}
	url := serveHTTP(t, r, record)
	if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: t.TempDir(), Password: "token"}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(slices.Compact(slices.Clone(seen)), []string{"x-access-token:token"}) {
		t.Errorf("the server saw %q", seen)
	}
	seen = nil
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, strings.Replace(url, "127.0.0.1", "localhost", 1)+strings.TrimPrefix(req.URL.Path, "/x")+"?"+req.URL.RawQuery, http.StatusMovedPermanently)
	}))
	defer elsewhere.Close()
	_, _ = fetch.Fetch(t.Context(), fetch.Options{URL: elsewhere.URL + "/x", Dir: t.TempDir(), Password: "token"})
	for _, credential := range seen {
		if strings.Contains(credential, "token:") || strings.HasSuffix(credential, ":token") {
			t.Errorf("the host that it was redirected to saw %q", credential)
		}
	}
}

// TestInterrupted ends a fetch while the server sends. It must return soon and leave no objects.
func TestInterrupted(t *testing.T) {
	r := origin(t)
	started := make(chan struct{})
	hang := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method != http.MethodPost {
				next.ServeHTTP(w, req)
				return
			}
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, req)
			_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
			w.(http.Flusher).Flush()
			close(started)
			<-req.Context().Done()
		})
	}
	url, dir := serveHTTP(t, r, hang), filepath.Join(t.TempDir(), "mirror")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	if _, err := fetch.Fetch(ctx, fetch.Options{URL: url, Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "*")); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestEmpty(t *testing.T) {
	r := planted.New(t)
	result, err := fetch.Fetch(t.Context(), fetch.Options{URL: serveHTTP(t, r, nil), Dir: filepath.Join(t.TempDir(), "m")})
	if err != nil || len(result.Refs) > 0 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestIsURL(t *testing.T) {
	for name, want := range map[string]bool{
		"https://example.com/a.git": true, "ssh://git@example.com/a": true, "git@example.com:a/b.git": true,
		"git://example.com/a": true, "file:///srv/a.git": true, "http://127.0.0.1:1/a": true,
		"": false, ".": false, "a/b": false, "/srv/a": false, "-": false, "ftp://example.com/a": false, "ID:secret": false, "C:\\x": false,
	} {
		if got := fetch.IsURL(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// TestRenewed has a server that takes each token once. A fetch with two requests needs two, and asks for no third.
func TestRenewed(t *testing.T) {
	r := origin(t)
	taken, issued := map[string]bool{}, 0
	once := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			_, token, _ := req.BasicAuth()
			if token == "" || taken[token] {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			taken[token] = true
			req.Header.Del("Authorization")
			next.ServeHTTP(w, req)
		})
	}
	renew := func(_ context.Context, refused string) (string, error) {
		issued++
		if refused != "" && !taken[refused] {
			t.Errorf("%q was not refused", refused)
		}
		return fmt.Sprint("token", issued), nil
	}
	dir := t.TempDir()
	if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: serveHTTP(t, r, once), Dir: dir, Renew: renew}); err != nil || issued != 2 {
		t.Fatalf("%v, with %d tokens", err, issued)
	}
	intact(t, dir)
	useless := func(_ context.Context, refused string) (string, error) { return refused, nil }
	if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: serveHTTP(t, r, once), Dir: dir, Password: "token1", Renew: useless}); err == nil {
		t.Error("a token that is refused twice is no error")
	}
}

// TestRefsCap refuses a list of refs that is longer than the cap.
func TestRefsCap(t *testing.T) {
	r := origin(t)
	url := serveHTTP(t, r, nil)
	for cap := range int64(300) {
		if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: t.TempDir(), MaxRefs: 1 + cap}); err == nil || !strings.Contains(err.Error(), "git.fetch-refs-size") {
			t.Fatalf("with a cap of %d bytes, the error is %v", 1+cap, err)
		}
	}
	if _, err := fetch.Fetch(t.Context(), fetch.Options{URL: url, Dir: t.TempDir(), MaxRefs: 1 << 20}); err != nil {
		t.Error(err)
	}
}
