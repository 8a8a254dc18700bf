package history_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
	gitrepo "github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/planted"
	"github.com/akguard/akguard/scanner/source/history"
)

// located is a scan of a history that located some of its contents.
type located struct {
	planted.Sink
	asked  []finding.Place
	places [][]finding.Place
}

// locate scans a history and asks for the places of the contents that are wanted.
func locate(t *testing.T, repo *planted.Repo, wanted func(finding.Place) bool) *located {
	t.Helper()
	r, err := gitrepo.Open(repo.Dir, gitrepo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var l located
	source := history.New(history.Options{Repo: r})
	if err := source.Scan(t.Context(), &l); err != nil {
		t.Fatal(err)
	}
	for _, b := range l.Blobs {
		if wanted(b.Place) {
			l.asked = append(l.asked, b.Place)
		}
	}
	if l.places, err = source.Locate(t.Context(), l.asked, &l); err != nil {
		t.Fatal(err)
	}
	return &l
}

func isBlob(p finding.Place) bool { return p.Source == finding.SourceHistory }

// Attribution is what git says: on random histories, for every blob, the paths, the first commit and the refs. It
// depends neither on how objects are stored, nor on what else is asked about.
func TestAttribution(t *testing.T) { planted.EachFormat(t, testAttribution) }

func testAttribution(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			repo := planted.History(t, seed, 36, seed%2 == 1)
			o := planted.NewOracle(repo)
			introduced := o.Introductions()
			l := locate(t, repo, isBlob)
			checkBlobs(t, repo, l)
			checkPlaces(t, o, introduced, l)
			repo.Pack("-f", "--depth=50", "--window=50")
			l = locate(t, repo, isBlob)
			checkBlobs(t, repo, l)
			checkPlaces(t, o, introduced, l)
			few := func(p finding.Place) bool { return isBlob(p) && p.Blob[0] == '7' }
			checkPlaces(t, o, introduced, locate(t, repo, few))
		})
	}
}

// checkBlobs checks that every blob is read once, and nothing is amiss.
func checkBlobs(t *testing.T, repo *planted.Repo, l *located) {
	t.Helper()
	var seen []string
	for _, p := range l.asked {
		seen = append(seen, p.Blob)
	}
	slices.Sort(seen)
	if all := repo.Objects("blob"); !slices.Equal(seen, all) {
		t.Errorf("%d blobs were scanned, the store has %d", len(seen), len(all))
	}
	if len(l.Skips) > 0 {
		t.Errorf("skips in a whole history: %v", l.Skips)
	}
}

// checkPlaces compares the places of what was asked about with what introduced it.
func checkPlaces(t *testing.T, o *planted.Oracle, introduced map[planted.Spot][]string, l *located) {
	t.Helper()
	want := map[string]int{} // paths of each blob
	for at := range introduced {
		want[at.Blob]++
	}
	for i, asked := range l.asked {
		seen := map[string]bool{}
		for _, p := range l.places[i] {
			checkPlace(t, o, p, introduced[planted.Spot{Path: p.Path, Blob: asked.Blob}])
			seen[p.Path] = true
		}
		if n := want[asked.Blob]; len(l.places[i]) != max(n, 1) || len(seen) != max(n, 1) {
			t.Errorf("%s: found at %d places, want %d", asked.Blob, len(l.places[i]), n)
		}
	}
}

// checkPlace compares one place with the commits that introduced the blob there.
func checkPlace(t *testing.T, o *planted.Oracle, p finding.Place, commits []string) {
	t.Helper()
	if len(commits) == 0 {
		if p.Path != "" {
			t.Errorf("%s: no commit introduced it at %q", p.Blob, p.Path)
		}
		return
	}
	if firsts := o.Firsts(commits); !slices.Contains(firsts, p.Commit) {
		t.Errorf("%s at %s: commit %s, want one of %v", p.Blob, p.Path, p.Commit, firsts)
	}
	refs := o.Refs(commits)
	if !slices.Equal(p.Refs, refs) || p.Reachable != (len(refs) > 0) {
		t.Errorf("%s at %s: refs %v, want %v", p.Blob, p.Path, p.Refs, refs)
	}
}

// Of very many refs, the first are named and the rest counted.
func TestManyRefs(t *testing.T) {
	repo := planted.New(t)
	repo.Write("a", "a")
	commit := repo.Commit("base")
	var script strings.Builder
	for i := range 150 {
		fmt.Fprintf(&script, "create refs/tags/%03d %s\n", i, commit)
	}
	repo.Feed(script.String(), "update-ref", "--stdin")
	p := locate(t, repo, isBlob).places[0][0]
	if len(p.Refs) != 100 || p.MoreRefs != 51 || !p.Reachable || p.Refs[0] != "refs/heads/main" || p.Refs[99] != "refs/tags/098" {
		t.Errorf("%d refs and %d more, from %s to %s", len(p.Refs), p.MoreRefs, p.Refs[0], p.Refs[len(p.Refs)-1])
	}
}

// A commit or tag that cannot be parsed is reported, and its content is scanned all the same.
func TestMalformed(t *testing.T) { planted.EachFormat(t, testMalformed) }

func testMalformed(t *testing.T) {
	repo, next := planted.New(t), planted.Keys(9)
	for kind, header := range map[string]string{"commit": "author nobody\n", "tag": "tag nothing\n"} {
		k := next()
		id := repo.Feed(header+"\n"+k.Text(), "hash-object", "-w", "-t", kind, "--literally", "--stdin")
		r := scan(t, repo)
		f := r.Of(k)
		if f == nil || f.Occurrences[0].Source != finding.SourceMessage || f.Occurrences[0].Line != k.Line {
			t.Errorf("%s: found %+v", kind, f)
		}
		if !slices.ContainsFunc(r.Skips, func(s finding.Skip) bool { return s.Path == id }) {
			t.Errorf("%s: skips are %v, want one of %s", kind, r.Skips, id)
		}
	}
}
