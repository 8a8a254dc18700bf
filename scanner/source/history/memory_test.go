package history_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/internal/seen"
	"github.com/akguard/akguard/scanner/source/history"
)

// If nothing has changed, a scan reads what had matches and nothing else, and reports the same. Whatever changes, it reports
// what a scan without a memory does.
func TestRepeatedAndChanged(t *testing.T) {
	keys := planted.Keys(21)
	var mu sync.Mutex
	next := func() planted.Key {
		mu.Lock()
		defer mu.Unlock()
		return keys()
	}
	changes := []struct {
		name string
		do   func(w *wreck)
	}{
		{"nothing", func(*wreck) {}},
		{"a commit", func(w *wreck) { w.Write("e.env", next().Text()); w.Commit("more") }},
		{"a branch", func(w *wreck) { w.Git("branch", "other", "HEAD~1") }},
		{"a tag that is deleted", func(w *wreck) { w.Git("tag", "-d", "v1") }},
		{"a branch that is moved back", func(w *wreck) { w.Git("reset", "-q", "--hard", "HEAD~2") }},
		{"a branch in a file", func(w *wreck) {
			w.Write(".git/refs/heads/main", w.Git("rev-parse", "HEAD~1")+"\n")
		}},
		{"a reflog that is cut", func(w *wreck) { w.Git("reflog", "expire", "--expire=all", "--all") }},
		{"what is staged", func(w *wreck) {
			w.Git("reset", "-q", "--soft", "HEAD~2")
			w.Git("reflog", "expire", "--expire=all", "--all")
		}},
		{"what is not staged any more", func(w *wreck) {
			w.Git("reset", "-q", "--soft", "HEAD~2")
			w.Git("reflog", "expire", "--expire=all", "--all")
			_, _ = rescan(t, w.Repo, filepath.Join(w.Dir, "cache"))
			w.Git("reset", "-q")
		}},
		{"a stash", func(w *wreck) { w.Write("a.env", next().Text()); w.Git("stash", "-q") }},
		{"a worktree", func(w *wreck) { w.Git("worktree", "add", "-q", "--detach", "linked", "HEAD~1") }},
		{"a pack", func(w *wreck) { w.Pack() }},
		{"packs of another order", func(w *wreck) { w.Pack(); w.Pack("-f", "--window=1") }},
		{"loose objects", func(w *wreck) { w.Pack(); w.Unpack() }},
		{"a lost blob", func(w *wreck) { w.Lose(w.ids["HEAD:a.env"]) }},
		{"a lost tree", func(w *wreck) { w.Lose(w.ids["HEAD:dir/deep"]) }},
		{"a lost commit", func(w *wreck) { w.Lose(w.ids["HEAD~2"]) }},
		{"a damaged blob", func(w *wreck) { w.Damage(w.ids["HEAD:a.env"]) }},
		{"a damaged tree", func(w *wreck) { w.Damage(w.ids["HEAD:dir/deep"]) }},
		{"a damaged commit", func(w *wreck) { w.Damage(w.ids["HEAD~2"]) }},
		{"a damaged object of a pack", func(w *wreck) { w.Pack("--window=0"); w.Damage(w.ids["HEAD:a.env"]) }},
		{"a cut history", func(w *wreck) { w.Write(".git/shallow", w.ids["HEAD~1"]+"\n") }},
		{"a ref that names nothing", func(w *wreck) { w.Write(".git/refs/heads/gone", strings.Repeat("1", len(w.ids["HEAD"]))+"\n") }},
		{"a damaged ref", func(w *wreck) { w.Write(".git/refs/heads/bad", "what\n") }},
		{"an alternate", func(w *wreck) {
			other := planted.New(t)
			other.Write("other.env", next().Text())
			other.Commit("other")
			w.Write(".git/objects/info/alternates", filepath.Join(other.Dir, ".git", "objects")+"\n")
		}},
		{"a setting", func(w *wreck) { w.Git("config", "extensions.partialClone", "origin"); w.Lose(w.ids["HEAD:dir/deep"]) }},
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, cache := newWreck(t), t.TempDir()
			likePlain(t, "at first", w.Repo, cache)
			if _, source := rescan(t, w.Repo, cache); source.blobs.Load() != int64(len(w.keys)) || source.commits.Load() != 0 {
				t.Errorf("%d blobs and %d commits were read again", source.blobs.Load(), source.commits.Load())
			}
			c.do(w)
			likePlain(t, "changed", w.Repo, cache)
		})
	}
}

// In a history with findings, and with objects that are missing, only what is new is read: content, commits and trees.
func TestOnlyNewCommitsAndTreesAreRead(t *testing.T) {
	for _, lost := range []string{"", "HEAD:dir/b.env", "HEAD:dir/deep", "HEAD~1^{tree}"} {
		w, cache, next := newWreck(t), t.TempDir(), planted.Keys(24)
		w.Write("a.env", "no key\n")
		w.Git("tag", "-a", "-m", next().Text(), "v2")
		w.Commit("about " + next().Text())
		if lost != "" {
			w.PackWithout(w.Git("rev-parse", lost))
		} else {
			w.Pack()
		}
		likePlain(t, "at first", w.Repo, cache)
		used := func(when string) {
			t.Helper()
			want := scan(t, w.Repo)
			got, source := rescan(t, w.Repo, cache)
			if !source.UsesPast() {
				t.Errorf("without %q: %s, all commits and trees were read", lost, when)
			}
			if !reflect.DeepEqual(plain(got.Findings), plain(want.Findings)) || !slices.Equal(got.Skips, want.Skips) || got.Sum.Bytes != want.Sum.Bytes {
				t.Errorf("without %q: %s, %+v, want %+v", lost, when, got.Sum, want.Sum)
			}
		}
		w.Git("branch", "other", "HEAD~1")
		used("with another branch")
		w.Git("branch", "-D", "other")
		used("without it")
		w.Git("update-ref", "refs/heads/new", w.Git("commit-tree", "-p", "HEAD", "-m", next().Text(), w.treeWith("x/y.env", next().Text())))
		used("with a commit")
		w.Git("update-ref", "refs/heads/main", "HEAD~1")
		used("with a branch that was moved by force")
		w.Git("update-ref", "refs/heads/new", w.Git("commit-tree", "-p", "new", "-m", "more", w.treeWith("a.env", w.keys["a.env"].Text())))
		used("with a key that is back")
		w.Git("update-ref", "refs/x/tree", w.treeWith("dir/z.env", next().Text()))
		used("with a ref to a tree")
		w.Git("update-ref", "-d", "refs/x/tree")
		used("without it")
	}
}

// treeWith writes the tree of an older commit with another file, and touches no object that was read.
func (w *wreck) treeWith(path, content string) string {
	parts := strings.Split(path, "/")
	kind, id := "100644 blob ", w.Blob(content)
	for i := len(parts) - 1; i > 0; i-- {
		id = w.Feed(kind+id+"\t"+parts[i]+"\n", "mktree")
		kind = "040000 tree "
	}
	lines := []string{kind + id + "\t" + parts[0]}
	for _, line := range w.Lines("ls-tree", w.ids["HEAD~2"]) {
		if !strings.HasSuffix(line, "\t"+parts[0]) {
			lines = append(lines, line)
		}
	}
	return w.Feed(strings.Join(lines, "\n")+"\n", "mktree", "--missing")
}

// An object that is damaged without a change of its size or its time is noticed all the same where the system keeps the time
// of the last change.
func TestDamageWithTheSameTime(t *testing.T) {
	w, cache := newWreck(t), t.TempDir()
	w.Pack()
	likePlain(t, "at first", w.Repo, cache)
	packs, _ := filepath.Glob(filepath.Join(w.Dir, ".git/objects/pack/*.pack"))
	before, err := os.Stat(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	w.Damage(w.ids["HEAD:a.env"])
	if err := os.Chtimes(packs[0], before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	likePlain(t, "damaged", w.Repo, cache)
}

// What is saved holds no key, not even one in a name.
func TestSavedResultTellsNothing(t *testing.T) {
	next := planted.Keys(22)
	w, cache := newWreck(t), t.TempDir()
	named := next()
	w.Write("dir/"+named.ID+"/"+named.Secret, next().Text())
	w.Commit("a commit about " + named.Text())
	w.Git("branch", "b/"+named.Secret)
	w.Git("tag", "-a", "-m", named.Text(), "t-"+named.ID)
	likePlain(t, "at first", w.Repo, cache)
	files, err := filepath.Glob(filepath.Join(cache, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("saved are %v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{named.ID, named.Secret, w.keys["a.env"].ID, "a.env", "refs/", "git."} {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s holds %s", filepath.Ext(file), text[:2])
			}
		}
	}
}

// A result that is damaged, of other rules or of another repository is not used, and neither is one that others may have
// written.
func TestForeignResult(t *testing.T) {
	w, cache := newWreck(t), t.TempDir()
	likePlain(t, "at first", w.Repo, cache)
	other := newWreck(t)
	other.Write("z.env", planted.Keys(23)().Text())
	other.Commit("another key")
	likePlain(t, "another repository", other.Repo, cache)
	files, _ := filepath.Glob(filepath.Join(cache, "*"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, content := range [][]byte{nil, data[:len(data)/2], append(slices.Clone(data), 0), bytes.Repeat([]byte{0xff}, len(data)), flipped(data)} {
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			likePlain(t, "damaged "+filepath.Ext(file), w.Repo, cache)
		}
	}
	for _, from := range files { // what belongs to the one repository in the place of the other's
		for _, to := range files {
			if data, err := os.ReadFile(from); from != to && err == nil {
				if err := os.WriteFile(to, data, 0o600); err != nil {
					t.Fatal(err)
				}
				likePlain(t, "swapped", w.Repo, cache)
				likePlain(t, "swapped", other.Repo, cache)
			}
		}
	}
}

func flipped(data []byte) []byte {
	out := slices.Clone(data)
	out[len(out)/2] ^= 1
	return out
}

// Scans at the same time use the same files.
func TestRepeatedAtTheSameTime(t *testing.T) {
	w, cache := newWreck(t), t.TempDir()
	want := scan(t, w.Repo)
	for range 3 {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				got, _ := rescan(t, w.Repo, cache)
				if !reflect.DeepEqual(plain(got.Findings), plain(want.Findings)) || got.Sum.Bytes != want.Sum.Bytes {
					t.Errorf("%d findings, want %d", len(got.Findings), len(want.Findings))
				}
			})
		}
		wg.Wait()
	}
}

// Options that change the result are not confused.
func TestRepeatedWithOtherOptions(t *testing.T) {
	w, cache := newWreck(t), t.TempDir()
	w.Git("reset", "-q", "--hard", "HEAD~2")
	w.Git("reflog", "expire", "--expire=all", "--all")
	scanWith := func(reachable bool, key byte, limits odb.Limits, remember bool) *planted.Report {
		opened, err := gitrepo.Open(w.Dir, gitrepo.Options{Limits: limits})
		if err != nil {
			t.Fatal(err)
		}
		defer opened.Close()
		o := history.Options{Repo: opened, NoUnreachable: reachable}
		if remember {
			if o.Seen, err = seen.Open(cache, filepath.Join(opened.Common, "objects"), opened.Format(), seen.Key{key}); err != nil {
				t.Fatal(err)
			}
		}
		return planted.Scan(t, []scanner.Source{history.New(o)}, nil)
	}
	for i := range 12 {
		reachable, key, limits := i%2 == 1, byte(i/4), odb.Limits{}
		if key == 1 {
			limits = odb.Limits{MaxStream: 1, MaxObject: 400} // some are streamed, and some too large
		}
		got, want := scanWith(reachable, key, limits, true), scanWith(reachable, key, limits, false)
		got.Sum.Duration, want.Sum.Duration = 0, 0
		if !reflect.DeepEqual(plain(got.Findings), plain(want.Findings)) || !slices.Equal(got.Skips, want.Skips) || got.Sum != want.Sum {
			t.Errorf("scan %d: %+v, want %+v", i, got.Sum, want.Sum)
		}
	}
}

// Random histories, changed at random, scanned after each change.
func TestRepeatedRandomHistories(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			repo, cache := planted.History(t, seed+50, 25, true), t.TempDir()
			likePlain(t, "at first", repo, cache)
			for i, ref := range repo.Lines("for-each-ref", "--format=%(refname)") {
				if i%4 == 0 {
					repo.Git("update-ref", "-d", ref)
				}
			}
			likePlain(t, "without some refs", repo, cache)
			repo.Git("gc", "-q", "--prune=now")
			likePlain(t, "pruned", repo, cache)
		})
	}
}

// A file with a time of the future, or of this very moment, may be written again without a later one.
func TestUnsettledStateIsNotSaved(t *testing.T) {
	w, cache := newWreck(t), t.TempDir()
	future := time.Now().Add(time.Hour)
	id := w.ids["HEAD:a.env"]
	if err := os.Chtimes(filepath.Join(w.Dir, ".git/objects", id[:2], id[2:]), future, future); err != nil {
		t.Fatal(err)
	}
	likePlain(t, "with a time of the future", w.Repo, cache)
	if files, _ := filepath.Glob(filepath.Join(cache, "*.result")); len(files) != 0 {
		t.Errorf("saved are %v", files)
	}
}
