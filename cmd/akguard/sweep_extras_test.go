package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner/github/orgtest"
)

// keyed is the text of a file with a key.
func (s *swept) keyed(place string) string { return s.plant(place)["deploy/app.env"] }

// zipped is an archive with a key.
func (s *swept) zipped(place string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("logs/1_build.txt")
	if err == nil {
		_, err = f.Write([]byte(s.keyed(place)))
	}
	if err == nil {
		err = w.Close()
	}
	s.must("", err)
	return b.Bytes()
}

// fillExtras puts a key at each place of a repository that is not in git.
func (s *swept) fillExtras(r *orgtest.Repo, round int, at time.Time) {
	id := int64(round * 10)
	name := func(place string) string { return fmt.Sprint("extra ", round, " ", place) }
	file := func(i int64, title, place string) orgtest.File {
		return orgtest.File{ID: id + i, Name: title, Content: s.zipped(name(place)), At: at}
	}
	n := len(r.Issues) + 1
	r.Issues = append(r.Issues, &orgtest.Issue{Number: n, Title: "It fails", Body: s.keyed(name("issue")), Author: "mallory", At: at},
		&orgtest.Issue{Number: n + 1, Title: "A change", Body: s.keyed(name("pull")), Author: "eve", Pull: true, At: at})
	r.Comments = append(r.Comments, orgtest.Comment{ID: id + 1, Number: n, Author: "li", Body: s.keyed(name("comment")), At: at})
	r.LineComments = append(r.LineComments, orgtest.Comment{ID: id + 2, Number: n + 1, Author: "li", Body: s.keyed(name("line")), At: at})
	if r.Reviews == nil {
		r.Reviews = map[int][]orgtest.Comment{}
	}
	r.Reviews[n+1] = []orgtest.Comment{{ID: id + 3, Number: n + 1, Author: "wei", Body: s.keyed(name("review")), At: at}}
	r.Assets = append([]orgtest.File{file(4, "dump.zip", "asset")}, r.Assets...)
	r.Logs = append([]orgtest.File{file(5, "CI", "log")}, r.Logs...)
	r.Artifacts = append([]orgtest.File{file(6, "build", "artifact")}, r.Artifacts...)
}

// TestSweepExtras plants keys in issues, comments, attachments and gists. A sweep reports each of them once, with its address, and
// the next sweep reads only what is new.
func TestSweepExtras(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{Repos: 30})
	repo := s.kinds["plain"][0]
	s.Lock()
	s.fillExtras(repo, 1, time.Now().UTC().Add(-48*time.Hour))
	s.Members = []string{"li"}
	s.Unlock()
	s.must(s.EditGist("li", "0123456789abcdef", s.plant("gist 1")))
	if r := s.run("--repo", repo.FullName()); s.extras(r, "extra")+s.extras(r, "gist") != 0 {
		t.Errorf("without the options: %v", r.found)
	}
	options := []string{"--issues", "--assets", "--actions", "--gists"}
	r := s.run(options...)
	if got := s.extras(r, "extra 1"); got != 8 || s.extras(r, "gist") != 1 {
		t.Errorf("%d of 8 were found, and %d gists\n%s", got, s.extras(r, "gist"), r.errs)
	}
	for _, want := range []string{
		repo.FullName() + "/issues/1", repo.FullName() + "/pull/2#pullrequestreview-13", "/releases/download/v1/dump.zip", "/actions/runs/15", "/actions/runs/16/artifacts/16",
		`"author":"mallory"`, s.Snippet + "/0123456789abcdef/", "#file-deploy-app-env-L1",
	} {
		if !strings.Contains(r.text, want) {
			t.Errorf("the report does not have %s", want)
		}
	}

	s.Forget()
	unchanged := s.run(options...)
	if got := s.Stats().Downloads; got != 0 || !strings.Contains(unchanged.note, " = 3 scanned + ") { // those that the server does not send
		t.Errorf("nothing is new: %d downloads, %s", got, unchanged.note)
	}
	s.Lock()
	s.fillExtras(repo, 2, time.Now().UTC())
	s.Unlock()
	s.must(s.EditGist("li", "0123456789abcdef", s.plant("gist 2")))
	again := s.run(options...)
	if got := s.Stats().Downloads; got != 3 {
		t.Errorf("again: %d downloads", got)
	}
	if s.extras(again, "extra") != 16 || s.extras(again, "gist") != 2 || !strings.Contains(again.note, " = 5 scanned + ") {
		t.Errorf("again: %d of 16, %d of 2 gists, %s", s.extras(again, "extra"), s.extras(again, "gist"), again.note)
	}
	if stats := s.Stats(); len(stats.Violations) > 0 {
		t.Errorf("violations: %v", stats.Violations)
	}
}

// extras counts the places that begin with a text and whose key was found once.
func (s *swept) extras(r sweepReport, begin string) (n int) {
	for place, id := range s.keys {
		if strings.HasPrefix(place, begin) && len(r.found[id]) == 1 {
			n++
		}
	}
	return n
}

// TestSweepIssues opens one issue for each credential in each repository, however often it is run. No secret is in it.
func TestSweepIssues(t *testing.T) {
	t.Parallel()
	s := newSwept(t, orgtest.Options{}, orgtest.Plan{})
	one, err := s.Add("one")
	s.must("", err)
	two, err := s.Add("two")
	s.must("", err)
	shared := s.plant("shared")
	s.must(s.Commit(one, "refs/heads/main", shared))
	s.must(s.Commit(two, "refs/heads/main", map[string]string{"@acme/[x](y).env": shared["deploy/app.env"]}))
	s.must(s.EditWiki(two, shared))
	s.must(s.Commit(two, "refs/heads/other", s.plant("other")))
	address := regexp.MustCompile(`href="[^"]*"`)
	for i := range 5 {
		r := s.run("--create-issues=any", "--include", "one", "--include", "two")
		want := "issues: 0 opened, 3 known before, 0 failed"
		if i == 0 {
			want = "issues: 3 opened, 0 known before, 0 failed"
		}
		if !strings.Contains(r.errs, want) || r.code != 1 {
			t.Errorf("run %d: exit code %d, %s", i, r.code, r.errs)
		}
	}
	s.Lock()
	defer s.Unlock()
	if len(one.Issues) != 1 || len(two.Issues) != 2 {
		t.Fatalf("%d and %d issues", len(one.Issues), len(two.Issues))
	}
	for _, i := range slices.Concat(one.Issues, two.Issues) {
		for _, id := range s.keys {
			if strings.Contains(i.Title+i.Body, id) {
				t.Errorf("the issue has an ID: %s", i.Body)
			}
		}
		shown := address.ReplaceAllString(i.Body, "")
		if strings.Contains(shown, "@acme") || strings.Contains(shown, "[x](y)") || !strings.Contains(i.Body, "Disable it first") {
			t.Errorf("the issue says\n%s\n%s", i.Title, i.Body)
		}
	}
}
