package commits_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/commits"
	"github.com/akguard/akguard/scanner/source/history"
)

// read reads the range of commits from base, which is left out, to head.
func read(t *testing.T, repo *planted.Repo, base, head string) *planted.Sink {
	t.Helper()
	return readRange(t, repo, base+".."+head)
}

func readRange(t *testing.T, repo *planted.Repo, spec string) *planted.Sink {
	t.Helper()
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rng, err := r.ResolveRange(spec)
	if err != nil {
		t.Fatal(err)
	}
	return planted.Read(t, commits.New(commits.Options{Repo: r, Range: rng}))
}

// listed returns the commits of the range: those whose message was read, sorted.
func listed(t *testing.T, s *planted.Sink) []string {
	t.Helper()
	var out []string
	for _, b := range s.Blobs {
		if b.Source == finding.SourceMessage {
			out = append(out, b.Commit)
		}
	}
	slices.Sort(out)
	if s.Commits != len(out) {
		t.Errorf("%d commits are counted, %d were read", s.Commits, len(out))
	}
	return out
}

// On random histories, with merges of all kinds, a range has the commits of git rev-list, and what they introduce. In
// a short one, that holds for wrong clocks too.
func TestRanges(t *testing.T) { planted.EachFormat(t, testRanges) }

func testRanges(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			repo := planted.History(t, 100+seed, 30, seed%2 == 1)
			o := planted.NewOracle(repo)
			introduced, rng := o.Introductions(), rand.New(rand.NewPCG(seed, 1))
			for range 12 {
				base, head := o.Commits[rng.IntN(len(o.Commits))], o.Commits[rng.IntN(len(o.Commits))]
				s := read(t, repo, base, head)
				want := slices.Sorted(slices.Values(o.Range(base, head)))
				if git := slices.Sorted(slices.Values(repo.Lines("rev-list", base+".."+head))); seed%2 == 0 && !slices.Equal(git, want) {
					t.Fatalf("git lists %d commits of %s..%s, the test %d", len(git), base, head, len(want))
				}
				if got := listed(t, s); !slices.Equal(got, want) {
					t.Errorf("%s..%s has %d commits, want %d", base, head, len(got), len(want))
				}
				checkFiles(t, s, want, introduced)
			}
		})
	}
}

// checkFiles compares what was read with what the commits introduced: everything once, and nothing else. Of a new
// folder that a commit has at several paths, one is enough.
func checkFiles(t *testing.T, s *planted.Sink, inRange []string, introduced map[planted.Spot][]string) {
	t.Helper()
	want, blobs := map[planted.Spot]bool{}, map[string]bool{}
	for at, by := range introduced {
		if slices.ContainsFunc(by, func(c string) bool { return slices.Contains(inRange, c) }) {
			want[at] = true
		}
	}
	for _, b := range s.Blobs {
		if b.Source != finding.SourceHistory {
			continue
		}
		at := planted.Spot{Path: b.Path, Blob: b.Blob}
		if !want[at] || !slices.Contains(introduced[at], b.Commit) {
			t.Errorf("%s at %s was read again, or is not what commit %s introduced", b.Blob, b.Path, b.Commit)
		}
		blobs[b.Blob] = true
		delete(want, at)
	}
	for at := range want {
		if !blobs[at.Blob] || !strings.Contains(at.Path, "/") {
			t.Errorf("%s at %s was not read", at.Blob, at.Path)
		}
	}
}

// Where clocks are wrong a range may have a commit too much, and never one too few.
func TestWrongClocks(t *testing.T) {
	for seed := range uint64(3) {
		repo := planted.History(t, 200+seed, 200, true)
		o, rng := planted.NewOracle(repo), rand.New(rand.NewPCG(seed, 2))
		for range 8 {
			base, head := o.Commits[rng.IntN(len(o.Commits)/2)], o.Commits[len(o.Commits)-1-rng.IntN(20)]
			got := listed(t, read(t, repo, base, head))
			for _, c := range o.Range(base, head) {
				if !slices.Contains(got, c) {
					t.Errorf("seed %d: %s..%s lacks %s", seed, base, head, c)
				}
			}
		}
	}
}

// What one commit adds and the next removes is in everybody's clone.
func TestAddedAndRemoved(t *testing.T) {
	repo, k := planted.New(t), planted.Keys(1)()
	base := repo.Commit("base")
	repo.Write("conf/key.env", k.Text())
	added := repo.As("Grace").Commit("add a key")
	repo.Git("rm", "-q", "conf/key.env")
	repo.Commit("remove it")
	s := read(t, repo, base, "HEAD")
	i := slices.IndexFunc(s.Blobs, func(b scanner.Blob) bool { return string(b.Content) == k.Text() })
	if i < 0 {
		t.Fatal("the key was not read")
	}
	at, err := strconv.ParseInt(repo.Git("show", "-s", "--format=%at", added), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	want := finding.Place{
		Source: finding.SourceHistory, Path: "conf/key.env", Blob: repo.Git("rev-parse", added+":conf/key.env"),
		Commit: added, Author: "Grace", Email: "grace@example.com", Date: time.Unix(at, 0).UTC(), Reachable: true,
	}
	if got := s.Blobs[i].Place; !reflect.DeepEqual(got, want) {
		t.Errorf("it is at %+v, want %+v", got, want)
	}
}

// A merge adds its own resolution, and nothing of what was merged into the base before.
func TestMergeInRange(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(2)
	before, evil, branch := next(), next(), next()
	repo.Write("before.env", before.Text())
	base := repo.Commit("base")
	repo.Git("checkout", "-q", "-b", "side")
	repo.Write("side.env", branch.Text())
	repo.Write("both.env", "side\n")
	repo.Commit("side")
	repo.Git("checkout", "-q", "main")
	repo.Write("both.env", "main\n")
	main := repo.Commit("main")
	repo.Fails("merge", "-q", "side")
	repo.Write("both.env", evil.Text())
	repo.Commit("merge")
	for _, c := range []struct {
		base string
		want map[planted.Key]bool
	}{
		{base, map[planted.Key]bool{before: false, evil: true, branch: true}},
		{main, map[planted.Key]bool{before: false, evil: true, branch: true}},
		{"side", map[planted.Key]bool{before: false, evil: true, branch: false}},
		{"HEAD", map[planted.Key]bool{before: false, evil: false, branch: false}},
	} {
		s := read(t, repo, c.base, "HEAD")
		for k, want := range c.want {
			if got := s.Holds(k.ID); got != want {
				t.Errorf("from %s: read is %v, want %v", c.base, got, want)
			}
		}
	}
}

func TestMessages(t *testing.T) {
	repo, k := planted.New(t), planted.Keys(3)()
	base := repo.Commit("base")
	repo.Feed("subject\n\n"+k.Text(), "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head, _ := r.Resolve("HEAD")
	rng, err := r.ResolveRange(base + "..HEAD")
	if err != nil {
		t.Fatal(err)
	}
	f := planted.Scan(t, []scanner.Source{commits.New(commits.Options{Repo: r, Range: rng})}, nil).Of(k)
	if f == nil {
		t.Fatal("the key was not found")
	}
	o := f.Occurrences[0]
	if o.Source != finding.SourceMessage || o.Commit != head.String() || o.Line != k.Line+2 || o.Column != planted.KeyColumn {
		t.Errorf("it is at %+v", o)
	}
}

// A clone that is cut inside the range says so; one that is cut before it is whole for its purpose.
func TestShallow(t *testing.T) { planted.EachFormat(t, testShallow) }

func testShallow(t *testing.T) {
	repo := planted.New(t)
	for i := range 4 {
		repo.Write("a", fmt.Sprint(i))
		repo.Commit("main")
	}
	repo.Git("checkout", "-q", "-b", "feature", "HEAD~2")
	for i := range 3 {
		repo.Write("b", fmt.Sprint(i))
		repo.Commit("feature")
	}
	repo.Git("clone", "-q", "--depth", "2", "--no-single-branch", "file://"+repo.Dir, "../shallow")
	clone := repo.At("../shallow")
	cut := clone.Git("rev-parse", "origin/feature~1")
	for _, c := range []struct {
		base, head string
		skips      []string
	}{
		{"origin/main", "origin/feature", []string{cut}},
		{"origin/feature~1", "origin/feature", nil},
	} {
		var got []string
		for _, skip := range read(t, clone, c.base, c.head).Skips {
			if skip.Reason.Code == "git.shallow" {
				got = append(got, skip.Path)
			}
		}
		if !slices.Equal(got, c.skips) {
			t.Errorf("%s..%s: skips of %v, want %v", c.base, c.head, got, c.skips)
		}
	}
}

// Where git takes history to be cut, so does the range, also while what was there before has not been pruned.
func TestCut(t *testing.T) {
	repo := planted.New(t)
	base := repo.Commit("0")
	for i := range 3 {
		repo.Commit(fmt.Sprint(i))
	}
	cut := repo.Git("rev-parse", "HEAD~1")
	repo.Write(".git/shallow", cut+"\n")
	s := read(t, repo, base, "HEAD")
	if got, want := listed(t, s), slices.Sorted(slices.Values(repo.Lines("rev-list", base+"..HEAD"))); !slices.Equal(got, want) {
		t.Errorf("%d commits are listed, want %d", len(got), len(want))
	}
	if len(s.Skips) != 1 || s.Skips[0].Path != cut {
		t.Errorf("skips are %v, want one of %s", s.Skips, cut)
	}
}

// What the range needs and the store does not have is a Skip, and the rest is read.
func TestMissingAndDamaged(t *testing.T) { planted.EachFormat(t, testMissingAndDamaged) }

func testMissingAndDamaged(t *testing.T) {
	next := planted.Keys(4)
	kept, gone := next(), next()
	made := planted.New(t)
	base := made.Commit("base")
	made.Write("kept.env", kept.Text())
	made.Commit("kept")
	made.Write("dir/lost.env", gone.Text())
	made.Commit("lost")
	made.Write("dir/last", "last\n")
	made.Commit("last")
	for _, lost := range []string{"HEAD:dir/lost.env", "HEAD:dir", "HEAD~1:dir", "HEAD~1^{tree}", "HEAD^{tree}", "HEAD~1"} {
		repo := made.Copy()
		repo.Lose(repo.Git("rev-parse", lost))
		s := read(t, repo, base, "HEAD")
		if len(s.Skips) == 0 {
			t.Errorf("missing %s is not reported", lost)
		}
		if !s.Holds(kept.ID) {
			t.Errorf("without %s, the rest is not read", lost)
		}
	}
}

// Every form of a range lists what git rev-list lists. The zero ID, and the parent of the first commit, reach nothing.
func TestForms(t *testing.T) { planted.EachFormat(t, testForms) }

func testForms(t *testing.T) {
	const zero = "0000000000000000000000000000000000000000"
	for seed := range uint64(4) {
		repo := planted.History(t, 300+seed, 40, false)
		o, rng := planted.NewOracle(repo), rand.New(rand.NewPCG(seed, 3))
		for range 10 {
			a, b := o.Commits[rng.IntN(len(o.Commits))], o.Commits[rng.IntN(len(o.Commits))]
			root := repo.Lines("rev-list", "--max-parents=0", b)[0]
			for spec, revs := range map[string][]string{
				a + "..." + b: {a + "..." + b}, a: {a}, zero + ".." + b: {b}, root + "^.." + b: {b}, root + "~1.." + b: {b},
				a + ".." + b: {a + ".." + b}, a + ".." + zero: nil, zero + "..." + b: {b},
			} {
				var want []string
				if revs != nil {
					want = slices.Sorted(slices.Values(repo.Lines(append([]string{"rev-list"}, revs...)...)))
				}
				if got := listed(t, readRange(t, repo, spec)); !slices.Equal(got, want) {
					t.Errorf("seed %d, %s: %d commits, git lists %d", seed, spec, len(got), len(want))
				}
			}
		}
	}
}

// The message of an annotated tag at the end of a range is content of the range.
func TestTagMessages(t *testing.T) { planted.EachFormat(t, testTagMessages) }

func testTagMessages(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(5)
	inner, outer := next(), next()
	repo.Commit("one")
	repo.As("Grace").Feed("inner\n\n"+inner.Text(), "tag", "-a", "--cleanup=verbatim", "-F", "-", "v1")
	repo.Feed("outer\n\n"+outer.Text(), "tag", "-a", "--cleanup=verbatim", "-F", "-", "v2", "v1")
	for spec, want := range map[string][2]bool{
		"HEAD..v2": {true, true}, "HEAD..v1": {true, false}, "v1": {true, false}, "HEAD...v2": {true, true}, "v2..HEAD": {}, "v2~0": {},
	} {
		s := readRange(t, repo, spec)
		if s.Holds(inner.ID) != want[0] || s.Holds(outer.ID) != want[1] {
			t.Errorf("%s: the messages are read: %v, %v; want %v", spec, s.Holds(inner.ID), s.Holds(outer.ID), want)
		}
	}
	i := slices.IndexFunc(readRange(t, repo, "HEAD..v1").Blobs, func(b scanner.Blob) bool { return b.Blob != "" })
	got := readRange(t, repo, "HEAD..v1").Blobs[i]
	if got.Source != finding.SourceMessage || got.Author != "Grace" || got.Commit != repo.Git("rev-parse", "HEAD") ||
		got.Blob != repo.Git("rev-parse", "v1") || !got.Reachable || got.HeaderLines == 0 {
		t.Errorf("the tag is %+v", got)
	}
}

// Onto a full clone, a base is fetched with --depth=1: its history is cut, so that old commits look new. That is
// reported. A range that ends in its base is certain, however short the base's history is.
func TestBaseIsCut(t *testing.T) {
	origin := planted.New(t)
	for i := range 3 {
		origin.Write("a", fmt.Sprint(i))
		origin.Commit("old")
	}
	origin.Git("clone", "-q", "file://"+origin.Dir, "../clone")
	clone := origin.At("../clone")
	clone.Git("checkout", "-q", "-b", "feature")
	clone.Write("b", "feature")
	clone.Commit("feature")
	origin.Write("a", "new")
	tip := origin.Commit("new")
	clone.Git("fetch", "-q", "--depth=1", "origin", "main")
	s := read(t, clone, "FETCH_HEAD", "feature")
	want := []finding.Skip{{Path: tip, Reason: reason.New("git.base-shallow")}}
	if !slices.Equal(s.Skips, want) {
		t.Errorf("skips are %v, want %v", s.Skips, want)
	}
	clone.Git("checkout", "-q", "-b", "on-top", "FETCH_HEAD")
	clone.Write("b", "on top")
	clone.Commit("on top")
	if s := read(t, clone, "FETCH_HEAD", "on-top"); len(s.Skips) > 0 || s.Commits != 1 {
		t.Errorf("a range that ends in its base: %d commits, skips %v", s.Commits, s.Skips)
	}
}

// Whoever touches a file is not blamed for what others had committed in it. A range names the commit that introduced a
// credential, as a scan of the whole history does: before the range, in it, or under the old name of the file.
func TestIntroducedEarlier(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(6)
	old, moved, recent, removed := next(), next(), next(), next()
	repo.Write("old.env", old.Text())
	repo.Write("before.env", moved.Text())
	repo.Write("removed.env", removed.Text())
	introduced := repo.As("Grace").Commit("two keys")
	repo.Git("rm", "-q", "removed.env")
	base := repo.Commit("base")
	repo.Write("recent.env", recent.Text())
	added := repo.As("Linus").Commit("a recent key")
	repo.Write("old.env", old.Text()+"# a comment\n")
	repo.Write("recent.env", recent.Text()+"# a comment\n")
	repo.Git("mv", "before.env", "after.env")
	repo.Write("after.env", moved.Text()+"# a comment\n")
	repo.As("Barbara").Commit("comments")
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rng, err := r.ResolveRange(base + "..HEAD")
	if err != nil {
		t.Fatal(err)
	}
	report := planted.Scan(t, []scanner.Source{commits.New(commits.Options{Repo: r, Range: rng})}, nil)
	whole := planted.Scan(t, []scanner.Source{history.New(history.Options{Repo: r})}, nil)
	for _, c := range []struct {
		key            planted.Key
		commit, author string
	}{{old, introduced, "Grace"}, {moved, introduced, "Grace"}, {recent, added, "Linus"}} {
		f := report.Of(c.key)
		if f == nil || f.Occurrences[0].Commit != c.commit || f.Occurrences[0].Author != c.author {
			t.Fatalf("%+v, want commit %s of %s", f, c.commit, c.author)
		}
		if want := whole.Of(c.key).Occurrences[0].Place; f.Occurrences[0].Commit != want.Commit || f.Occurrences[0].Path != want.Path {
			t.Errorf("a range says %+v, the whole history %+v", f.Occurrences[0].Place, want)
		}
	}
	if report.Of(removed) != nil || len(report.Findings) != 3 {
		t.Errorf("%d findings: what is not in the range must not be reported", len(report.Findings))
	}
	if s := report.Sum; s.Commits != 2 || !s.Complete {
		t.Errorf("the summary is %+v", s)
	}
}
