package input_test

import (
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// garden is a repository with a key planted in every kind of place that git has.
type garden struct {
	*planted.Repo
	t      *testing.T
	linked *planted.Repo // a second working tree
	logs   []string      // the refs that have a reflog
	next   func() planted.Key
	plants []plant

	ancestry map[string][]string
}

// plant is one key with all the places where it is.
type plant struct {
	name   string
	key    planted.Key
	places []place
}

// place is what the test knows of an occurrence; git knows the rest.
type place struct {
	source string
	path   string
	commit string   // that introduced it
	tag    string   // whose message it is
	blob   string   // if it has more than the key's text
	above  int      // lines above the key's text
	refs   []string // that name the blob or its tree themselves
}

func newGarden(t *testing.T) *garden {
	g := &garden{Repo: planted.New(t), t: t, next: planted.Keys(1), ancestry: map[string][]string{}}
	g.logs = []string{"HEAD", "main", "left", "side", "stash", "worktrees/linked/HEAD"}
	g.Write(".gitignore", "*.secret\nbuild/\n")
	g.Write("README", "nothing\n")
	g.Commit("base")
	for _, grow := range []func(){
		g.deleted, g.renamed, g.evilMerge, g.commitMessage, g.amended, g.deletedBranch, g.annotatedTag, g.note,
		g.stashes, g.dangling, g.middleVersion, g.droppedStash, g.taggedBlob, g.taggedTree, g.replaced, g.linkTarget, g.largeBlob,
		g.pullRequest, g.fetched, g.linkedWorktree, g.trackedIgnored, g.submodule, g.nestedClone, g.staged, g.onDisk,
	} {
		grow()
	}
	return g
}

func (g *garden) expect(name string, k planted.Key, places ...place) {
	g.plants = append(g.plants, plant{name, k, places})
}

// commitFile commits one file with a new key.
func (g *garden) commitFile(name string) (k planted.Key, introduced place) {
	k = g.next()
	g.Write(name, k.Text())
	g.Git("add", "-f", name)
	g.Git("commit", "-q", "-m", "add "+path.Base(name))
	return k, place{source: finding.SourceHistory, path: name, commit: g.Git("rev-parse", "HEAD")}
}

func (g *garden) deleted() {
	k, at := g.commitFile("old/gone.env")
	g.Git("rm", "-q", "old/gone.env")
	g.Commit("remove the key, which does not take it back")
	g.expect("file deleted long ago", k, at)
}

func (g *garden) renamed() {
	k, at := g.commitFile("src/before.py")
	g.Git("mv", "src/before.py", "src/after.py")
	moved := place{source: finding.SourceHistory, path: "src/after.py", commit: g.Commit("rename")}
	g.expect("renamed file", k, at, moved, place{source: finding.SourceWorktree, path: "src/after.py"})
}

// evilMerge resolves a merge with what neither side has.
func (g *garden) evilMerge() {
	g.Git("checkout", "-q", "-b", "left")
	g.Write("merged.env", "left\n")
	g.As("Grace").Commit("left")
	g.Git("checkout", "-q", "main")
	g.Write("merged.env", "right\n")
	g.Commit("right")
	if !g.Fails("merge", "-q", "left") {
		g.t.Fatal("the merge does not conflict")
	}
	k := g.next()
	g.Write("merged.env", k.Text())
	at := place{source: finding.SourceHistory, path: "merged.env", commit: g.As("Grace").Commit("merge left")}
	g.expect("a merge's own resolution", k, at, place{source: finding.SourceWorktree, path: "merged.env"})
}

func (g *garden) commitMessage() {
	k := g.next()
	g.Feed("subject\n\n"+k.Text(), "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")
	g.expect("commit message", k, place{source: finding.SourceMessage, commit: g.Git("rev-parse", "HEAD"), above: 2})
}

func (g *garden) amended() {
	k, at := g.commitFile("amended.env")
	g.Write("amended.env", "clean\n")
	g.Git("commit", "-q", "-a", "--amend", "-m", "amended")
	g.expect("amended commit", k, at)
}

func (g *garden) deletedBranch() {
	g.Git("checkout", "-q", "-b", "doomed")
	k, at := g.commitFile("doomed.env")
	g.Git("checkout", "-q", "main")
	g.Git("branch", "-q", "-D", "doomed")
	g.expect("deleted branch", k, at)
}

func (g *garden) annotatedTag() {
	k := g.next()
	g.As("Linus").Feed(k.Text(), "tag", "-a", "--cleanup=verbatim", "-F", "-", "v1")
	g.expect("annotated tag", k, place{
		source: finding.SourceMessage, tag: g.Git("rev-parse", "v1"), commit: g.Git("rev-parse", "v1^{commit}"),
	})
}

func (g *garden) note() {
	k := g.next()
	g.Feed(k.Text(), "notes", "add", "-F", "-")
	g.expect("git note", k, place{
		source: finding.SourceHistory, path: g.Git("rev-parse", "HEAD"), commit: g.Git("rev-parse", "refs/notes/commits"),
	})
}

// stashes makes two: the first becomes stash@{1}, which only the reflog of the second keeps.
func (g *garden) stashes() {
	first, second, untracked := g.next(), g.next(), g.next()
	g.Write("README", first.Text())
	g.Git("stash", "push", "-q")
	g.Write("README", second.Text())
	g.Write("untracked-when-stashed.env", untracked.Text())
	g.Git("stash", "push", "-q", "-u")
	at := func(path, rev string) place {
		return place{source: finding.SourceHistory, path: path, commit: g.Git("rev-parse", rev)}
	}
	g.expect("stash@{1}", first, at("README", "stash@{1}"))
	g.expect("stash@{0}", second, at("README", "stash@{0}"))
	g.expect("untracked file in a stash", untracked, at("untracked-when-stashed.env", "stash@{0}^3"))
}

func (g *garden) dangling() {
	k := g.next()
	g.Blob(k.Text())
	g.expect("object that nothing names", k, place{source: finding.SourceHistory})
}

func (g *garden) linkedWorktree() {
	g.Git("worktree", "add", "-q", "-b", "side", "../linked")
	g.linked = g.At("../linked")
	committed, staged := g.next(), g.next()
	g.linked.Write("in/linked.env", committed.Text())
	at := place{source: finding.SourceHistory, path: "in/linked.env", commit: g.linked.As("Barbara").Commit("in the linked worktree")}
	g.linked.Write("in/staged.env", staged.Text())
	g.linked.Git("add", "in/staged.env")
	g.linked.Write("in/staged.env", "clean\n")
	g.expect("commit made in a linked worktree", committed, at)
	g.expect("staged in a linked worktree", staged, place{source: finding.SourceIndex, path: "in/staged.env"})
}

func (g *garden) trackedIgnored() {
	k, at := g.commitFile("build/tracked.secret")
	g.expect("tracked file that a pattern ignores", k, at, place{source: finding.SourceWorktree, path: at.path})
}

func (g *garden) submodule() {
	k := g.next()
	other := planted.New(g.t)
	other.Write("conf/leak.env", k.Text())
	other.Commit("in a repository of its own")
	g.Git("submodule", "--quiet", "add", other.Dir, "sub")
	g.Git("commit", "-q", "-m", "submodule")
	g.expect("submodule", k, place{source: finding.SourceWorktree, path: "sub/conf/leak.env"})
}

func (g *garden) nestedClone() {
	tracked, untracked := g.next(), g.next()
	other := planted.New(g.t)
	other.Write("tracked.env", tracked.Text())
	other.Commit("in a repository of its own")
	g.Git("clone", "-q", other.Dir, "vendor/clone")
	g.Write("vendor/clone/untracked.env", untracked.Text())
	g.expect("tracked in a nested clone", tracked, place{source: finding.SourceWorktree, path: "vendor/clone/tracked.env"})
	g.expect("untracked in a nested clone", untracked, place{source: finding.SourceWorktree, path: "vendor/clone/untracked.env"})
}

func (g *garden) staged() {
	k := g.next()
	g.Write("staged 密.env", k.Text())
	g.Git("add", "staged 密.env")
	g.Write("staged 密.env", "clean\n")
	g.expect("staged only", k, place{source: finding.SourceIndex, path: "staged 密.env"})
}

// onDisk plants what git has not seen. It comes last: another commit would take it in.
func (g *garden) onDisk() {
	for _, p := range []struct{ name, path string }{{"modified only", "README"}, {"untracked", "dir/untracked.env"}} {
		k := g.next()
		g.Write(p.path, k.Text())
		g.expect(p.name, k, place{source: finding.SourceWorktree, path: p.path})
	}
}

// ignoredFile plants a key where only IncludeIgnored finds it.
func (g *garden) ignoredFile() planted.Key {
	k := g.next()
	g.Write("build/out/ignored.env", k.Text())
	return k
}

// TestMain hides the user's own ignore rules, which hold for working trees.
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
