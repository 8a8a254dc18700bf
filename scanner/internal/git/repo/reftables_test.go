package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

const tablesFixture = "../reftable/testdata"

// tablesRepository returns a copy of a repository that git has made with --ref-format=reftable, and the lines of what git
// reads of its refs and reflogs.
func tablesRepository(t *testing.T) (dir string, refs, reflogs []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), ".git")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(tablesFixture, "git"))); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, filepath.Join(dir, "worktrees", "linked")} {
		write(t, filepath.Join(folder, "HEAD"), []byte("ref: refs/heads/.invalid\n"))
	}
	var files [2][]string
	for i, name := range []string{"refs.txt", "reflogs.txt"} {
		data, err := os.ReadFile(filepath.Join(tablesFixture, name))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = strings.Split(strings.TrimSpace(string(data)), "\n")
	}
	return dir, files[0], files[1]
}

func lines(refs []repo.Ref) []string {
	var out []string
	for _, ref := range refs {
		out = append(out, ref.Name+" "+ref.Target.String())
	}
	slices.Sort(out)
	return out
}

func TestReftablesAsGitDoes(t *testing.T) {
	dir, wantRefs, wantLogs := tablesRepository(t)
	for i, line := range wantLogs {
		for _, prefix := range []string{"refs/heads/", "refs/remotes/"} {
			line = strings.TrimPrefix(line, prefix)
		}
		if after, ok := strings.CutPrefix(line, "refs/stash"); ok {
			line = "stash" + after
		}
		wantLogs[i] = line
	}
	slices.Sort(wantRefs)
	slices.Sort(wantLogs)
	opened := open(t, dir)
	refs, unreadable := opened.Refs()
	if got := lines(refs); !slices.Equal(got, wantRefs) || len(unreadable) > 0 {
		t.Errorf("refs %v, unreadable %v; git reads %v", got, unreadable, wantRefs)
	}
	reflogs, unreadable := opened.Reflogs()
	if got := lines(reflogs); !slices.Equal(got, wantLogs) || len(unreadable) > 0 {
		t.Errorf("reflogs %v, unreadable %v; git reads %v", got, unreadable, wantLogs)
	}
}

func TestResolveInReftables(t *testing.T) {
	dir, refs, _ := tablesRepository(t)
	named := map[string]string{}
	for _, line := range refs {
		name, id, _ := strings.Cut(line, " ")
		named[name] = id
	}
	write(t, filepath.Join(dir, "FETCH_HEAD"), []byte(named["refs/heads/topic"]+"\t\tbranch 'topic' of elsewhere\n"))
	main, linked := open(t, dir), open(t, filepath.Join(dir, "worktrees", "linked"))
	for rev, want := range map[string]string{
		"HEAD": "refs/heads/main", "@": "refs/heads/main", "main": "refs/heads/main", "origin": "refs/remotes/origin/main",
		"feature/two": "refs/heads/feature/two", "pull/0299/head": "refs/pull/0299/head", "light": "refs/tags/light",
		"heavier": "refs/heads/feature/two", "stash": "refs/stash", "FETCH_HEAD": "refs/heads/topic",
		"worktrees/linked/HEAD": "worktrees/linked/HEAD", "worktrees/linked/refs/bisect/bad": "worktrees/linked/HEAD",
		"HEAD~2": "worktrees/linked/HEAD", "main-worktree/HEAD": "refs/heads/main",
		"HEAD@{1}": "refs/heads/topic", "@{0}": "refs/heads/main", "stash@{0}": "refs/stash",
	} {
		if got, err := main.Resolve(rev); err != nil || got.String() != named[want] {
			t.Errorf("%s: %s, %v; want %s", rev, got, err, named[want])
		}
	}
	for rev, want := range map[string]string{
		"HEAD": "worktrees/linked/HEAD", "worktree/mine": "worktrees/linked/refs/worktree/mine", "main": "refs/heads/main",
		"main-worktree/HEAD": "refs/heads/main",
	} {
		if got, err := linked.Resolve(rev); err != nil || got.String() != named[want] {
			t.Errorf("in the linked working tree, %s: %s, %v; want %s", rev, got, err, named[want])
		}
	}
	for _, rev := range []string{"gone", "pull/0300/head", "feature/one", "refs/heads/.invalid", "MERGE_HEAD", "worktree/mine", "../HEAD", "worktrees/../HEAD", "worktrees/missing/HEAD"} {
		if got, err := main.Resolve(rev); err == nil {
			t.Errorf("%s is %s", rev, got)
		}
	}
}

// Tables that cannot be read are reported; a linked working tree without tables has been removed.
func TestUnreadableReftables(t *testing.T) {
	dir, refs, _ := tablesRepository(t)
	if err := os.RemoveAll(filepath.Join(dir, "worktrees", "linked", "reftable")); err != nil {
		t.Fatal(err)
	}
	opened := open(t, dir)
	if got, unreadable := opened.Refs(); len(got) != len(refs)-3 || len(unreadable) > 0 {
		t.Errorf("%d refs of %d, unreadable %v", len(got), len(refs), unreadable)
	}
	if err := os.RemoveAll(filepath.Join(dir, "reftable")); err != nil {
		t.Fatal(err)
	}
	if got, unreadable := opened.Refs(); len(got) > 0 || len(unreadable) != 1 {
		t.Errorf("%d refs, unreadable %v", len(got), unreadable)
	}
	if got, unreadable := opened.Reflogs(); len(got) > 0 || len(unreadable) != 1 {
		t.Errorf("%d entries of reflogs, unreadable %v", len(got), unreadable)
	}
}

// The same refs and reflogs are read from files and from reftables.
func TestFilesAndReftablesAgree(t *testing.T) { planted.EachFormat(t, testFilesAndReftablesAgree) }

func testFilesAndReftablesAgree(t *testing.T) {
	r := planted.New(t)
	for i := range 40 {
		r.Commit(fmt.Sprint(i))
		r.Git("branch", fmt.Sprint("b/", i))
	}
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/b/3")
	r.Git("tag", "-a", "-m", "a", "heavy")
	r.Git("pack-refs", "--all")
	r.Git("branch", "-f", "b/1", "HEAD")
	r.Git("worktree", "add", "-q", "--detach", "../linked", "HEAD~1")
	linked := r.At("../linked")
	linked.Git("update-ref", "refs/worktree/mine", "HEAD")
	linked.Git("update-ref", "refs/bisect/bad", "HEAD")
	r.Git("checkout", "-q", "--detach")
	read := func() (out []string) {
		for _, dir := range []string{r.Dir, linked.Dir} {
			opened := open(t, dir)
			refs, unreadable := opened.Refs()
			reflogs, more := opened.Reflogs()
			if len(unreadable)+len(more) > 0 {
				t.Errorf("unreadable: %v %v", unreadable, more)
			}
			out = append(append(out, lines(refs)...), lines(reflogs)...)
		}
		return out
	}
	files := read()
	r.Reftables()
	if tables := read(); !slices.Equal(files, tables) {
		t.Errorf("reftables %v, files %v", tables, files)
	}
}
