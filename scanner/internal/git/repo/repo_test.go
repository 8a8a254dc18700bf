package repo_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
)

func open(t testing.TB, dir string) *repo.Repository {
	t.Helper()
	r, err := repo.Open(dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestResolveAsGitDoes(t *testing.T) { planted.EachFormat(t, testResolveAsGitDoes) }

func testResolveAsGitDoes(t *testing.T) {
	r := planted.History(t, 5, 40, false)
	r.Git("update-ref", "refs/heads/feature/one", r.Lines("rev-list", "--all")[0])
	r.Git("symbolic-ref", "HEAD", "refs/heads/feature/one")
	r.Git("tag", "light")
	r.Git("tag", "-a", "-m", "a", "heavy", "HEAD~1")
	r.Git("tag", "-a", "-m", "b", "heavier", "heavy")
	r.Git("update-ref", "refs/remotes/origin/main", "HEAD~2")
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	head := r.Git("rev-parse", "HEAD")
	r.Git("update-ref", "refs/heads/"+head, "HEAD~1") // a name of as many digits is an object's first
	for _, packed := range []bool{false, true} {
		if packed {
			r.Pack()
		}
		opened := open(t, r.Dir)
		for _, rev := range []string{
			"HEAD", "@", "HEAD~1", "HEAD~3", "HEAD^", "HEAD^^", "HEAD~1^1~1", "HEAD^0", "feature/one", "refs/heads/feature/one",
			"heads/feature/one", "light", "heavy", "heavier", "heavy~1", "tags/heavy", "origin/main", "origin", head, head[:10], head[:7] + "~2",
			strings.ToUpper(head[:12]), "heavier^{commit}", "heavier^{}", "HEAD~1^{commit}^0", "HEAD^{}~1",
		} {
			want := r.Git("rev-parse", rev+"^{commit}")
			got, err := opened.Resolve(rev)
			if err != nil || got.String() != want {
				t.Errorf("packed %v, %s: %s, %v; git says %s", packed, rev, got, err, want)
			}
		}
		for _, rev := range []string{"nothing", "HEAD~9999", "HEAD^9", "HEAD^{tree}", "../../etc/passwd", "abc", "HEAD~x", strings.Repeat("0", 40), strings.Repeat("0", 64), "HEAD:file",
			"HEAD@{999}", "HEAD@{-1}", "HEAD@{yesterday}", "light@{u}", "nothing@{0}", "HEAD^{/text}", "@{", "@{}"} {
			if got, err := opened.Resolve(rev); err == nil {
				t.Errorf("%s is %s", rev, got)
			}
		}
	}
}

func TestReflogAndUpstreamAsGitDoes(t *testing.T) {
	planted.EachFormat(t, testReflogAndUpstreamAsGitDoes)
}

func testReflogAndUpstreamAsGitDoes(t *testing.T) {
	r := planted.New(t)
	for _, message := range []string{"one", "two", "three"} {
		r.Git("commit", "-q", "--allow-empty", "-m", message)
	}
	r.Git("checkout", "-q", "-b", "topic/a", "HEAD~1")
	r.Git("update-ref", "refs/remotes/origin/next", "HEAD~1")
	r.Git("config", "remote.origin.url", "elsewhere")
	r.Git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
	r.Git("config", "branch.topic/a.remote", "origin")
	r.Git("config", "branch.topic/a.merge", "refs/heads/next")
	r.Git("branch", "-q", "--track", "local", "topic/a")
	opened := open(t, r.Dir)
	for _, rev := range []string{
		"HEAD@{0}", "HEAD@{1}", "HEAD@{2}~1", "@{0}", "main@{1}", "main@{2}", "refs/heads/main@{1}", "heads/main@{1}^{commit}",
		"@{u}", "@{upstream}", "@{UPSTREAM}^0", "topic/a@{u}", "local@{u}",
	} {
		want := r.Git("rev-parse", rev+"^{commit}")
		if got, err := opened.Resolve(rev); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v; git says %s", rev, got, err, want)
		}
	}
	if id, err := opened.Resolve("main@{u}"); err == nil {
		t.Errorf("main@{u} is %s", id)
	}
}

func TestRefsAndReflogs(t *testing.T) { planted.EachFormat(t, testRefsAndReflogs) }

func testRefsAndReflogs(t *testing.T) {
	r := planted.New(t)
	for i := range 4 {
		r.Write("f", fmt.Sprint(i))
		r.Commit(fmt.Sprint(i))
		r.Git("branch", fmt.Sprintf("b/%d", i))
	}
	r.Git("tag", "-a", "-m", "t", "v1")
	r.Git("pack-refs", "--all")
	r.Git("update-ref", "refs/heads/b/1", "HEAD") // hides the packed one
	for i := range 2 {
		r.Write("f", fmt.Sprint("stashed ", i))
		r.Git("stash", "-q")
	}
	r.Git("checkout", "-q", "-b", "stash") // its reflog has the name of the stash's
	r.Git("checkout", "-q", "--detach")
	opened := open(t, r.Dir)

	want := append(r.Lines("for-each-ref", "--format=%(refname) %(objectname)"), "HEAD "+r.Git("rev-parse", "HEAD"))
	refs, unreadable := opened.Refs()
	var got []string
	for _, ref := range refs {
		got = append(got, ref.Name+" "+ref.Target.String())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) || len(unreadable) > 0 {
		t.Errorf("refs %v, unreadable %v; git says %v", got, unreadable, want)
	}

	logged := map[string]string{}
	var stashes []string
	reflogs, _ := opened.Reflogs()
	for _, entry := range reflogs {
		if entry.Stash {
			stashes = append(stashes, entry.Target.String())
		} else {
			logged[entry.Name] = entry.Target.String()
		}
	}
	if want := r.Lines("log", "-g", "--format=%H", "refs/stash"); !slices.Equal(stashes, want) {
		t.Errorf("stashes %v, git lists %v", stashes, want)
	}
	if want := r.Git("rev-parse", "refs/heads/stash"); logged["stash@{0}"] != want {
		t.Errorf("the branch stash was at %q, git says %s", logged["stash@{0}"], want)
	}
	for _, name := range []string{"HEAD@{0}", "HEAD@{3}", "main@{0}", "main@{2}"} {
		if want := r.Git("rev-parse", name); logged[name] != want {
			t.Errorf("%s is %q, git says %s", name, logged[name], want)
		}
	}
}

// A linked worktree sees the detached HEAD of the main one, and its reflog.
func TestMainWorktreeFromALinkedOne(t *testing.T) {
	planted.EachFormat(t, testMainWorktreeFromALinkedOne)
}

func testMainWorktreeFromALinkedOne(t *testing.T) {
	r := planted.New(t)
	r.Commit("one")
	linked := filepath.Join(t.TempDir(), "linked")
	r.Git("worktree", "add", "-q", "-b", "linked", linked)
	r.Git("checkout", "-q", "--detach")
	head := r.Commit("detached")
	opened := open(t, linked)
	refs, _ := opened.Refs()
	if !slices.ContainsFunc(refs, func(ref repo.Ref) bool { return ref.Name == "main-worktree/HEAD" && ref.Target.String() == head }) {
		t.Errorf("refs %v lack the main worktree's HEAD", refs)
	}
	logged := map[string]string{}
	reflogs, _ := opened.Reflogs()
	for _, entry := range reflogs {
		logged[entry.Name] = entry.Target.String()
	}
	for name, want := range map[string]string{
		"main-worktree/HEAD@{0}": head, "HEAD@{0}": r.At(linked).Git("rev-parse", "HEAD"), "main@{0}": r.Git("rev-parse", "main"),
	} {
		if logged[name] != want {
			t.Errorf("%s is %q, want %s", name, logged[name], want)
		}
	}
}

// 50,000 packed refs are read in a moment, and a damaged one is reported.
func TestManyRefs(t *testing.T) {
	r := planted.New(t)
	head := r.Commit("one")
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, "%s refs/tags/t%06d\n", head, i)
	}
	b.WriteString("damaged\n")
	write(t, filepath.Join(r.Dir, ".git", "packed-refs"), []byte(b.String()))
	write(t, filepath.Join(r.Dir, ".git", "refs", "heads", "broken"), []byte("not a name"))
	refs, unreadable := open(t, r.Dir).Refs()
	if len(refs) != 50_001 || len(unreadable) != 2 {
		t.Errorf("%d refs and unreadable %v", len(refs), unreadable)
	}
}

// A repository in a format that would be misread is refused, and the error names the format.
func TestUnsupported(t *testing.T) {
	r := planted.New(t)
	config := filepath.Join(r.Dir, ".git", "config")
	for _, extension := range []string{"objectFormat = sha512", "refStorage = tables"} {
		if err := os.WriteFile(config, []byte("[core]\n\trepositoryformatversion = 1\n[extensions]\n\t"+extension+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := repo.Open(r.Dir, repo.Options{})
		if value := strings.Fields(extension)[2]; !errors.Is(err, repo.ErrUnsupported) || !strings.Contains(err.Error(), value) {
			t.Errorf("%s: %v", extension, err)
		}
	}
	if _, err := repo.Open(t.TempDir(), repo.Options{}); !errors.Is(err, repo.ErrNotRepository) {
		t.Errorf("an empty folder: %v", err)
	}
}
