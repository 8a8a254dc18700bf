package staged_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/staged"
)

func read(t *testing.T, repo *planted.Repo, index string) *planted.Sink {
	t.Helper()
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return planted.Read(t, staged.New(staged.Options{Repo: r, Index: index}))
}

// cases prepare a repository, and say whether the next commit adds the key.
var cases = map[string]struct {
	prepare func(repo *planted.Repo, key string)
	want    bool
}{
	"staged, clean on disk": {func(r *planted.Repo, key string) {
		r.Write("a.env", key)
		r.Git("add", "a.env")
		r.Write("a.env", "clean\n")
	}, true},
	"clean when staged, on disk since": {func(r *planted.Repo, key string) {
		r.Write("a.env", "clean\n")
		r.Git("add", "a.env")
		r.Write("a.env", key)
	}, false},
	"deleted": {func(r *planted.Repo, key string) {
		r.Write("dir/a.env", key)
		r.Commit("add")
		r.Git("rm", "-q", "dir/a.env")
	}, false},
	"in HEAD as it is": {func(r *planted.Repo, key string) {
		r.Write("dir/a.env", key)
		r.Commit("add")
		r.Write("dir/b.env", "other\n")
		r.Git("add", "-A")
	}, false},
	"in HEAD at another path": {func(r *planted.Repo, key string) {
		r.Write("a.env", key)
		r.Commit("add")
		r.Git("mv", "a.env", "b.env")
	}, true},
	"in HEAD in a file that changes": {func(r *planted.Repo, key string) {
		r.Write("a.env", key)
		r.Commit("add")
		r.Write("a.env", key+"more\n")
		r.Git("add", "-A")
	}, true},
	"in HEAD, mode changed": {func(r *planted.Repo, key string) {
		r.Write("a.env", key)
		r.Commit("add")
		r.Git("update-index", "--chmod=+x", "a.env")
	}, false},
	"committed, and softly reset": {func(r *planted.Repo, key string) {
		r.Write("dir/deep/old.env", "old\n")
		r.Commit("add")
		r.Write("dir/deep/a.env", key)
		r.Commit("add a key")
		r.Git("reset", "-q", "--soft", "HEAD~1") // the index knows its trees, and HEAD has others
	}, true},
	"added by intent": {func(r *planted.Repo, key string) {
		r.Write("a.env", key)
		r.Git("add", "--intent-to-add", "a.env")
	}, false},
	"untracked": {func(r *planted.Repo, key string) { r.Write("a.env", key) }, false},
	"target of a symbolic link": {func(r *planted.Repo, key string) {
		r.Link(key, "link")
		r.Git("add", "link")
	}, true},
	"behind a symbolic link": {func(r *planted.Repo, key string) {
		r.Write("../outside.env", key)
		r.Link("../outside.env", "link")
		r.Git("add", "link")
	}, false},
	"in a submodule": {func(r *planted.Repo, key string) {
		r.Git("init", "-q", "sub")
		r.Write("sub/a.env", key)
		r.At("sub").Commit("in the submodule")
		r.Git("-c", "advice.addEmbeddedRepo=false", "add", "sub")
	}, false},
}

// What the next commit adds is what counts: not what is on disk, nor what a parent has already.
func TestStaged(t *testing.T) { planted.EachFormat(t, testStaged) }

func testStaged(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo, k := planted.New(t), planted.Keys(1)()
			repo.Commit("base")
			c.prepare(repo, k.Text())
			s := read(t, repo, "")
			if got := s.Holds(k.ID); got != c.want {
				t.Errorf("read is %v, want %v", got, c.want)
			}
			if len(s.Skips) > 0 {
				t.Errorf("skips: %v", s.Skips)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	repo, k := planted.New(t), planted.Keys(2)()
	repo.Write("配置/a.env", k.Text())
	repo.Git("add", "-A")
	s := read(t, repo, "")
	want := []finding.Place{{Source: finding.SourceIndex, Path: "配置/a.env", Blob: repo.Git("rev-parse", ":配置/a.env")}}
	var got []finding.Place
	for _, b := range s.Blobs {
		got = append(got, b.Place)
	}
	if !reflect.DeepEqual(got, want) { // before the first commit, everything is added
		t.Errorf("read %+v, want %+v", got, want)
	}
}

// A partial commit (git commit FILE) has an index of its own.
func TestOtherIndex(t *testing.T) { planted.EachFormat(t, testOtherIndex) }

func testOtherIndex(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(3)
	own, other := next(), next()
	repo.Commit("base")
	repo.Write("own.env", own.Text())
	repo.Git("add", "own.env")
	repo.Write("other.env", other.Text())
	index := filepath.Join(t.TempDir(), "next-index")
	data, err := os.ReadFile(filepath.Join(repo.Dir, ".git", "index"))
	if err != nil {
		t.Fatal(err)
	}
	repo.Git("rm", "-q", "--cached", "own.env")
	repo.Git("add", "other.env")
	if err := os.WriteFile(index, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string][2]bool{"": {false, true}, index: {true, false}} {
		s := read(t, repo, file)
		if got := [2]bool{s.Holds(own.ID), s.Holds(other.ID)}; got != want {
			t.Errorf("index %q: read are %v, want %v", file, got, want)
		}
	}
}

// A merge in progress adds what no parent has: neither what comes with the branch, nor the sides of a conflict, nor
// what both sides have removed.
func TestMergeInProgress(t *testing.T) { planted.EachFormat(t, testMergeInProgress) }

func testMergeInProgress(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(4)
	ancestor, theirs, resolved := next(), next(), next()
	repo.Write("conflict.env", ancestor.Text())
	repo.Write("resolved.env", "old\n")
	repo.Commit("base")
	repo.Git("checkout", "-q", "-b", "side")
	for name, content := range map[string]string{"conflict.env": "side\n", "resolved.env": "side\n", "theirs.env": theirs.Text()} {
		repo.Write(name, content)
	}
	repo.Commit("side")
	repo.Git("checkout", "-q", "main")
	repo.Write("conflict.env", "main\n")
	repo.Write("resolved.env", "main\n")
	repo.Commit("main")
	if !repo.Fails("merge", "-q", "side") {
		t.Fatal("the merge does not conflict")
	}
	repo.Write("resolved.env", resolved.Text())
	repo.Git("add", "resolved.env")
	s := read(t, repo, "")
	if s.Holds(ancestor.ID) || s.Holds(theirs.ID) || !s.Holds(resolved.ID) || len(s.Blobs) != 1 {
		t.Errorf("read %d contents, want the resolution alone", len(s.Blobs))
	}
}

// In a linked worktree, its own index and its own HEAD count.
func TestLinkedWorktree(t *testing.T) { planted.EachFormat(t, testLinkedWorktree) }

func testLinkedWorktree(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(5)
	main, linked := next(), next()
	repo.Commit("base")
	repo.Git("worktree", "add", "-q", "-b", "side", "../linked")
	for r, k := range map[*planted.Repo]planted.Key{repo: main, repo.At("../linked"): linked} {
		r.Write("a.env", k.Text())
		r.Git("add", "a.env")
	}
	s := read(t, repo.At("../linked"), "")
	if s.Holds(main.ID) || !s.Holds(linked.ID) {
		t.Errorf("read %d contents, want the linked worktree's alone", len(s.Blobs))
	}
}

// Staged content that is missing is a Skip. Where HEAD's trees are, all that is staged counts as added.
func TestMissingAndDamaged(t *testing.T) {
	for _, lost := range []string{":dir/lost.env", "HEAD^{tree}", "HEAD:dir"} {
		repo, next := planted.New(t), planted.Keys(6)
		old, gone, kept := next(), next(), next()
		repo.Write("dir/old.env", old.Text())
		repo.Commit("base")
		repo.Write("dir/lost.env", gone.Text())
		repo.Write("kept.env", kept.Text())
		repo.Git("add", "-A")
		repo.Lose(repo.Git("rev-parse", lost))
		s := read(t, repo, "")
		if !s.Holds(kept.ID) {
			t.Errorf("without %s, the rest is not read", lost)
		}
		if isBlob := lost[0] == ':'; (len(s.Skips) == 1) != isBlob || s.Holds(gone.ID) == isBlob || s.Holds(old.ID) == isBlob {
			t.Errorf("without %s: skips %v", lost, s.Skips)
		}
	}
}

// In a sparse index the content of a folder outside the checkout is staged too.
func TestSparseIndex(t *testing.T) { planted.EachFormat(t, testSparseIndex) }

func testSparseIndex(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(7)
	old, added := next(), next()
	repo.Write("in/a", "a")
	repo.Write("out/deep/old.env", old.Text())
	repo.Write("out/same/b", "b")
	repo.Commit("base")
	repo.Write("out/deep/added.env", added.Text())
	repo.Commit("add a key")
	repo.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
	repo.Git("reset", "-q", "--soft", "HEAD~1")
	s := read(t, repo, "")
	if got := s.Paths(); !reflect.DeepEqual(got, []string{"out/deep/added.env"}) || !s.Holds(added.ID) || len(s.Skips) > 0 {
		t.Errorf("read %v, skips %v", got, s.Skips)
	}
	repo.Lose(repo.Git("rev-parse", "HEAD@{1}:out/deep"))
	if s := read(t, repo, ""); len(s.Skips) != 1 || s.Skips[0].Path != "out/deep" {
		t.Errorf("without the tree of a folder, skips %v", s.Skips)
	}
}
