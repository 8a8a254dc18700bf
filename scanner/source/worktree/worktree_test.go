package worktree_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/worktree"
)

func read(t *testing.T, repo *planted.Repo, includeIgnored bool) *planted.Sink {
	t.Helper()
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	source, err := worktree.New(worktree.Options{Repo: r, IncludeIgnored: includeIgnored})
	if err != nil {
		t.Fatal(err)
	}
	return planted.Read(t, source)
}

// listed returns the files and links that git lists in a working tree, with a prefix.
func listed(repo *planted.Repo, prefix string, flags ...string) []string {
	var out []string
	args := append([]string{"ls-files", "-z", "--cached", "--others"}, flags...)
	for path := range strings.SplitSeq(strings.TrimSuffix(repo.Git(args...), "\x00"), "\x00") {
		if info, err := os.Lstat(filepath.Join(repo.Dir, path)); err == nil && (info.Mode().IsRegular() || info.Mode().Type() == os.ModeSymlink) {
			out = append(out, prefix+path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // a file in conflict is listed once for each side
}

// ignoreFiles are rules of all kinds, by the file that holds them.
var ignoreFiles = map[string]string{
	".gitignore": "# a comment\n*.log\n!keep.log\nbuild/\n/only-root\n**/cache/\ndocs/**/*.tmp\n\\#literal\n\\!literal\n" +
		"a?c\n[bx]1\n[!a-y]2\ntrailing \nescaped\\ \nwith space\n密*\nvendor/*\n!vendor/kept/\nnot-a-folder/\n\n",
	"sub/.gitignore":       "!*.log\nlocal\n/anchored\ndeep/inner\n",
	"sub/deep/.gitignore":  "*\n!.gitignore\n!shown\n",
	"crlf/.gitignore":      "*.crlf\r\nother\r\n",
	"bom/.gitignore":       "\ufeffbommed\n",
	".git/info/exclude":    "excluded\n/sub/excluded-too\n",
	"build/.gitignore":     "!everything\n",
	"vendor/x/.gitignore":  "!*\n",
	"nested/repo/excluded": "not ignored here\n",
}

// files exist in the working tree; some match the rules above.
var files = []string{
	"a.log", "keep.log", "sub/b.log", "sub/x/c.log", "build/x", "build/everything", "sub/build/y", "only-root", "sub/only-root",
	"cache/1", "x/y/cache/2", "docs/a.tmp", "docs/x/b.tmp", "docs/x/y/c.tmp", "other/docs/d.tmp", "#literal", "!literal",
	"abc", "ac", "a/c", "b1", "x1", "c1", "z2", "a2", "trailing", "trailing ", "escaped ", "escaped", "with space", "密钥.env",
	"目录/密钥", "目录/文件", "new\nline", "tab\there", "quote\"d", "sub/local", "sub/x/local", "local", "sub/anchored",
	"sub/x/anchored",
	"sub/deep/hidden", "sub/deep/shown", "sub/deep/inner", "sub/deep/x/shown", "crlf/a.crlf", "crlf/other", "bom/bommed",
	"excluded", "x/excluded", "sub/excluded-too", "excluded-too", "vendor/gone", "vendor/kept/x", "vendor/other/y", "vendor/x/z",
	"not-a-folder", "x/not-a-folder/in", "-dash", "back\\slash", "UPPER.LOG", "dir.log/in", "x/.gitignored",
}

func newTree(t *testing.T) *planted.Repo {
	repo := planted.New(t)
	tracked := []string{"tracked.log", "build/tracked", "vendor/deep/er/tracked", "plain", "sub/deep/tracked", "gone"}
	for _, name := range tracked {
		repo.Write(name, name)
	}
	repo.Git("add", "-f", ".")
	repo.Git("commit", "-q", "-m", "tracked")
	for name, content := range ignoreFiles {
		repo.Write(name, content)
	}
	for _, name := range files {
		repo.Write(name, name)
	}
	if err := os.Remove(filepath.Join(repo.Dir, "gone")); err != nil {
		t.Fatal(err)
	}
	return repo
}

// What is read of a working tree is what git lists of it.
func TestAsGit(t *testing.T) {
	repo := newTree(t)
	for all, flags := range map[bool][]string{false: {"--exclude-standard"}, true: nil} {
		s := read(t, repo, all)
		want := listed(repo, "", flags...)
		compare(t, s.Paths(), want)
		if len(s.Skips) > 0 {
			t.Errorf("skips: %v", s.Skips)
		}
	}
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for _, path := range got {
		if !slices.Contains(want, path) {
			t.Errorf("%q is read, git does not list it", path)
		}
	}
	for _, path := range want {
		if !slices.Contains(got, path) {
			t.Errorf("%q is not read, git lists it", path)
		}
	}
}

// A repository inside, be it a submodule, a clone or a linked worktree, is walked by its own rules; one that the
// outer repository ignores is not walked.
func TestNested(t *testing.T) {
	repo := planted.New(t)
	repo.Write(".gitignore", "*.log\nskipped/\n")
	repo.Commit("base")
	other := planted.New(t)
	other.Write("tracked.log", "tracked")
	other.Write(".gitignore", "*.tmp\n")
	other.Git("add", "-f", ".")
	other.Git("commit", "-q", "-m", "base")
	repo.Git("submodule", "--quiet", "add", other.Dir, "mod/sub")
	repo.Git("worktree", "add", "-q", "-b", "side", "linked")
	nested := []string{"mod/sub", "clone", "clone/in/clone", "linked"}
	for _, dir := range []string{"clone", "clone/in/clone", "skipped"} {
		repo.Git("clone", "-q", other.Dir, dir)
	}
	for _, dir := range append(nested, "skipped") {
		for _, name := range []string{"new.log", "new.tmp", "new"} {
			repo.Write(dir+"/"+name, name)
		}
	}
	want := listed(repo, "", "--exclude-standard")
	for _, dir := range nested {
		want = append(want, listed(repo.At(dir), dir+"/", "--exclude-standard")...)
	}
	compare(t, read(t, repo, false).Paths(), want)
	compare(t, read(t, repo.At("linked"), false).Paths(), listed(repo.At("linked"), "", "--exclude-standard"))
}

// Whatever a nested repository ignores, the files in it that the repository outside tracks are read.
func TestNestedHidesTracked(t *testing.T) {
	repo := planted.New(t)
	for _, name := range []string{"inner/a", "inner/deep/b", "inner/deep/er/c", "inner/deep/er/d"} {
		repo.Write(name, name)
	}
	repo.Commit("base")
	for _, dir := range []string{"inner", "inner/deep/er"} {
		repo.Git("init", "-q", dir)
		repo.Write(dir+"/.git/info/exclude", "*\n")
	}
	repo.Write("inner/.gitignore", "*\n")
	for _, name := range []string{"inner/new", "inner/deep/new", "inner/other/new"} {
		repo.Write(name, name)
	}
	compare(t, read(t, repo, false).Paths(), listed(repo, "", "--exclude-standard"))
}

// What merely looks like a repository is walked as a folder, so that nothing hides behind it.
func TestNotNested(t *testing.T) {
	repo := planted.New(t)
	repo.Write("file/.git", "gitdir: nowhere\n")
	repo.Write("folder/.git/config", "")
	repo.Write("damaged/.git/HEAD", "ref: refs/heads/main\n")
	repo.Write("damaged/.git/objects/x", "")
	repo.Write("damaged/.git/index", "damaged")
	for _, dir := range []string{"file", "folder", "damaged"} {
		repo.Write(dir+"/a.env", dir)
	}
	compare(t, read(t, repo, false).Paths(), []string{"damaged/a.env", "file/a.env", "folder/a.env"})
}

// Links are not followed, tracked or not: as in git, the content of a link is its text. An ignored link is left out.
func TestLinks(t *testing.T) {
	repo := planted.New(t)
	repo.Write("../outside/key", "outside")
	repo.Write(".git/info/exclude", "ignored\n")
	repo.Link("../outside", "tracked-folder")
	repo.Link("../outside/key", "tracked")
	repo.Commit("links")
	repo.Link("../outside", "folder")
	repo.Link("../outside/key", "file")
	repo.Link("../outside/key", "ignored")
	s := read(t, repo, false)
	if compare(t, s.Paths(), []string{"file", "folder", "tracked", "tracked-folder"}); len(s.Skips) > 0 || s.Holds("outside\n") {
		t.Errorf("skips %v", s.Skips)
	}
	for _, b := range s.Blobs {
		if text := string(b.Content); !strings.HasPrefix(text, "../outside") {
			t.Errorf("the content of %s is %q", b.Path, text)
		}
	}
}

// A rule for a folder holds for what is below it, and what is tracked there is read all the same.
func TestTrackedInIgnoredFolder(t *testing.T) {
	repo := planted.New(t)
	repo.Write(".gitignore", "/out/\n")
	for _, name := range []string{"out/a/tracked", "out/b/tracked"} {
		repo.Write(name, name)
	}
	repo.Git("add", "-f", ".")
	for _, name := range []string{"out/a/untracked", "out/c/untracked"} {
		repo.Write(name, name)
	}
	compare(t, read(t, repo, false).Paths(), listed(repo, "", "--exclude-standard"))
}

// In a folder outside a sparse checkout, which the sparse index has as one entry, tracked files are read although rules
// ignore them.
func TestSparseIndex(t *testing.T) {
	repo := planted.New(t)
	repo.Write(".gitignore", "*.log\n")
	for _, name := range []string{"in/a", "out/b.log", "out/deep/c.log"} {
		repo.Write(name, name)
	}
	repo.Git("add", "-f", ".")
	repo.Git("commit", "-q", "-m", "one")
	tree := repo.Git("rev-parse", "HEAD:out")
	repo.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
	for _, name := range []string{"out/b.log", "out/deep/c.log", "out/new.log", "out/deep/new.log"} {
		repo.Write(name, name)
	}
	want := []string{".gitignore", "in/a", "out/b.log", "out/deep/c.log"}
	compare(t, read(t, repo, false).Paths(), want)
	repo.Lose(tree) // then what is tracked is not known
	compare(t, read(t, repo, false).Paths(), append(want, "out/new.log", "out/deep/new.log"))
}

// TestMain hides the user's own ignore rules.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "akguard-home")
	if err != nil {
		panic(err)
	}
	_ = os.Setenv("HOME", home)
	_ = os.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}
