package odb_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// walked returns what a walk over an open repository visits.
func walked(t *testing.T, objects odb.Reader) *recorder {
	t.Helper()
	got := &recorder{objects: map[string]string{}, unreadable: map[string]string{}}
	if err := objects.Walk(context.Background(), odb.Walk{Types: allTypes, Visitor: got}); err != nil {
		t.Fatal(err)
	}
	return got
}

// Packs have other names than pack-*: git's maintenance writes loose-*, others prefetch-* or what they like.
func TestPackNames(t *testing.T) {
	for _, name := range []string{"loose-0123", "prefetch-0123", "pack", "mine.old", ".tmp-1-pack-0123"} {
		r := planted.New(t)
		versions(r, 10)
		r.Git("repack", "-adfq")
		want := truth(t, r)
		dir := filepath.Join(r.Dir, ".git/objects/pack")
		files, _ := filepath.Glob(filepath.Join(dir, "pack-*"))
		for _, file := range files {
			if err := os.Rename(file, filepath.Join(dir, name+filepath.Ext(file))); err != nil {
				t.Fatal(err)
			}
		}
		same(t, walked(t, open(t, r.Dir, odb.Limits{}).Objects), want)
	}
}

// A pack without an index is reported under any name, and one that git is writing is not.
func TestPackWithoutIndex(t *testing.T) {
	r := planted.New(t)
	versions(r, 3)
	for name, want := range map[string]int{"loose-1.pack": 1, "tmp_pack_x": 0, ".tmp-9-pack-1.pack": 0} {
		path := filepath.Join(r.Dir, ".git/objects/pack", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("PACK"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := walked(t, open(t, r.Dir, odb.Limits{}).Objects); len(got.unreadable) != want {
			t.Errorf("%s: %v", name, got.unreadable)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// A loose object with the content of another is damaged, also where it is streamed. A good copy elsewhere is read instead.
func TestLooseObjectsAreHashed(t *testing.T) { planted.EachFormat(t, testLooseObjectsAreHashed) }

func testLooseObjectsAreHashed(t *testing.T) {
	for _, limits := range []odb.Limits{{}, {MaxStream: 1}} {
		r, other := planted.New(t), planted.New(t)
		a, b := r.Blob("the content of a\n"), r.Blob("the content of b\n")
		replace(t, r, a, b)
		got := walked(t, open(t, r.Dir, limits).Objects)
		if got.unreadable[a] == "" || len(got.unreadable) != 1 {
			t.Errorf("with %+v: unreadable %v", limits, got.unreadable)
		}
		other.Blob("the content of a\n")
		alternates := filepath.Join(r.Dir, ".git/objects/info/alternates")
		if err := os.WriteFile(alternates, []byte(filepath.Join(other.Dir, ".git/objects")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := walked(t, open(t, r.Dir, limits).Objects); len(got.unreadable) != 0 {
			t.Errorf("with %+v and a good copy: unreadable %v", limits, got.unreadable)
		}
	}
}

// replace gives the loose object with the ID to the content of another.
func replace(t *testing.T, r *planted.Repo, to, from string) {
	t.Helper()
	path := func(id string) string { return filepath.Join(r.Dir, ".git/objects", id[:2], id[2:]) }
	data, err := os.ReadFile(path(from))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path(to)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path(to), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Loose objects that are packed while the repository is open are found in the pack.
func TestObjectsMoveWhileOpen(t *testing.T) { planted.EachFormat(t, testObjectsMoveWhileOpen) }

func testObjectsMoveWhileOpen(t *testing.T) {
	r := planted.New(t)
	versions(r, 20)
	want := truth(t, r)
	before := open(t, r.Dir, odb.Limits{}) // has listed no loose objects
	listed := open(t, r.Dir, odb.Limits{})
	listed.Objects.Count()
	r.Git("repack", "-adfq")
	r.Git("prune-packed", "-q")
	same(t, walked(t, before.Objects), want)
	same(t, walked(t, listed.Objects), want)
}

// Of many goroutines that miss an object at the same time, one opens the new pack, and all find their objects in it.
func TestObjectsMoveAtOnce(t *testing.T) {
	for range 20 {
		r := planted.New(t)
		versions(r, 20)
		before := open(t, r.Dir, odb.Limits{})
		ids := r.Lines("rev-list", "--all", "--objects", "--no-object-names")
		r.Git("repack", "-adfq")
		var all sync.WaitGroup
		begin := make(chan bool)
		for _, id := range ids {
			all.Go(func() {
				<-begin
				parsed, _ := r.Format.ParseID(id)
				if _, err := before.Objects.Read(parsed); err != nil {
					t.Errorf("object %s: %v", id, err)
				}
			})
		}
		close(begin)
		all.Wait()
	}
}

// repacking moves all objects between packs and loose files until it is told to stop.
const repacking = `
id=$(git rev-parse HEAD)
while [ ! -e .git/stop ]; do
	git repack -adfq
	git update-ref --no-deref -d refs/heads/main
	git repack -Adq
	git update-ref refs/heads/main $id
	git repack -dq
	git prune-packed -q
done`

// Beside a loop that repacks, every scan is complete.
func TestRepackBeside(t *testing.T) {
	r := planted.New(t)
	versions(r, 40)
	r.Git("config", "core.logAllRefUpdates", "false")
	r.Git("reflog", "expire", "--expire=all", "--all")
	want := truth(t, r)
	cmd := exec.Command("sh", "-c", repacking)
	cmd.Dir = r.Dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.WriteFile(filepath.Join(r.Dir, ".git/stop"), nil, 0o600); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait()
	}()
	for range 60 {
		same(t, walked(t, open(t, r.Dir, odb.Limits{}).Objects), want)
		if t.Failed() {
			return
		}
	}
}
