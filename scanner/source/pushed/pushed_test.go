package pushed_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/pushed"
)

// quarantine moves loose objects of a repository into a folder of their own, as git keeps those of a push.
func quarantine(t *testing.T, r *planted.Repo, ids ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, id := range ids {
		name := filepath.Join(id[:2], id[2:])
		if err := os.MkdirAll(filepath.Join(dir, id[:2]), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(r.Dir, ".git", "objects", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// scan scans a push that makes a ref of head, to a repository whose only other ref is base.
func scan(t *testing.T, r *planted.Repo, dir, base, head string) *planted.Report {
	t.Helper()
	opened, err := repo.Open(r.Dir, repo.Options{ObjectDirs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	id := func(s string) []object.ID {
		parsed, ok := r.Format.ParseID(s)
		if !ok {
			t.Fatal(s)
		}
		return []object.ID{parsed}
	}
	source := pushed.New(pushed.Options{Repo: opened, Quarantine: dir, Heads: id(head), Bases: id(base)})
	defer source.Close()
	return planted.Scan(t, []scanner.Source{source}, nil)
}

// A key in a push is new if the repository does not have it, and is found wherever its content is: in a file, in a commit that
// the repository has and that no ref reached until now, and in content for which no commit is found.
func TestPush(t *testing.T) { planted.EachFormat(t, testPush) }

func testPush(t *testing.T) {
	r, next := planted.New(t), planted.Keys(60)
	old, forgotten, added, stray := next(), next(), next(), next()
	r.Write("old.env", old.Text())
	base := r.Commit("base")
	r.Write("forgotten.env", forgotten.Text())
	r.Commit("a commit that no ref reaches")
	r.Write("added.env", added.Text())
	r.Write("old.env", old.Text()+"# touched\n")
	head := r.Commit("pushed")
	ids := []string{head, r.Git("rev-parse", "HEAD^{tree}"), r.Git("rev-parse", "HEAD:added.env"), r.Git("rev-parse", "HEAD:old.env"), r.Blob(stray.Text())}
	r.Git("update-ref", "refs/heads/main", base)
	report := scan(t, r, quarantine(t, r, ids...), base, head)
	for name, want := range map[string]struct {
		key   planted.Key
		path  string
		state finding.State
	}{
		"touched":          {old, "old.env", finding.StateExisting},
		"known to no ref":  {forgotten, "forgotten.env", finding.StateNew},
		"pushed":           {added, "added.env", finding.StateNew},
		"without a commit": {stray, "", finding.StateNew},
	} {
		f := report.Of(want.key)
		if f == nil {
			t.Errorf("%s: not found", name)
			continue
		}
		if at := f.Occurrences[len(f.Occurrences)-1]; f.State != want.state || at.Path != want.path {
			t.Errorf("%s: %s at %q, want %s at %q", name, f.State, at.Path, want.state, want.path)
		}
	}
	if len(report.Findings) != 4 || !report.Sum.Complete {
		t.Errorf("%d findings, skipped %v", len(report.Findings), report.Skips)
	}
}
