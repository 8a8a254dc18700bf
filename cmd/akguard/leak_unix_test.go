//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
)

// sly is a service that fails in another way at each call, and repeats what it was sent wherever it can. It remembers
// the signatures.
type sly struct {
	honest http.Handler

	mu    sync.Mutex
	calls int
	seen  []string
}

func (s *sly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls++
	n := s.calls
	s.seen = append(s.seen, r.URL.Query().Get("Signature"))
	s.mu.Unlock()
	quoted := strings.ReplaceAll(r.URL.RawQuery, `"`, "") + " " + r.URL.Query().Get("Signature")
	answer := func(status int, format string, args ...any) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, format, args...)
	}
	switch n % 9 {
	case 0:
		answer(400, `{"Code":"Throttling.User","Message":"%s"}`, quoted)
	case 1:
		answer(503, `{"Code":"%s","Message":"%s"}`, r.URL.Query().Get("AccessKeyId"), quoted)
	case 2:
		answer(403, `{"Code":"Forbidden","Message":"There is a risk of leakage of this AccessKey. %s"}`, quoted)
	case 3:
		http.Redirect(w, r, "http://127.0.0.1:1/?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
	case 4:
		answer(200, `<html>%s</html>`, quoted)
	case 5:
		w.Header().Set("Content-Length", "100000")
		answer(200, `{"AccountId":"%s`, quoted)
	case 6:
		answer(400, `{"Code":"Brand.New","RequestId":"%s","Message":"%s"}`, r.URL.Query().Get("Signature"), quoted)
	case 7:
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		answer(400, `{"Code":"InvalidTimeStamp.Expired","Message":"%s"}`, quoted)
	default:
		s.honest.ServeHTTP(w, r)
	}
}

// credentials are some of an account, each in a file of its own.
func credentials(t *testing.T, p *process, a *alibabatest.Account) []rules.Credential {
	t.Helper()
	var all []rules.Credential
	for i := range 24 {
		state := [...]string{"live", "session", "off", "live"}[i%4]
		c, err := newKey(a, state)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("accessKeyId: %s\n", c.ID.Reveal())
		if i%4 != 3 {
			text += fmt.Sprintf("accessKeySecret: %s\n", c.Secret.Reveal())
			all = append(all, c)
		}
		if !c.Token.IsZero() {
			text += fmt.Sprintf("securityToken: %s\n", c.Token.Reveal())
		}
		p.write(t, fmt.Sprintf("key%d.yml", i), text)
	}
	return all
}

// TestNothingLeaks scans while the service fails in every way, in each format, and searches all that is left: what was
// printed, the reports, the cache of verdicts and the folder for temporary files.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "jsonl", "sarif"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			account := alibabatest.NewAccount()
			server, err := alibabatest.NewServer(account)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			service := &sly{honest: server}
			front := httptest.NewServer(service)
			p := newProcess(t, "scan", "-v", "--format", format, "--verdict-cache", "--output", "report", ".")
			keys := credentials(t, p, account)
			var stdout bytes.Buffer
			p.Stdout = &stdout
			p.Env = append(p.Env, "AKGUARD_ENDPOINT_STS="+front.URL, "AKGUARD_CACHE_DIR="+filepath.Join(p.temp, "cache"), "DEBUG=sdk")
			p.start(t)
			p.ends(t, 30*time.Second, 1)
			front.Close() // waits for calls under way
			left := map[string]string{"stdout": stdout.String(), "stderr": p.stderr.String()}
			collect(t, left, p.dir, p.temp)
			if n := strings.Count(left["stderr"], "asked STS about"); n < len(keys) {
				t.Errorf("-v reported %d calls", n)
			}
			if left["verdicts.json"] == "" || !strings.Contains(left["report"], "estric") {
				t.Errorf("the cache holds %d bytes, the report %d", len(left["verdicts.json"]), len(left["report"]))
			}
			search(t, left, keys, service.seen)
		})
	}
}

// TestCrashLeavesNothing lets the program die while it waits for an answer, in a shell that wants to have core files. What
// is left holds no secret, and no core is there.
func TestCrashLeavesNothing(t *testing.T) {
	t.Parallel()
	account := alibabatest.NewAccount()
	server, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	server.Inject(alibabatest.Fault{Hang: true}, -1)
	p := newProcess(t)
	p.Path = "/bin/sh"
	p.Args = []string{"sh", "-c", `ulimit -c "$(ulimit -H -c)" && exec "$0" scan -v .`, binary}
	keys := credentials(t, p, account)
	p.Env = append(p.Env, "AKGUARD_ENDPOINT_STS="+server.URL, "GOTRACEBACK=crash")
	p.start(t)
	await(t, "a question", func() bool { return server.Calls("Sts", "GetCallerIdentity") > 0 })
	p.signal(t, syscall.SIGABRT)
	if err := p.Wait(); err == nil {
		t.Error("it did not die")
	}
	left := map[string]string{"stderr": p.stderr.String()}
	collect(t, left, p.dir, p.temp)
	for name := range left {
		if strings.Contains(name, "core") {
			t.Errorf("there is a file %s", name)
		}
	}
	if !strings.Contains(left["stderr"], "SIGABRT") {
		t.Errorf("stderr: %s", left["stderr"])
	}
	search(t, left, keys, nil)
}

// collect reads every file that the program has written.
func collect(t *testing.T, into map[string]string, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "key") {
				return err
			}
			text, err := os.ReadFile(path)
			into[d.Name()] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func search(t *testing.T, left map[string]string, keys []rules.Credential, signatures []string) {
	t.Helper()
	values := append([]string{}, signatures...)
	for _, c := range keys {
		values = append(values, c.ID.Reveal(), c.Secret.Reveal())
		if !c.Token.IsZero() {
			values = append(values, c.Token.Reveal(), c.Token.Reveal()[:40])
		}
	}
	for name, text := range left {
		for _, value := range values {
			if value != "" && (strings.Contains(text, value) || strings.Contains(text, url.QueryEscape(value))) {
				t.Errorf("%s holds %.12s…", name, value)
			}
		}
	}
}
