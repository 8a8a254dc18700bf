package index_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/internal/planted"
)

func TestIndexAsGitReadsIt(t *testing.T) { planted.EachFormat(t, testIndexAsGitReadsIt) }

func testIndexAsGitReadsIt(t *testing.T) {
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

// Folders that are the same elsewhere are left out, all of them and nothing else, whatever the cached tree says about the number
// of their entries.
func TestReadChanged(t *testing.T) { planted.EachFormat(t, testReadChanged) }

func testReadChanged(t *testing.T) {
	r := planted.New(t)
	for _, name := range []string{"a", "b/1", "b/2", "b/c/1", "b.x", "b0/1", "d/1", "d/e/" + strings.Repeat("f", 5000/20) + "/2", "z"} {
		r.Write(name, name)
	}
	r.Commit("all")
	r.Git("read-tree", "HEAD") // writes the cached tree
	r.Write("d/new", "new")
	r.Git("update-index", "--add", "d/new")
	read := func(same ...string) string {
		t.Helper()
		x, err := index.ReadChanged(filepath.Join(r.Dir, ".git", "index"), filepath.Join(r.Dir, ".git"), r.Format,
			func(folder string, tree object.ID) bool {
				return slices.Contains(same, folder) && tree.String() == r.Git("rev-parse", "HEAD:"+folder)
			})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, e := range x.Entries {
			paths = append(paths, e.Path)
		}
		return strings.Join(paths, "\n")
	}
	all := r.Lines("ls-files")
	without := func(prefixes ...string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(all), func(path string) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(path, p) })
		}), "\n")
	}
	for _, same := range [][]string{nil, {"b"}, {"b", "b0"}, {"b/c"}, {"d"}, {"d/e", "b"}} {
		var gone []string
		for _, folder := range same {
			if folder != "d" { // it has changed
				gone = append(gone, folder+"/")
			}
		}
		if got := read(same...); got != without(gone...) {
			t.Errorf("without %v: %s", same, got)
		}
	}
	file := filepath.Join(r.Dir, ".git", "index")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, lie := range []string{"1 1\n", "2 1\n", "4 1\n", "5 1\n", "9 1\n"} { // b has 3 entries and a folder
		forged := strings.Replace(string(data), "b\x003 1\n", "b\x00"+lie, 1)
		if forged == string(data) {
			t.Fatal("the cached tree does not have b")
		}
		if err := os.WriteFile(file, []byte(forged), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := read("b"); got != without() {
			t.Errorf("b with %q: %s", lie, got)
		}
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
	x, err := index.Read(filepath.Join(r.Dir, ".git", "index"), filepath.Join(r.Dir, ".git"), r.Format)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range x.Entries {
		got = append(got, fmt.Sprintf("%06o %s %d\t%s", e.Mode, e.ID, e.Stage, e.Path))
		if e.IntentToAdd != (e.Path == "intent") {
			t.Errorf("%s: intent %v", e.Path, e.IntentToAdd)
		}
	}
	if want := r.Lines("ls-files", "-s"); !slices.Equal(got, want) {
		t.Errorf("index %v, git says %v", got, want)
	}
	x.Tree.Each(func(dir string, tree object.ID) {
		if want := r.Git("rev-parse", "HEAD:"+dir); want != tree.String() {
			t.Errorf("cached tree of %q: %s, git says %s", dir, tree, want)
		}
	})
}

// expanded lists the entries of an index as git ls-files -s does.
func expanded(t *testing.T, r *planted.Repo) []string {
	t.Helper()
	gitDir := filepath.Join(r.Dir, ".git")
	x, err := index.Read(filepath.Join(gitDir, "index"), gitDir, r.Format)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := repo.Open(r.Dir, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	var got []string
	err = x.Expand(&index.Expansion{
		Read: func(id object.ID) ([]object.TreeEntry, error) { return treediff.ReadTree(opened.Objects, id) },
		Visit: func(e index.Entry) error {
			got = append(got, fmt.Sprintf("%06o %s %d\t%s", e.Mode, e.ID, e.Stage, e.Path))
			return nil
		},
		Unreadable: func(e index.Entry, err error) { t.Errorf("%s: %v", e.Path, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A folder outside a sparse checkout is one entry. Expanded, it has the entries that git lists.
func TestSparseIndex(t *testing.T) { planted.EachFormat(t, testSparseIndex) }

func testSparseIndex(t *testing.T) {
	r := planted.New(t)
	for _, name := range []string{"in/a", "out/b", "out/deep/c", "out/deep-er/d", "out.txt", "other/e"} {
		r.Write(name, name)
	}
	r.Commit("one")
	r.Git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
	gitDir := filepath.Join(r.Dir, ".git")
	x, err := index.Read(filepath.Join(gitDir, "index"), gitDir, r.Format)
	if err != nil || !slices.ContainsFunc(x.Entries, index.Entry.IsFolder) {
		t.Fatalf("the index is not sparse: %+v, %v", x, err)
	}
	if got, want := expanded(t, r), r.Lines("ls-files", "-s"); !slices.Equal(got, want) {
		t.Errorf("index %v, git says %v", got, want)
	}
}

// A split index has the entries that git lists, whatever was edited since it was split.
func TestSplitIndex(t *testing.T) { planted.EachFormat(t, testSplitIndex) }

func testSplitIndex(t *testing.T) {
	for seed := range uint64(6) {
		r := planted.New(t)
		for i := range 100 {
			r.Write(fmt.Sprintf("dir%d/file%d", i%7, i), fmt.Sprint(i))
		}
		r.Commit("one")
		r.Git("config", "splitIndex.maxPercentChange", "100")
		r.Git("update-index", "--index-version", []string{"2", "4"}[seed%2])
		r.Git("update-index", "--split-index")
		random := rand.New(rand.NewPCG(seed, 1))
		for step := range 12 {
			switch i := random.IntN(100); random.IntN(5) {
			case 0, 1:
				r.Write(fmt.Sprintf("dir%d/file%d", i%7, i), fmt.Sprint(i, step, "changed"))
				r.Git("add", "-A")
			case 2:
				r.Write(fmt.Sprintf("dir%d/new%d", i%7, i), fmt.Sprint(i, step))
				r.Git("add", "-A")
			case 3:
				r.Git("rm", "-q", "-f", "-r", "--ignore-unmatch", fmt.Sprintf("dir%d/file%d", i%7, i))
			default:
				r.Git("rm", "-q", "-f", "-r", "--ignore-unmatch", fmt.Sprintf("dir%d", i%7))
			}
			if got, want := expanded(t, r), r.Lines("ls-files", "-s"); !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d: index %v, git says %v", seed, step, got, want)
			}
		}
		if files, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "sharedindex.*")); len(files) == 0 {
			t.Error("the index is not split")
		}
	}
}

// A conflict and its resolution in a split index.
func TestSplitIndexConflict(t *testing.T) { planted.EachFormat(t, testSplitIndexConflict) }

func testSplitIndexConflict(t *testing.T) {
	r := planted.New(t)
	r.Write("a", "a")
	r.Write("b", "b")
	r.Commit("one")
	r.Git("config", "splitIndex.maxPercentChange", "100")
	r.Git("update-index", "--split-index")
	conflict(r)
	checkIndex(t, r)
	r.Git("update-index", "--split-index")
	r.Write("a", "resolved")
	r.Git("add", "a")
	checkIndex(t, r)
}

// Without its shared index, or with a damaged one, a split index is not read in part.
func TestSplitIndexDamaged(t *testing.T) { planted.EachFormat(t, testSplitIndexDamaged) }

func testSplitIndexDamaged(t *testing.T) {
	r := planted.New(t)
	r.Write("a", "a")
	r.Write("b", "b")
	r.Commit("one")
	r.Git("update-index", "--split-index")
	gitDir := filepath.Join(r.Dir, ".git")
	files, _ := filepath.Glob(filepath.Join(gitDir, "sharedindex.*"))
	if len(files) != 1 {
		t.Fatalf("shared indexes %v", files)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(data)
	changed[60] ^= 1
	for name, content := range map[string][]byte{"changed": changed, "cut": data[:len(data)/2], "empty": {}, "missing": nil} {
		_ = os.Remove(files[0])
		if content != nil {
			if err := os.WriteFile(files[0], content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if x, err := index.Read(filepath.Join(gitDir, "index"), gitDir, r.Format); err == nil || !strings.Contains(reason.Of(err).String(), "git.shared-index") {
			t.Errorf("%s: %+v, error %v", name, x, err)
		}
	}
}
