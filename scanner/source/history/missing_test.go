package history_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/history"
)

func scan(t *testing.T, repo *planted.Repo) *planted.Report {
	t.Helper()
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return planted.Scan(t, []scanner.Source{history.New(history.Options{Repo: r})}, nil)
}

// wreck is a small history in which something will be missing.
type wreck struct {
	*planted.Repo
	keys map[string]planted.Key // by path
	ids  map[string]string      // of objects, by revision
}

func newWreck(t *testing.T) *wreck {
	w := &wreck{Repo: planted.New(t), keys: map[string]planted.Key{}, ids: map[string]string{}}
	next := planted.Keys(5)
	for _, path := range []string{"a.env", "dir/b.env", "dir/deep/c.env", "d.env"} {
		w.keys[path] = next()
		w.Write(path, w.keys[path].Text())
		w.Commit("add " + path)
	}
	w.Git("tag", "-a", "-m", "annotated", "v1", "HEAD~1")
	for _, rev := range []string{"HEAD", "HEAD@{0}", "HEAD~1", "HEAD~2", "HEAD~1^{tree}", "HEAD:dir", "HEAD:dir/deep", "HEAD:a.env"} {
		w.ids[rev] = w.Git("rev-parse", rev)
	}
	return w
}

// What is missing or damaged is reported by its path or ID and with the reason, and everything else is found.
func TestMissingAndDamaged(t *testing.T) { planted.EachFormat(t, testMissingAndDamaged) }

func testMissingAndDamaged(t *testing.T) {
	missing := func(w *wreck, id string) { w.Lose(id) }
	damaged := func(w *wreck, id string) { w.Damage(id) }
	packedMissing := func(w *wreck, id string) { w.PackWithout(id) }
	packedDamaged := func(w *wreck, id string) { w.Pack("--window=0"); w.Damage(id) }
	forgotten := func(w *wreck, id string) { w.Git("update-ref", "HEAD", "HEAD~1"); w.Lose(id) }
	made := newWreck(t)
	for _, c := range []struct {
		rev     string
		do      []func(*wreck, string)
		path    string // of the skip; "" is the object's name
		code    string
		without string // the path whose key is lost
	}{
		{"HEAD:a.env", []func(*wreck, string){missing, packedMissing}, "a.env", "git.introduced-missing", "a.env"},
		{"HEAD:a.env", []func(*wreck, string){damaged, packedDamaged}, "", "", "a.env"},
		{"HEAD:dir/deep", []func(*wreck, string){missing, packedMissing}, "dir/deep", "git.introduced-missing", ""},
		{"HEAD:dir/deep", []func(*wreck, string){damaged, packedDamaged}, "dir/deep", "git.introduced-damaged", ""},
		{"HEAD~1^{tree}", []func(*wreck, string){missing, packedMissing}, "", "git.commit-tree-missing", ""},
		{"HEAD~1^{tree}", []func(*wreck, string){damaged, packedDamaged}, "", "", ""},
		{"HEAD~2", []func(*wreck, string){missing, packedMissing}, "", "git.commit-missing", ""},
		{"HEAD~2", []func(*wreck, string){damaged, packedDamaged}, "", "", ""},
		{"HEAD", []func(*wreck, string){missing, packedMissing}, "refs/heads/main", "git.ref-target-missing", ""},
		{"HEAD~1", []func(*wreck, string){missing, packedMissing}, "refs/tags/v1", "git.ref-target-missing", ""},
		{"HEAD@{0}", []func(*wreck, string){forgotten}, "HEAD@{1}", "git.reflog-target-missing", ""},
	} {
		for i, do := range c.do {
			t.Run(fmt.Sprintf("%s %d %s", c.rev, i, c.code), func(t *testing.T) {
				t.Parallel()
				w := *made
				w.Repo = made.Copy()
				do(&w, w.ids[c.rev])
				w.check(t, cmp.Or(c.path, w.ids[c.rev]), c.code, c.without)
			})
		}
	}
}

func (w *wreck) check(t *testing.T, path, code, without string) {
	t.Helper()
	r := scan(t, w.Repo)
	for name, k := range w.keys {
		if (r.Of(k) == nil) != (name == without) {
			t.Errorf("%s: found is %v", name, r.Of(k) != nil)
		}
	}
	if !slices.ContainsFunc(r.Skips, func(s finding.Skip) bool { return s.Path == path && strings.HasPrefix(s.Reason.Code, code) }) {
		t.Errorf("no skip of %s with code %q in %v", path, code, r.Skips)
	}
	if r.Sum.Complete || r.Sum.Skips != len(r.Skips) {
		t.Errorf("the summary is %+v", r.Sum)
	}
}

// A missing object is reported once, and not again for everything that refers to it.
func TestMissingObjectsAreReportedOnce(t *testing.T) {
	w := newWreck(t)
	w.Lose(w.ids["HEAD:a.env"])
	w.Lose(w.ids["HEAD:dir/deep"])
	if r := scan(t, w.Repo); len(r.Skips) != 2 {
		t.Errorf("two missing objects are reported as %v", r.Skips)
	}
}

// Missing files are reported alike, whether trees are stored whole or as deltas of each other.
func TestMissingFilesOfDeltas(t *testing.T) {
	made := planted.New(t)
	rng := rand.New(rand.NewPCG(1, 2))
	name := func() string { return fmt.Sprintf("dir%d/file%02d", rng.IntN(2), rng.IntN(30)) }
	for i := range 40 {
		for range max(2, 60-30*i) {
			made.Write(name(), fmt.Sprint("version ", rng.IntN(200)))
		}
		if i%4 == 3 {
			made.Fails("rm", "-q", name())
		}
		made.Commit(fmt.Sprint("commit ", i))
	}
	for round := range 4 {
		repo := made.Copy()
		kept, lost := "", repo.Objects("blob")[:5*round]
		rng.Shuffle(len(lost), func(i, j int) { lost[i], lost[j] = lost[j], lost[i] })
		for _, id := range repo.Lines("cat-file", "--batch-all-objects", "--batch-check=%(objectname)") {
			if !slices.Contains(lost, id) {
				kept += id + "\n"
			}
		}
		repo.Unpack()
		for _, id := range lost {
			repo.Lose(id)
		}
		want := skipsOf(t, repo)
		repo.PackThese(kept, "--window=50")
		deltas := 0
		for _, line := range repo.Lines("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(deltabase)") {
			if base, ok := strings.CutPrefix(line, "tree "); ok && strings.Trim(base, "0") != "" {
				deltas++
			}
		}
		if got := skipsOf(t, repo); deltas < 40 || len(want) != len(lost) || !slices.Equal(got, want) {
			t.Errorf("%d objects are missing, there are %d deltas: with them\n%s\nwithout them\n%s",
				len(lost), deltas, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// What a damaged tree refers to before the damage is not reported: it does not make the repository a partial clone.
func TestMissingFileOfDamagedTree(t *testing.T) {
	repo := planted.New(t)
	repo.Write("a", "text")
	repo.Commit("add a")
	tree := "100644 b\x00" + strings.Repeat("b", 20) + "100644"
	id := repo.Feed(tree, "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
	repo.Git("update-ref", "refs/heads/damaged", repo.Git("commit-tree", "-m", "damaged", id))
	skips := skipsOf(t, repo)
	if len(skips) == 0 || slices.ContainsFunc(skips, func(s string) bool { return !strings.Contains(s, id) }) {
		t.Errorf("skips %q, want only the damaged tree %s", skips, id)
	}
}

// skipsOf returns what a scan reports, sorted.
func skipsOf(t *testing.T, repo *planted.Repo) []string {
	t.Helper()
	var out []string
	for _, s := range scan(t, repo).Skips {
		out = append(out, fmt.Sprint(s.Path, " ", s.Reason))
	}
	slices.Sort(out)
	return out
}

// Git prunes what is unreachable piece by piece: what is left of it does not make a scan incomplete.
func TestPruned(t *testing.T) {
	repo := planted.New(t)
	next := planted.Keys(6)
	first, second, third := next(), next(), next()
	repo.Commit("base")
	repo.Git("checkout", "-q", "-b", "doomed")
	repo.Write("dir/first.env", first.Text())
	repo.Commit("first")
	repo.Write("dir/second.env", second.Text())
	repo.Commit("second")
	repo.Write("dir/third.env", third.Text())
	repo.Commit("third")
	lost := repo.Lines("rev-parse", "HEAD~2", "HEAD~1^{tree}", "HEAD:dir/second.env", "HEAD~1:dir")
	repo.Git("checkout", "-q", "main")
	repo.Git("branch", "-q", "-D", "doomed")
	repo.Git("reflog", "expire", "--expire=all", "--all")
	for _, id := range lost {
		repo.Lose(id)
	}
	r := scan(t, repo)
	if len(r.Skips) > 0 || !r.Sum.Complete {
		t.Errorf("skips: %v", r.Skips)
	}
	for k, want := range map[planted.Key]bool{first: true, second: false, third: true} {
		if got := r.Of(k) != nil; got != want {
			t.Errorf("found is %v, want %v", got, want)
		}
	}
}

// A shallow clone says where its history is cut and how to get the rest; with the rest, the scan is complete.
func TestShallow(t *testing.T) {
	w := newWreck(t)
	w.Git("clone", "-q", "--depth", "2", "file://"+w.Dir, "../shallow")
	clone := w.At("../shallow")
	r := scan(t, clone)
	cut := clone.Git("rev-parse", "HEAD~1")
	if len(r.Skips) != 1 || r.Skips[0].Path != cut || r.Skips[0].Reason.Code != "git.shallow" {
		t.Errorf("skips are %v, want one of %s", r.Skips, cut)
	}
	clone.Git("fetch", "-q", "--unshallow")
	if r := scan(t, clone); !r.Sum.Complete || len(r.Findings) != len(w.keys) {
		t.Errorf("with the whole history: %d findings, skips %v", len(r.Findings), r.Skips)
	}
}

// A partial clone says how much was not fetched, in one sentence, and how to get it.
func TestPartialClone(t *testing.T) {
	for _, filter := range []string{"blob:none", "tree:0"} {
		t.Run(filter, func(t *testing.T) {
			w := newWreck(t)
			w.Git("config", "uploadpack.allowFilter", "true")
			w.Git("clone", "-q", "--no-checkout", "--filter="+filter, "file://"+w.Dir, "../partial")
			clone := w.At("../partial")
			n := len(slices.DeleteFunc(clone.Lines("rev-list", "--objects", "--all", "--missing=print"),
				func(line string) bool { return line[0] != '?' }))
			r := scan(t, clone)
			if len(r.Skips) != 1 || r.Skips[0].Reason != reason.New("git.partial", n) {
				t.Fatalf("skips are %v, want one of %d objects", r.Skips, n)
			}
			clone.Git("fetch", "-q", "--refetch", "--no-filter") // as the text of git.partial says
			if r := scan(t, clone); !r.Sum.Complete || len(r.Findings) != len(w.keys) {
				t.Errorf("after git fetch: %d findings, skips %v", len(r.Findings), r.Skips)
			}
		})
	}
}

// A key at very many paths does not make a report of all of them, and says so.
func TestManyPlaces(t *testing.T) {
	repo, k := planted.New(t, "--bare"), planted.Keys(7)()
	var script strings.Builder
	fmt.Fprintf(&script, "blob\nmark :1\ndata %d\n%s\n", len(k.Text()), k.Text())
	script.WriteString("commit refs/heads/main\ncommitter C <c@example.com> 1700000000 +0000\ndata 1\nm\n")
	for i := range 10_001 {
		fmt.Fprintf(&script, "M 100644 :1 d%d/f%d\n", i%100, i)
	}
	repo.Feed(script.String(), "fast-import", "--quiet")
	r := scan(t, repo)
	if f := r.Of(k); f == nil || len(f.Occurrences) != 10_000 {
		t.Errorf("found %v with its first places", f != nil)
	}
	if r.Sum.Complete || len(r.Skips) != 1 || r.Skips[0].Reason.Code != "git.places-capped" {
		t.Errorf("skips are %v", r.Skips)
	}
}

// An empty tree is known to git without being stored.
func TestEmptyTrees(t *testing.T) { planted.EachFormat(t, testEmptyTrees) }

func testEmptyTrees(t *testing.T) {
	repo, k := planted.New(t), planted.Keys(8)()
	empty := repo.Format.EmptyTree().String()
	tree := repo.Feed(fmt.Sprintf("100644 blob %s\ta.env\n040000 tree %s\tnothing\n", repo.Blob(k.Text()), empty), "mktree", "--missing")
	repo.Git("update-ref", "refs/heads/main", repo.Git("commit-tree", "-m", "m", tree))
	repo.Git("update-ref", "refs/heads/empty", repo.Git("commit-tree", "-m", "m", empty))
	if r := scan(t, repo); r.Of(k) == nil || !r.Sum.Complete {
		t.Errorf("found is %v, skips %v", r.Of(k) != nil, r.Skips)
	}
}

// A repository without a commit has nothing, which is everything.
func TestUnborn(t *testing.T) {
	if r := scan(t, planted.New(t)); !r.Sum.Complete || r.Sum.Blobs+r.Sum.Commits > 0 {
		t.Errorf("the summary is %+v, skips %v", r.Sum, r.Skips)
	}
}
