package odb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// versions commits n versions of a text file, so that packing makes chains of deltas.
func versions(r *planted.Repo, n int) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	lines := make([]string, 200)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", rng.Uint64())
	}
	for i := range n {
		lines[rng.IntN(len(lines))] = fmt.Sprint("changed ", i, " ", rng.Uint64())
		r.Write("a/b/file.txt", strings.Join(lines, "\n"))
		r.Write(fmt.Sprintf("dir%d/other%d.txt", i%7, i), fmt.Sprint(i))
		r.Commit(fmt.Sprint("version ", i))
	}
}

// layouts are the ways in which git stores the same history.
func layouts(t *testing.T) map[string]func(r *planted.Repo) string {
	return map[string]func(r *planted.Repo) string{
		"loose":  func(r *planted.Repo) string { return r.Dir },
		"packed": func(r *planted.Repo) string { r.Git("repack", "-adfq", "--depth=50", "--window=50"); return r.Dir },
		"bases by name": func(r *planted.Repo) string {
			r.Git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50")
			return r.Dir
		},
		"index version 1": func(r *planted.Repo) string {
			r.Git("-c", "pack.indexVersion=1", "repack", "-adfq")
			return r.Dir
		},
		"two packs and loose": func(r *planted.Repo) string {
			r.Git("repack", "-dq")
			versions(r, 9)
			r.Git("repack", "-dq")
			r.Write("loose", "loose")
			r.Commit("loose")
			return r.Dir
		},
		"packed and loose too": func(r *planted.Repo) string { r.Git("repack", "-aq"); return r.Dir },
		"bare": func(r *planted.Repo) string {
			dir := filepath.Join(t.TempDir(), "bare.git")
			r.Git("clone", "-q", "--bare", "--no-local", ".", dir)
			return dir
		},
		"alternates of alternates": func(r *planted.Repo) string {
			top := t.TempDir()
			r.Git("clone", "-q", "--shared", ".", filepath.Join(top, "one"))
			one := r.At(filepath.Join(top, "one"))
			one.Write("one", "one")
			one.Commit("one")
			one.Git("clone", "-q", "--shared", ".", filepath.Join(top, "two"))
			two := one.At(filepath.Join(top, "two"))
			two.Write("two", "two")
			two.Commit("two")
			return two.Dir
		},
		"linked worktree": func(r *planted.Repo) string {
			dir := filepath.Join(t.TempDir(), "linked")
			r.Git("worktree", "add", "-q", "-b", "linked", dir)
			return dir
		},
		"multi-pack-index": func(r *planted.Repo) string {
			r.Git("repack", "-dq")
			versions(r, 5)
			r.Git("repack", "-dq")
			r.Git("multi-pack-index", "write")
			return r.Dir
		},
	}
}

// damageIndexes damages the indexes of all packs in two ways.
func damageIndexes(t *testing.T, r *planted.Repo) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", "pack", "*.idx"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for i, file := range files {
		_ = os.Chmod(file, 0o644)
		if err := os.Truncate(file, int64(i*600)); err != nil {
			t.Fatal(err)
		}
	}
}

// Where pack indexes are damaged, the multi-pack-index replaces them. It locates one copy of an object that is in two
// packs; nothing is missed then, but the walk cannot know that and reports the other pack.
func TestMultiPackIndex(t *testing.T) { planted.EachFormat(t, testMultiPackIndex) }

func testMultiPackIndex(t *testing.T) {
	for _, twice := range []bool{false, true} {
		r := planted.New(t)
		versions(r, 9)
		r.Git("repack", "-dq")
		versions(r, 5)
		r.Git("repack", "-dq")
		if twice {
			r.Feed("HEAD~3\n", "pack-objects", "-q", "--revs", filepath.Join(r.Dir, ".git", "objects", "pack", "pack"))
		}
		want := truth(t, r)
		r.Git("multi-pack-index", "write")
		damageIndexes(t, r)
		got := walk(t, r.Dir, odb.Limits{})
		if (len(got.unreadable) > 0) != twice {
			t.Errorf("twice is %v, unreadable: %v", twice, got.unreadable)
		}
		for what, why := range got.unreadable {
			if !strings.Contains(why, "git.pack-index(") {
				t.Errorf("unreadable %s: %s", what, why)
			}
		}
		got.unreadable = nil
		same(t, got, want)
	}
}

func TestWalkSeesWhatGitHas(t *testing.T) { planted.EachFormat(t, testWalkSeesWhatGitHas) }

func testWalkSeesWhatGitHas(t *testing.T) {
	base := planted.New(t)
	versions(base, 25)
	base.Git("tag", "-a", "-m", "a tag", "v1")
	base.Git("notes", "add", "-m", "a note")
	for name, lay := range layouts(t) {
		t.Run(name, func(t *testing.T) {
			dir := lay(base.Copy())
			want := truth(t, base.At(dir))
			for _, limits := range []odb.Limits{{}, {Workers: 1, MaxStream: 100}} {
				same(t, walk(t, dir, limits), want)
			}
			repo := open(t, dir, odb.Limits{CacheSize: 1 << 12})
			ids := []object.ID{{1}}
			for id, content := range want {
				oid, _ := base.Format.ParseID(id)
				ids = append(ids, oid)
				o, err := repo.Objects.Read(oid)
				if err != nil || o.Type.String()+" "+string(o.Content) != content || repo.Objects.ID(repo.Objects.IndexOf(oid)) != oid {
					t.Fatalf("Read(%s): %v", id, err)
				}
			}
			if _, err := repo.Objects.Read(object.ID{1}); !errors.Is(err, odb.ErrMissing) || repo.Objects.IndexOf(object.ID{1}) != odb.NoIndex {
				t.Errorf("a missing object: %v", err)
			}
			indexes := repo.Objects.IndexesOf([]odb.Index{7}, ids)
			for i, id := range ids {
				if n := repo.Objects.IndexOf(id); len(indexes) != 1+len(ids) || indexes[0] != 7 || indexes[1+i] != n {
					t.Errorf("%d indexes, and those of %s: %d and %d", len(indexes), id, indexes[1+i], n)
				}
			}
		})
	}
}

func TestEmptyRepository(t *testing.T) {
	if got := walk(t, planted.New(t).Dir, odb.Limits{}); len(got.objects)+len(got.unreadable) > 0 {
		t.Errorf("an empty repository holds %v, unreadable %v", got.objects, got.unreadable)
	}
}

// Where a delta joins two parts without a hint, the hint must be seen.
func TestScreenSeesWhatIsJoined(t *testing.T) {
	r := planted.New(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		var lines []string
		for range 200 {
			lines = append(lines, fmt.Sprintf("%x", rng.Uint64()))
		}
		r.Write("f", strings.Join(lines, "\n")+"A"+strings.Repeat("-", 100)+"B and CD\n"+strings.Join(lines[:100], " "))
		r.Commit(fmt.Sprint("apart ", i))
		r.Write("f", strings.Join(lines, "\n")+"AB and CD\n"+strings.Join(lines[:100], " "))
		r.Commit(fmt.Sprint("joined ", i))
	}
	r.Git("repack", "-adfq", "--depth=50", "--window=50")
	if got := screened(t, r.Dir); len(got) != 20 {
		t.Errorf("kept %d of 20 blobs", len(got))
	}
}

// A screen must never rule out what holds something, however deltas cut it.
func TestScreenMissesNothing(t *testing.T) {
	for seed := range uint64(5) {
		r := planted.New(t)
		rng := rand.New(rand.NewPCG(seed, 1))
		var text []byte
		for i := range 40 {
			edit(rng, &text)
			r.Write("f", string(text))
			r.Commit(fmt.Sprint(i))
		}
		r.Git("repack", "-adfq", "--depth=50", "--window=50")
		got, dropped := screened(t, r.Dir), 0
		for id, content := range truth(t, r) {
			if !strings.HasPrefix(content, "blob ") {
				continue
			}
			if _, kept := got[id]; kept != near([]byte(content[5:])) {
				t.Errorf("seed %d, blob %s: kept %v", seed, id, kept)
			} else if !kept {
				dropped++
			}
		}
		if dropped == 0 {
			t.Errorf("seed %d: nothing was ruled out", seed)
		}
	}
}

// near is what a rule may look like: a word, and another one at most reach bytes behind it.
func near(content []byte) bool {
	for i := range content {
		if strings.HasPrefix(string(content[i:min(len(content), i+2)]), "AB") &&
			strings.Contains(string(content[i:min(len(content), i+reach)]), "CD") {
			return true
		}
	}
	return false
}

const reach = 20

func edit(rng *rand.Rand, text *[]byte) {
	piece := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abcdefgh\n  xyz"[rng.IntN(14)]
		}
		for _, word := range []string{"A", "B", "C", "D", "AB", "CD"} {
			if n > 4 && rng.IntN(5) == 0 {
				copy(b[rng.IntN(n-2):], word)
			}
		}
		return b
	}
	if len(*text) < 3000 {
		*text = piece(3000)
		return
	}
	at := rng.IntN(len(*text))
	end := min(len(*text), at+rng.IntN(40))
	*text = append(append(append([]byte{}, (*text)[:at]...), piece(rng.IntN(40))...), (*text)[end:]...)
	if rng.IntN(4) == 0 { // move a stretch, so that seams join what was apart
		cut := rng.IntN(len(*text))
		*text = append(append([]byte{}, (*text)[cut:]...), (*text)[:cut]...)
	}
}

func screened(t *testing.T, dir string) map[string]string {
	t.Helper()
	r := &recorder{objects: map[string]string{}, unreadable: map[string]string{}}
	err := open(t, dir, odb.Limits{}).Objects.Walk(context.Background(), odb.Walk{
		Types: object.TypesOf(object.Blob), Visitor: r,
		Screen: &odb.Screen{
			Reach: reach, Matches: near, Dropped: func(odb.Index, int64) {},
			Hints: func(part []byte, visit func(int) bool) {
				for at := range part {
					if bytes.HasPrefix(part[at:], []byte("AB")) && !visit(at) {
						return
					}
				}
			}, HintSize: 2,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.objects
}

// Trees must say of each tree what git ls-tree says, whatever it is stored as.
func TestTreesAreWhatGitSays(t *testing.T) { planted.EachFormat(t, testTreesAreWhatGitSays) }

func testTreesAreWhatGitSays(t *testing.T) {
	r := planted.History(t, 3, 120, false)
	for _, pack := range []bool{false, true} {
		if pack {
			r.Git("repack", "-adfq", "--depth=50", "--window=50")
		}
		got := trees(t, r.Dir)
		for id, content := range truth(t, r) {
			if !strings.HasPrefix(content, "tree ") {
				continue
			}
			want := map[string]string{}
			if err := object.EachEntry(r.Format, []byte(content[5:]), func(e object.TreeEntry) { want[string(e.Name)] = e.ID.String() }); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(got(id)) != fmt.Sprint(want) {
				t.Fatalf("packed %v, tree %s: %v, want %v", pack, id, got(id), want)
			}
		}
	}
}

// treeVisitor keeps every entry.
type treeVisitor func(odb.TreeChange)

func (treeVisitor) Keep(object.TreeEntry) bool { return true }
func (v treeVisitor) Visit(c odb.TreeChange)   { v(c) }

// trees puts the changes together again.
func trees(t *testing.T, dir string) func(id string) map[string]string {
	t.Helper()
	type change struct {
		base           string
		removed, added map[string]string
	}
	r := &recorder{}
	changes := map[string]change{}
	entries := func(list []object.TreeEntry) map[string]string {
		out := map[string]string{}
		for _, e := range list {
			out[string(e.Name)] = e.ID.String()
		}
		return out
	}
	objects := open(t, dir, odb.Limits{}).Objects
	name := func(n odb.Index) string {
		if n == odb.NoIndex {
			return ""
		}
		return objects.ID(n).String()
	}
	err := objects.Trees(context.Background(), odb.TreeWalk{
		Visitor: func() odb.TreeVisitor {
			return treeVisitor(func(c odb.TreeChange) {
				r.mu.Lock()
				defer r.mu.Unlock()
				changes[name(c.Tree)] = change{name(c.Base), entries(c.Removed), entries(c.Added)}
			})
		},
		Unreadable: func(l odb.Unreadable) { t.Errorf("unreadable %v", l) },
	})
	if err != nil {
		t.Fatal(err)
	}
	var resolve func(id string) map[string]string
	resolve = func(id string) map[string]string {
		out := map[string]string{}
		c, ok := changes[id]
		if !ok {
			return out
		}
		for name, entry := range resolve(c.base) {
			if c.removed[name] == "" {
				out[name] = entry
			}
		}
		for name, entry := range c.added {
			out[name] = entry
		}
		return out
	}
	return resolve
}

func TestWalkStops(t *testing.T) {
	r := planted.New(t)
	versions(r, 30)
	r.Git("repack", "-adfq")
	repo := open(t, r.Dir, odb.Limits{})
	ctx, cancel := context.WithCancel(context.Background())
	stop := errors.New("enough")
	for name, v := range map[string]visitFunc{
		"cancelled":            func(odb.Object) error { cancel(); return nil },
		"error of the visitor": func(odb.Object) error { return stop },
	} {
		err := repo.Objects.Walk(ctx, odb.Walk{Types: allTypes, Visitor: v})
		if !errors.Is(err, stop) && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Walk returned %v", name, err)
		}
	}
}

type visitFunc func(odb.Object) error

func (f visitFunc) Object(_ context.Context, o odb.Object) error { return f(o) }
func (f visitFunc) Unreadable(odb.Unreadable)                    {}

func BenchmarkWalk(b *testing.B) {
	r := planted.New(b)
	versions(r, 200)
	r.Git("repack", "-adfq", "--depth=50")
	repo := open(b, r.Dir, odb.Limits{})
	for b.Loop() {
		err := repo.Objects.Walk(context.Background(), odb.Walk{Types: allTypes, Visitor: visitFunc(func(odb.Object) error { return nil })})
		if err != nil {
			b.Fatal(err)
		}
	}
}
