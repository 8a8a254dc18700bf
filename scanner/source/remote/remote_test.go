package remote_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/history"
	"github.com/akguard/akguard/scanner/source/remote"
)

// TestSameAsMirror scans a repository on a server and a mirror of it. The findings are the same, with path, line, commit,
// author and refs, and nothing of what was fetched stays behind.
func TestSameAsMirror(t *testing.T) {
	r, next := planted.New(t), planted.Keys(1)
	for i := range 8 {
		r.Write(fmt.Sprintf("dir%d/app.env", i%3), next().Text())
		r.Commit(fmt.Sprint("version ", i))
	}
	r.Git("checkout", "-q", "-b", "side", "HEAD~4")
	r.Write("side.env", next().Text())
	r.Commit("on a branch")
	r.Git("update-ref", "refs/pull/7/head", "HEAD")
	r.Git("checkout", "-q", "main")
	r.Git("branch", "-q", "-D", "side")
	r.Feed(next().Text(), "tag", "-a", "--cleanup=verbatim", "-F", "-", "v1")
	r.Feed(next().Text(), "notes", "add", "-F", "-")
	r.Git("tag", "direct", r.Blob(next().Text()))
	r.Git("clone", "-q", "--mirror", "--no-local", r.Dir, "../mirror.git")

	mirror, err := repo.Open(r.At("../mirror.git").Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer mirror.Close()
	want := places(planted.Scan(t, []scanner.Source{history.New(history.Options{Repo: mirror})}, nil))
	temp := t.TempDir()
	source := remote.New(remote.Options{URL: "file://" + r.Dir, Temp: temp})
	got := places(planted.Scan(t, []scanner.Source{source}, nil))
	if len(want) != 12 || !slices.Equal(got, want) {
		t.Errorf("found\n%q, want\n%q", got, want)
	}
	if err := source.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
}

func places(r *planted.Report) []string {
	var out []string
	for _, f := range r.Findings {
		for _, o := range f.Occurrences {
			out = append(out, fmt.Sprintf("%s %s:%d %s %s %s %v %v", o.Source, o.Path, o.Line, o.Blob, o.Commit, o.Author, o.Refs, o.Reachable))
		}
	}
	slices.Sort(out)
	return out
}
