package gitobj_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/gitobj"
	"github.com/akguard/akguard/scanner/internal/planted"
)

func TestResolveAsGitDoes(t *testing.T) {
	r := planted.History(t, 5, 40, false)
	r.Git("update-ref", "refs/heads/feature/one", r.Lines("rev-list", "--all")[0])
	r.Git("symbolic-ref", "HEAD", "refs/heads/feature/one")
	r.Git("tag", "light")
	r.Git("tag", "-a", "-m", "a", "heavy", "HEAD~1")
	r.Git("tag", "-a", "-m", "b", "heavier", "heavy")
	r.Git("update-ref", "refs/remotes/origin/main", "HEAD~2")
	r.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	head := r.Git("rev-parse", "HEAD")
	r.Git("update-ref", "refs/heads/"+head, "HEAD~1") // a name of 40 digits is an object's first
	for _, packed := range []bool{false, true} {
		if packed {
			r.Pack()
		}
		repo := open(t, r.Dir, gitobj.Limits{})
		for _, rev := range []string{
			"HEAD", "@", "HEAD~1", "HEAD~3", "HEAD^", "HEAD^^", "HEAD~1^1~1", "HEAD^0", "feature/one", "refs/heads/feature/one",
			"heads/feature/one", "light", "heavy", "heavier", "heavy~1", "tags/heavy", "origin/main", "origin", head, head[:10], head[:7] + "~2",
			strings.ToUpper(head[:12]),
		} {
			want := r.Git("rev-parse", rev+"^{commit}")
			got, err := repo.Resolve(rev)
			if err != nil || got.String() != want {
				t.Errorf("packed %v, %s: %s, %v; git says %s", packed, rev, got, err, want)
			}
		}
		for _, rev := range []string{"nothing", "HEAD~9999", "HEAD^9", "HEAD^{tree}", "../../etc/passwd", "abc", "HEAD~x", strings.Repeat("0", 40), "HEAD:file"} {
			if got, err := repo.Resolve(rev); err == nil {
				t.Errorf("%s is %s", rev, got)
			}
		}
	}
}

func TestRefsAndReflogs(t *testing.T) {
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
	r.Git("checkout", "-q", "--detach")
	repo := open(t, r.Dir, gitobj.Limits{})

	want := append(r.Lines("for-each-ref", "--format=%(refname) %(objectname)"), "HEAD "+r.Git("rev-parse", "HEAD"))
	refs, losses := repo.Refs()
	var got []string
	for _, ref := range refs {
		got = append(got, ref.Name+" "+ref.Target.String())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) || len(losses) > 0 {
		t.Errorf("refs %v, losses %v; git says %v", got, losses, want)
	}

	logged := map[string]string{}
	for _, entry := range repo.Reflogs() {
		logged[entry.Name] = entry.Target.String()
	}
	for _, name := range []string{"HEAD@{0}", "HEAD@{3}", "main@{0}", "main@{2}", "stash@{0}", "stash@{1}"} {
		if want := r.Git("rev-parse", name); logged[name] != want {
			t.Errorf("%s is %q, git says %s", name, logged[name], want)
		}
	}
}

// A linked worktree sees the detached HEAD of the main one, and its reflog.
func TestMainWorktreeFromALinkedOne(t *testing.T) {
	r := planted.New(t)
	r.Commit("one")
	linked := filepath.Join(t.TempDir(), "linked")
	r.Git("worktree", "add", "-q", "-b", "linked", linked)
	r.Git("checkout", "-q", "--detach")
	head := r.Commit("detached")
	repo := open(t, linked, gitobj.Limits{})
	refs, _ := repo.Refs()
	if !slices.ContainsFunc(refs, func(ref gitobj.Ref) bool { return ref.Name == "main-worktree/HEAD" && ref.Target.String() == head }) {
		t.Errorf("refs %v lack the main worktree's HEAD", refs)
	}
	logged := map[string]string{}
	for _, entry := range repo.Reflogs() {
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

// 50,000 packed refs are read in a moment, and a damaged one is told.
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
	refs, losses := open(t, r.Dir, gitobj.Limits{}).Refs()
	if len(refs) != 50_001 || len(losses) != 2 {
		t.Errorf("%d refs and losses %v", len(refs), losses)
	}
}

func TestIndexAsGitReadsIt(t *testing.T) {
	for _, version := range []string{"2", "3", "4"} {
		r := planted.New(t)
		r.Write("a", "a")
		r.Write("dir/deep/er/file with space", "b")
		r.Write("dir/目录/文件", "c")
		r.Link("a", "link")
		r.Git("add", "-A")
		r.Git("commit", "-q", "-m", "one")
		r.Write("dir/new", "d")
		r.Git("add", "-A")
		r.Write("intent", "e")
		r.Git("add", "-N", "intent")
		r.Git("update-index", "--index-version", version)
		checkIndex(t, r)
		conflict(r)
		checkIndex(t, r)
	}
}

// conflict leaves the index with entries of all stages.
func conflict(r *planted.Repo) {
	r.Git("reset", "-q", "--hard")
	r.Git("checkout", "-q", "-b", "other")
	r.Write("a", "theirs")
	r.Commit("theirs")
	r.Git("checkout", "-q", "main")
	r.Write("a", "ours")
	r.Commit("ours")
	r.Fails("merge", "-q", "other")
}

func checkIndex(t *testing.T, r *planted.Repo) {
	t.Helper()
	index, err := open(t, r.Dir, gitobj.Limits{}).Index("")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range index.Entries {
		got = append(got, fmt.Sprintf("%06o %s %d\t%s", e.Mode, e.ID, e.Stage, e.Path))
		if e.Intent != (e.Path == "intent") {
			t.Errorf("%s: intent %v", e.Path, e.Intent)
		}
	}
	if want := r.Lines("ls-files", "-s"); !slices.Equal(got, want) {
		t.Errorf("index %v, git says %v", got, want)
	}
	for dir, tree := range index.Trees {
		if want := r.Git("rev-parse", "HEAD:"+dir); want != tree.String() {
			t.Errorf("cached tree of %q: %s, git says %s", dir, tree, want)
		}
	}
}

func TestSparseAndSplitIndex(t *testing.T) {
	r := planted.New(t)
	r.Write("in/a", "a")
	r.Write("out/b", "b")
	r.Commit("one")
	r.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
	index, err := open(t, r.Dir, gitobj.Limits{}).Index("")
	if err != nil || len(index.Entries) != 2 || index.Entries[0].Path != "in/a" || index.Entries[1].IsBlob() {
		t.Errorf("sparse index: %+v, %v", index, err)
	}
	r.Git("sparse-checkout", "disable")
	r.Git("update-index", "--split-index")
	if _, err := open(t, r.Dir, gitobj.Limits{}).Index(""); !errors.Is(err, gitobj.ErrUnsupported) {
		t.Errorf("split index: %v", err)
	}
}

// Added says what git diff-tree says: the files that no parent has as they are.
func TestAddedAsGitDiffs(t *testing.T) {
	r := planted.History(t, 7, 80, false)
	repo := open(t, r.Dir, gitobj.Limits{})
	for _, line := range r.Lines("rev-list", "--all", "--parents") {
		fields := strings.Fields(line)
		want := listing(r, fields[0])
		for _, parent := range fields[1:] {
			for file := range listing(r, parent) {
				delete(want, file)
			}
		}
		blobs := map[string]bool{}
		for file := range want {
			blobs[strings.Fields(file)[0]] = true
		}
		got := addedBlobs(t, repo, fields[0], fields[1:])
		if fmt.Sprint(got) != fmt.Sprint(blobs) {
			t.Fatalf("commit %s adds %v, git says %v", fields[0], got, blobs)
		}
	}
}

func listing(r *planted.Repo, commit string) map[string]bool {
	out := map[string]bool{}
	for _, file := range r.Lines("ls-tree", "-r", "--format=%(objecttype) %(objectname) %(path)", commit) {
		if blob, ok := strings.CutPrefix(file, "blob "); ok {
			out[blob] = true
		}
	}
	return out
}

func addedBlobs(t *testing.T, repo *gitobj.Repo, commit string, parents []string) map[string]bool {
	t.Helper()
	tree := func(name string) gitobj.OID {
		id, _ := gitobj.ParseOID(name)
		c, err := repo.Commit(id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Tree
	}
	var bases []gitobj.OID
	for _, p := range parents {
		bases = append(bases, tree(p))
	}
	out := map[string]bool{}
	err := repo.Added(context.Background(), tree(commit), bases,
		func(f gitobj.File) error { out[f.ID.String()] = true; return nil },
		func(l gitobj.Loss) { t.Errorf("lost %v", l) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ignoreTables are rules and the files that they may be about.
var ignoreTables = map[string]string{
	"names": "a.log\n*.tmp\n# comment\n\n", "negated": "*.txt\n!keep.txt\n", "folders": "build/\n", "anchored": "/top.txt\ndir/only.txt\n",
	"two stars": "**/deep.txt\ndir/**\n!dir/keep.txt\n", "stars inside": "a/**/z.txt\n", "classes": "[!a].txt\nx[0-9].txt\n",
	"escaped": "\\#hash\n\\!bang\n", "spaces": "trailing   \nkept\\ \n", "bom": "\ufeffbom.txt\n", "crlf": "win.txt\r\n*.dos\r\n",
	"question": "?.txt\n", "star folder": "*/\n!dir/\n", "only star": "*\n!*.txt\n!*/\n", "two slashes": "a//z.txt\n", "named class": "[[:alpha:]].txt\n",
	"stars and a slash": "a/**/\n", "a backslash at the end": "other\\\n", "a bracket in a set": "[]a].txt\n", "negated parent": "dir\n!/dir\n",
}

// What git does not ignore must not be ignored, or nobody would scan it; and what it ignores would only waste time.
func TestIgnoreAsGitDoes(t *testing.T) {
	r := planted.New(t)
	for _, file := range []string{
		"a.log", "b.tmp", "a.txt", "b.txt", "keep.txt", "build/out", "dir/build/x", "top.txt", "dir/top.txt", "dir/only.txt", "x/dir/only.txt",
		"deep.txt", "dir/deep.txt", "dir/a/deep.txt", "dir/keep.txt", "a/z.txt", "a/b/c/z.txt", "x1.txt", "#hash", "!bang", "trailing",
		"kept ", "bom.txt", "win.txt", "x.dos", "1.txt", "other", "].txt", "é.txt",
	} {
		r.Write(file, "x")
	}
	for name, rules := range ignoreTables {
		compareIgnored(t, r, name, rules)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	atoms := []string{"a", "b", "z", ".txt", "/", "/", "*", "**", "?", "[a-c]", "[!a]", "\\", " ", "dir", "[", "]", "é"}
	for range 150 {
		var rules strings.Builder
		for range 1 + rng.IntN(3) {
			rules.WriteString([]string{"", "", "!"}[rng.IntN(3)])
			for range 1 + rng.IntN(5) {
				rules.WriteString(atoms[rng.IntN(len(atoms))])
			}
			rules.WriteString("\n")
		}
		compareIgnored(t, r, "random", rules.String())
	}
}

func compareIgnored(t *testing.T, r *planted.Repo, name, rules string) {
	t.Helper()
	write(t, filepath.Join(r.Dir, ".git", "info", "exclude"), []byte(rules))
	ignored := map[string]bool{}
	for _, file := range strings.Split(r.Git("ls-files", "-z", "-o", "-i", "--exclude-standard"), "\x00") {
		ignored[file] = true
	}
	repo, err := gitobj.OpenWorktree(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range strings.Split(strings.TrimSuffix(r.Git("ls-files", "-z", "-o"), "\x00"), "\x00") {
		if got := matched(repo.Ignore(), file); got != ignored[file] {
			t.Errorf("%s: rules %q: %q ignored here: %v, by git: %v", name, rules, file, got, ignored[file])
		}
	}
}

// matched reports whether a file, or a folder that it is in, matches.
func matched(ignore gitobj.Ignore, file string) bool {
	elements := strings.Split(file, "/")
	for i := 1; i < len(elements); i++ {
		if ignore.Match(elements[:i], true) {
			return true
		}
	}
	return ignore.Match(elements, false)
}

func TestMain(m *testing.M) {
	// What the user of this machine ignores must not matter.
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME"} {
		_ = os.Setenv(name, home)
	}
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}
