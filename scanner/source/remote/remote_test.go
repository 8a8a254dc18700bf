package remote_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/object"
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

// TestContinued scans what was added since an earlier scan. The objects before that are neither sent nor missed, and what
// was pushed away in between is asked for by its ID.
func TestContinued(t *testing.T) {
	r, next := planted.New(t), planted.Keys(1)
	r.Git("config", "uploadpack.allowAnySHA1InWant", "true")
	for i := range 5 {
		r.Write(fmt.Sprintf("dir%d/old.env", i), next().Text())
		r.Commit(fmt.Sprint("version ", i))
	}
	first := remote.New(remote.Options{URL: "file://" + r.Dir, Temp: t.TempDir()})
	planted.Scan(t, []scanner.Source{first}, nil)
	known := slices.Collect(maps.Values(first.Refs()))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	lost, kept := next(), next()
	r.Write("dir1/lost.env", lost.Text())
	away := r.ID(r.Commit("will be pushed away"))
	r.Git("reset", "-q", "--hard", "HEAD~1")
	r.Write("dir2/new.env", kept.Text())
	commit := r.Commit("an addition")
	second := remote.New(remote.Options{
		URL: "file://" + r.Dir, Temp: t.TempDir(), Choose: func(context.Context, map[string]object.ID) (remote.Choice, error) {
			return remote.Choice{
				Known: known, Lost: map[object.ID]string{away: "refs/lost/1"},
			}, nil
		},
	})
	report := planted.Scan(t, []scanner.Source{second}, nil)
	want := []string{
		fmt.Sprintf("history dir1/lost.env %s %s Ada [refs/lost/1] true", r.Git("rev-parse", away.String()+":dir1/lost.env"), away),
		fmt.Sprintf("history dir2/new.env %s %s Ada [refs/heads/main] true", r.Git("rev-parse", "HEAD:dir2/new.env"), commit),
	}
	got := places(report)
	for i, at := range got { // without lines
		got[i] = regexp.MustCompile(`:\d+ `).ReplaceAllString(at, " ")
	}
	if !slices.Equal(got, want) || len(report.Skips) > 0 || report.Sum.Commits != 2 {
		t.Errorf("found\n%q, want\n%q\nskips %v, %d commits", got, want, report.Skips, report.Sum.Commits)
	}

	third := remote.New(remote.Options{URL: "file://" + r.Dir, Temp: t.TempDir(), Choose: func(_ context.Context, refs map[string]object.ID) (remote.Choice, error) {
		return remote.Choice{Nothing: refs["refs/heads/main"].String() == commit}, nil
	}})
	if report := planted.Scan(t, []scanner.Source{third}, nil); report.Sum.Blobs > 0 || len(report.Findings) > 0 || len(third.Refs()) != 1 {
		t.Errorf("nothing has changed: %+v, refs %v", report.Sum, third.Refs())
	}
}
