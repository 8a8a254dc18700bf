//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/github/githubtest"
)

// TestSixtyFindings has akguard ci comment on a pull request with 60 credentials: on lines of the diff, outside of it and in
// messages. Each is shown once, as a comment or in the text of the review, and what has no comment has an annotation. A second
// run writes nothing.
func TestSixtyFindings(t *testing.T) {
	t.Parallel()
	const onLines, outside, inMessages, comments = 45, 5, 10, 50
	u := &upstream{t: t, dir: t.TempDir(), home: t.TempDir()}
	u.git(u.dir, "init", "-q", "-b", "main")
	u.git(u.dir, "commit", "-q", "--allow-empty", "-m", "base")
	u.base = u.git(u.dir, "rev-parse", "HEAD")
	var files []githubtest.File
	for i := range onLines + outside {
		name, patch := fmt.Sprintf("f%02d.yml", i), "@@ -0,0 +1,3 @@\n+a:\n+b\n+c\n"
		if i >= onLines {
			patch = "" // a diff that is too large for the API
		}
		if err := os.WriteFile(filepath.Join(u.dir, name), []byte("oss:\n"+keyPair()), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, githubtest.File{Path: name, Patch: patch})
	}
	u.git(u.dir, "add", "-A")
	u.git(u.dir, "commit", "-q", "-m", "keys")
	for range inMessages {
		u.git(u.dir, "commit", "-q", "--allow-empty", "-m", "try it\n\n"+keyPair())
	}
	for i := range files {
		files[i].Blob = u.git(u.dir, "rev-parse", "HEAD:"+files[i].Path)
	}
	u.head = u.git(u.dir, "rev-parse", "HEAD")

	const token = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
	s := githubtest.New(token)
	defer s.Close()
	s.Head, s.Files = u.head, files
	event := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(event, fmt.Appendf(nil, `{"pull_request":{"number":7,"commits":%d,"head":{"sha":%q},"base":{"ref":"main"}}}`, 1+inMessages, u.head), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=pull_request_target", "GITHUB_EVENT_PATH=" + event, "GITHUB_TOKEN=" + token,
		"GITHUB_API_URL=" + s.URL, "GITHUB_REPOSITORY=" + githubtest.Repository,
	}
	u.git(u.dir, "update-ref", "refs/remotes/origin/main", u.base)
	out, code := u.run(u.dir, env, binary, "ci", "--no-verify", "--comment")
	want := fmt.Sprintf("findings that count: 60; with a review comment: %d; as annotations: %d", comments, inMessages)
	if annotations := strings.Count(out, "\n::error"); code != 1 || !strings.Contains(out, want) || annotations != inMessages {
		t.Errorf("exit code %d, %d annotations, want %q:\n%s", code, annotations, want, out)
	}
	body := s.Reviews[len(s.Reviews)-1].Body
	shown := map[string]int{}
	for _, c := range s.Comments {
		shown[c.Body]++
	}
	if listed := len(regexp.MustCompile(`(?m)^- `).FindAllString(body, -1)); len(shown) != comments || len(s.Comments) != comments || listed != inMessages {
		t.Errorf("%d comments, %d different ones, %d listed:\n%s", len(s.Comments), len(shown), listed, body)
	}
	if writes := s.Writes(); writes != 2 {
		t.Errorf("%d requests write", writes)
	}
	s.Forget()
	if out, code := u.run(u.dir, env, binary, "ci", "--no-verify", "--comment"); code != 1 || s.Writes() != 0 {
		t.Errorf("again: exit code %d, %d requests write:\n%s", code, s.Writes(), out)
	}
	for _, v := range s.Violations() {
		t.Error(v)
	}
}
