package history_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/internal/seen"
	"github.com/akguard/akguard/scanner/source/history"
)

// rescan scans with what earlier calls have seen, which is kept in the folder cache.
func rescan(t *testing.T, repo *planted.Repo, cache string) (*planted.Report, *counted) {
	t.Helper()
	opened, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	record, err := seen.Open(cache, filepath.Join(opened.Common, "objects"), opened.Format(), seen.Key{})
	if err != nil {
		t.Fatal(err)
	}
	source := &counted{Source: history.New(history.Options{Repo: opened, Seen: record})}
	return planted.Scan(t, []scanner.Source{source}, nil), source
}

// counted is a history that counts what it hands over.
type counted struct {
	*history.Source
	blobs, commits atomic.Int64
}

func (c *counted) Scan(ctx context.Context, sink scanner.Sink) error {
	return c.Source.Scan(ctx, &counting{sink.(scanner.Screener), c})
}

type counting struct {
	scanner.Screener
	counted *counted
}

func (c *counting) Blob(ctx context.Context, b scanner.Blob) error {
	if b.Source == finding.SourceHistory {
		c.counted.blobs.Add(1)
	}
	return c.Screener.Blob(ctx, b)
}

func (c *counting) Dropped(size int64) {
	c.counted.blobs.Add(1)
	c.Screener.Dropped(size)
}

func (c *counting) Commit() {
	c.counted.commits.Add(1)
	c.Screener.Commit()
}

// likePlain fails unless a scan with a memory reports what one without reports, twice.
func likePlain(t *testing.T, when string, repo *planted.Repo, cache string) {
	t.Helper()
	want := scan(t, repo)
	for _, again := range []string{"", ", again"} {
		got, _ := rescan(t, repo, cache)
		if !reflect.DeepEqual(plain(got.Findings), plain(want.Findings)) {
			t.Errorf("%s%s: %d findings, want %d, or they are elsewhere", when, again, len(got.Findings), len(want.Findings))
		}
		if !slices.Equal(got.Skips, want.Skips) {
			t.Errorf("%s%s: skips %v, want %v", when, again, got.Skips, want.Skips)
		}
		got.Sum.Duration, want.Sum.Duration = 0, 0
		if got.Sum != want.Sum {
			t.Errorf("%s%s: summary %+v, want %+v", when, again, got.Sum, want.Sum)
		}
	}
}

// plain leaves out the rules: they hold functions, which never compare equal.
func plain(findings []finding.Finding) []finding.Finding {
	out := slices.Clone(findings)
	for i := range out {
		out[i].Rule = rules.Rule{}
	}
	return out
}

// The record of earlier scans changes what is read, but not what is reported, however the repository grew, was repacked,
// or lost objects and got them back.
func TestRecordChangesNoResult(t *testing.T) { planted.EachFormat(t, testRecordChangesNoResult) }

func testRecordChangesNoResult(t *testing.T) {
	w, cache, next := newWreck(t), t.TempDir(), planted.Keys(9)
	likePlain(t, "at first", w.Repo, cache)
	w.Write("new.env", next().Text())
	w.Commit("a new key")
	likePlain(t, "with a new key", w.Repo, cache)
	w.Pack("-f")
	likePlain(t, "packed", w.Repo, cache)
	w.Write("a.env", "nothing any more\n")
	w.Commit("the old key goes")
	likePlain(t, "with a new version", w.Repo, cache)
	w.Git("mv", "dir", "moved")
	w.Commit("moved")
	likePlain(t, "with an old blob at a new path", w.Repo, cache)
	w.Git("tag", "-a", "-m", next().Text(), "v2")
	likePlain(t, "with a key in a tag", w.Repo, cache)
	w.Git("reset", "-q", "--hard", "HEAD~2")
	w.Git("reflog", "expire", "--expire=all", "--all")
	likePlain(t, "with commits that no ref reaches", w.Repo, cache)
	w.Git("gc", "-q", "--prune=now")
	likePlain(t, "pruned", w.Repo, cache)

	w.Unpack()
	for _, rev := range []string{"HEAD:a.env", "HEAD:dir/deep", "HEAD~1^{tree}", "HEAD~1"} {
		path := filepath.Join(w.Dir, ".git", "objects", w.Git("rev-parse", rev)[:2], w.Git("rev-parse", rev)[2:])
		away := filepath.Join(t.TempDir(), "away")
		if err := os.Rename(path, away); err != nil {
			t.Fatal(err)
		}
		likePlain(t, "without "+rev, w.Repo, cache)
		if err := os.Rename(away, path); err != nil {
			t.Fatal(err)
		}
		likePlain(t, "with it again", w.Repo, cache)
	}
}

// Where nothing is found and no object is new, trees are not read. Refs are looked at all the same.
func TestRecordAndMissingTarget(t *testing.T) { planted.EachFormat(t, testRecordAndMissingTarget) }

func testRecordAndMissingTarget(t *testing.T) {
	repo, cache := planted.New(t), t.TempDir()
	repo.Write("a", "nothing")
	repo.Commit("nothing")
	likePlain(t, "at first", repo, cache)
	gone := strings.Repeat("12", repo.Format.Size())
	if err := os.WriteFile(filepath.Join(repo.Dir, ".git", "refs", "heads", "gone"), []byte(gone+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := scan(t, repo); len(got.Skips) != 1 {
		t.Fatalf("skips %v, want that of the ref", got.Skips)
	}
	likePlain(t, "with a ref to a missing object", repo, cache)
}

// Random histories, scanned at every few commits.
func TestRecordOfRandomHistories(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			whole, cache := planted.History(t, seed, 40, true), t.TempDir()
			repo := planted.New(t, "--bare")
			for i, commit := range whole.Lines("rev-list", "--reverse", "--topo-order", "--all") {
				if i%9 == 0 {
					repo.Git("fetch", "-q", whole.Dir, commit+":refs/heads/b"+fmt.Sprint(i))
					if seed%2 == 1 {
						repo.Git("commit-graph", "write", "--reachable", "--split")
					}
					likePlain(t, commit, repo, cache)
				}
			}
		})
	}
}

// Findings are reported even if the record of this scan cannot be saved.
func TestRecordCannotBeSaved(t *testing.T) {
	w, cache := newWreck(t), filepath.Join(t.TempDir(), "cache")
	opened, err := gitrepo.Open(w.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	record, err := seen.Open(cache, filepath.Join(opened.Common, "objects"), opened.Format(), seen.Key{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(cache); err != nil {
		t.Fatal(err)
	}
	source := history.New(history.Options{Repo: opened, Seen: record})
	r := planted.Scan(t, []scanner.Source{source}, nil)
	if source.Unsaved() == nil || len(r.Findings) != len(w.keys) || !r.Sum.Complete {
		t.Errorf("%d findings, unsaved because %v", len(r.Findings), source.Unsaved())
	}
}

// A repeated scan reads what is new.
func TestOnlyNewObjectsAreRead(t *testing.T) { planted.EachFormat(t, testOnlyNewObjectsAreRead) }

func testOnlyNewObjectsAreRead(t *testing.T) {
	for _, pack := range []bool{false, true} {
		repo, cache := planted.New(t), t.TempDir()
		for i := range 30 {
			repo.Write("file.txt", strings.Repeat(fmt.Sprintf("line of %d\n", i), 50))
			repo.Commit(fmt.Sprint(i))
		}
		if pack {
			repo.Pack()
		}
		read := func(when string, blobs, commits int64, reused int) {
			t.Helper()
			r, source := rescan(t, repo, cache)
			if b, c, n := source.blobs.Load(), source.commits.Load(), source.Reused(); b != blobs || c != commits || n != reused || !r.Sum.Complete {
				t.Errorf("%s, the scan read %d blobs and %d commits, and reused %d objects; want %d, %d and %d", when, b, c, n, blobs, commits, reused)
			}
		}
		read("at first", 30, 30, 0)
		read("again", 0, 0, 90)
		repo.Write("other.txt", "new\n")
		repo.Commit("one more")
		if pack {
			read("after a commit", 1, 1, 90)
		} else { // git may have renewed the time of the other file's object; now it is renewed
			id := repo.Git("rev-parse", "HEAD:file.txt")
			renewed := time.Now().Add(-time.Hour)
			if err := os.Chtimes(filepath.Join(repo.Dir, ".git", "objects", id[:2], id[2:]), renewed, renewed); err != nil {
				t.Fatal(err)
			}
			read("after a commit", 2, 1, 89)
		}
		repo.Pack("-f", "--depth=50")
		read("after a repack", 0, 0, 93)
	}
}

// An object that is in two packs is recorded under neither of them if it has a match. Git makes such objects when it
// completes a thin pack.
func TestMemoryOfObjectInTwoPacks(t *testing.T) { planted.EachFormat(t, testMemoryOfObjectInTwoPacks) }

func testMemoryOfObjectInTwoPacks(t *testing.T) {
	key := planted.Keys(11)()
	repo, cache := planted.New(t), t.TempDir()
	repo.Write("key.env", key.Text())
	repo.Commit("a key")
	repo.Git("repack", "-q", "-ad")
	for _, object := range []string{"HEAD:key.env", "HEAD", "HEAD^{tree}"} {
		repo.Feed(repo.Git("rev-parse", object)+"\n", "pack-objects", "-q", filepath.Join(repo.Dir, ".git/objects/pack/pack"))
	}
	for range 3 {
		likePlain(t, "with three more packs", repo, cache)
	}
	if got, _ := rescan(t, repo, cache); got.Of(key) == nil {
		t.Error("the key is not found")
	}
}

// A commit-graph that leaves out a parent does not make the parent's content seem read, or unreachable.
func TestMemoryAndForgedCommitGraph(t *testing.T) {
	next := planted.Keys(12)
	repo, cache := planted.New(t), t.TempDir()
	repo.Write("key.env", next().Text())
	repo.Commit("a key")
	repo.Write("key.env", "nothing\n")
	repo.Commit("no key")
	_, _ = rescan(t, repo, cache)
	forgeCommitGraph(t, repo)
	repo.Git("config", "core.commitGraph", "false") // so that the oracle does not believe it either
	for _, when := range []string{"forged", "forged, again"} {
		likePlain(t, when, repo, cache)
	}
}

// forgeCommitGraph writes a commit-graph in which no commit has a parent.
func forgeCommitGraph(t *testing.T, repo *planted.Repo) {
	t.Helper()
	repo.Git("commit-graph", "write", "--reachable")
	path := filepath.Join(repo.Dir, ".git/objects/info/commit-graph")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil { // git makes it read-only
		t.Fatal(err)
	}
	for _, commit := range repo.Lines("rev-list", "--all") {
		tree, _ := hex.DecodeString(repo.Git("rev-parse", commit+"^{tree}"))
		at := bytes.LastIndex(data, tree)
		binary.BigEndian.PutUint32(data[at+20:], 0x70000000)
	}
	sum := sha1.Sum(data[:len(data)-20])
	copy(data[len(data)-20:], sum[:])
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
