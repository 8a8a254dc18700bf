package input_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// from returns the plants with only their places in these sources.
func (g *garden) from(sources ...string) []plant {
	var out []plant
	for _, p := range g.plants {
		p.places = slices.DeleteFunc(slices.Clone(p.places), func(at place) bool { return !slices.Contains(sources, at.source) })
		if len(p.places) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func linkedWorktree(t *testing.T, g garden) {
	plants := g.from(finding.SourceHistory, finding.SourceMessage, finding.SourceIndex)
	i := slices.IndexFunc(plants, func(p plant) bool { return p.name == "commit made in a linked worktree" })
	plants[i].places = append(plants[i].places, place{source: finding.SourceWorktree, path: "in/linked.env"})
	for _, name := range []string{"src/after.py", "merged.env"} { // what the branch has of main
		for i, p := range plants {
			if slices.ContainsFunc(p.places, func(at place) bool { return at.path == name }) {
				plants[i].places = append(p.places, place{source: finding.SourceWorktree, path: name})
			}
		}
	}
	k := g.next()
	g.linked.Write("dir/untracked.env", k.Text())
	g.plants, g.logs = nil, slices.DeleteFunc(slices.Clone(g.logs), func(ref string) bool { return ref == "HEAD" })
	g.expect("untracked in the linked worktree", k, place{source: finding.SourceWorktree, path: "dir/untracked.env"})
	g.check(t, scan(t, options{Path: g.linked.Dir}), append(plants, g.plants...))
}

func ignored(t *testing.T, g garden) {
	k := g.ignoredFile()
	if r := scan(t, options{Path: g.Dir}); r.Of(k) != nil {
		t.Error("an ignored file is scanned")
	}
	g.expect("ignored", k, place{source: finding.SourceWorktree, path: "build/out/ignored.env"})
	g.check(t, scan(t, options{Path: g.Dir, IncludeIgnored: true}), g.plants)
}

func halves(t *testing.T, g garden) {
	history := g.from(finding.SourceHistory, finding.SourceMessage, finding.SourceIndex)
	g.check(t, scan(t, options{Path: g.Dir, NoWorktree: true}), history)
	g.check(t, scan(t, options{Path: g.Dir, NoHistory: true}), g.from(finding.SourceWorktree))
	g.check(t, scan(t, options{Path: filepath.Join(g.Dir, ".git"), NoWorktree: true}), history)
}

// unreachable are the plants that no ref reaches.
var unreachable = []string{"amended commit", "deleted branch", "dropped stash", "fetched without a ref", "object that nothing names"}

// Without what is unreachable, what a ref reaches remains, and what is staged.
func noUnreachable(t *testing.T, g garden) {
	reached := slices.DeleteFunc(g.from(finding.SourceHistory, finding.SourceMessage, finding.SourceIndex), func(p plant) bool {
		return slices.Contains(unreachable, p.name)
	})
	g.check(t, scan(t, options{Path: g.Dir, NoWorktree: true, NoUnreachable: true}), reached)
}

// A bare clone has what the refs reach, and no working tree.
func bareClone(t *testing.T, g garden) {
	g.Git("clone", "-q", "--mirror", "--no-local", g.Dir, "../mirror.git") // a local clone copies unreachable objects too
	var want []plant
	for _, p := range g.from(finding.SourceHistory, finding.SourceMessage) {
		at := p.places[0]
		if len(at.refs) > 0 || at.commit != "" && len(g.Lines("for-each-ref", "--contains", at.commit)) > 0 {
			want = append(want, p)
		}
	}
	g.Repo, g.logs = g.At("../mirror.git"), nil
	g.check(t, scan(t, options{Path: g.Dir}), want)
}

// What a repository borrows of another is scanned with it.
func TestAlternate(t *testing.T) {
	lender := planted.New(t)
	next := planted.Keys(2)
	shared, dangling, own := next(), next(), next()
	lender.Write("shared.env", shared.Text())
	lender.Commit("shared")
	lender.Blob(dangling.Text())
	lender.Git("clone", "-q", "--shared", lender.Dir, "../borrower")
	borrower := lender.At("../borrower")
	borrower.Write("own.env", own.Text())
	commit := borrower.Commit("own")
	r := scan(t, options{Path: borrower.Dir, NoWorktree: true})
	if r.Of(dangling) == nil {
		t.Error("the alternate's dangling object is not found")
	}
	for k, want := range map[planted.Key]string{shared: borrower.Git("rev-parse", "HEAD~1"), own: commit} {
		if f := r.Of(k); f == nil || f.Occurrences[0].Commit != want {
			t.Errorf("found %+v, want it in commit %s", f, want)
		}
	}
}

// A detached HEAD keeps commits as a ref does.
func TestDetachedHead(t *testing.T) {
	r := planted.New(t)
	r.Commit("base")
	r.Git("checkout", "-q", "--detach")
	k := planted.Keys(3)()
	r.Write("a.env", k.Text())
	r.Commit("on no branch")
	f := scan(t, options{Path: r.Dir, NoWorktree: true}).Of(k)
	if f == nil || !f.Occurrences[0].Reachable || !reflect.DeepEqual(f.Occurrences[0].Refs, []string{"HEAD"}) {
		t.Errorf("found %+v, want it reached by HEAD", f)
	}
}

// What is staged is found in the index also when a commit that nothing reaches had it.
func TestStagedAgain(t *testing.T) {
	r, k := planted.New(t), planted.Keys(5)()
	r.Commit("base")
	r.Write("a.env", k.Text())
	commit := r.Commit("a key")
	r.Git("reset", "-q", "--soft", "HEAD~1")
	for _, noUnreachable := range []bool{false, true} {
		var got []string
		opts := options{Path: r.Dir, NoWorktree: true, NoUnreachable: noUnreachable}
		if f := scan(t, opts).Of(k); f != nil {
			for _, o := range f.Occurrences {
				got = append(got, o.Source+o.Commit)
			}
		}
		want := []string{finding.SourceHistory + commit, finding.SourceIndex}
		if noUnreachable {
			want = want[1:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("without what is unreachable %v: found in %q, want %q", noUnreachable, got, want)
		}
	}
}

// A tag may name a file or a folder: what a ref names is reachable, whether or not a commit has it. Where one has, it
// is the place.
func TestTagOfBlob(t *testing.T) {
	r := planted.New(t)
	next := planted.Keys(4)
	direct, annotated, inTree, inCommit := next(), next(), next(), next()
	r.Write("a.env", inCommit.Text())
	base := r.Commit("base")
	r.Git("tag", "both", "HEAD^{tree}")
	r.Git("tag", "direct", r.Blob(direct.Text()))
	r.Git("tag", "-a", "-m", "a key", "annotated", r.Blob(annotated.Text()))
	r.Git("tag", "tree", r.Feed("100644 blob "+r.Blob(inTree.Text())+"\tdir.env\n", "mktree"))
	report := scan(t, options{Path: r.Dir})
	for k, want := range map[planted.Key]string{direct: "refs/tags/direct", annotated: "refs/tags/annotated", inTree: "refs/tags/tree"} {
		f := report.Of(k)
		if f == nil || !f.Occurrences[0].Reachable || !reflect.DeepEqual(f.Occurrences[0].Refs, []string{want}) {
			t.Errorf("found %+v, want it reached by %s", f, want)
		}
	}
	f := report.Of(inCommit)
	if refs := []string{"refs/heads/main", "refs/tags/both"}; f == nil || f.Occurrences[0].Commit != base ||
		!reflect.DeepEqual(f.Occurrences[0].Refs, refs) {
		t.Errorf("found %+v, want it in commit %s", f, base)
	}
}
