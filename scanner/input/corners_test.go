package input_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/planted"
)

// middleVersion plants a key in the second of three versions of a file that is large enough to be stored as deltas.
func (g *garden) middleVersion() {
	k := g.next()
	const lines = 2000
	rest := strings.Repeat("one line of many\n", lines)
	g.Write("versions.txt", rest)
	g.Commit("first version")
	g.Write("versions.txt", rest+k.Text())
	at := place{
		source: finding.SourceHistory, path: "versions.txt", commit: g.Commit("second version"),
		blob: g.Git("rev-parse", "HEAD:versions.txt"), above: lines,
	}
	g.Write("versions.txt", rest+"third\n")
	g.Commit("third version")
	g.expect("second of three versions", k, at)
}

func (g *garden) droppedStash() {
	k := g.next()
	g.Write("README", k.Text())
	g.Git("stash", "push", "-q")
	at := place{source: finding.SourceHistory, path: "README", commit: g.Git("rev-parse", "stash")}
	g.Git("stash", "drop", "-q")
	g.expect("dropped stash", k, at)
}

func (g *garden) taggedBlob() {
	k := g.next()
	g.Git("tag", "blob", g.Blob(k.Text()))
	g.expect("tagged blob", k, place{source: finding.SourceHistory, refs: []string{"refs/tags/blob"}})
}

// taggedTree plants a key in a tree that two tags name, one of them annotated.
func (g *garden) taggedTree() {
	k := g.next()
	tree := g.treeOf("in-a-tree.env", k)
	g.Git("tag", "tree", tree)
	g.Git("tag", "-a", "-m", "a tree", "annotated-tree", tree)
	refs := []string{"refs/tags/annotated-tree", "refs/tags/tree"}
	g.expect("tagged tree", k, place{source: finding.SourceHistory, path: "in-a-tree.env", refs: refs})
}

// treeOf returns the ID of a new tree with one file.
func (g *garden) treeOf(name string, k planted.Key) string {
	return g.Feed("100644 blob "+g.Blob(k.Text())+"\t"+name+"\n", "mktree")
}

// replaced plants a key in a blob that git shows in place of another.
func (g *garden) replaced() {
	k := g.next()
	old := g.Blob("nobody sees this\n")
	g.Git("replace", old, g.Blob(k.Text()))
	g.expect("replacement", k, place{source: finding.SourceHistory, refs: []string{"refs/replace/" + old}})
}

// linkTarget plants a key in the target of a symbolic link, which is deleted again.
func (g *garden) linkTarget() {
	k := g.next()
	if err := os.Symlink(k.Text(), filepath.Join(g.Dir, "link")); err != nil {
		g.t.Fatal(err)
	}
	at := place{source: finding.SourceHistory, path: "link", commit: g.Commit("add a link")}
	g.Git("rm", "-q", "link")
	g.Commit("remove the link")
	g.expect("target of a link", k, at)
}

// largeBlob plants a key at the end of 20 MiB.
func (g *garden) largeBlob() {
	k := g.next()
	const lines = 20 << 20 / 64
	g.Write("large.log", strings.Repeat(strings.Repeat("x", 63)+"\n", lines)+k.Text())
	at := place{
		source: finding.SourceHistory, path: "large.log", commit: g.Commit("add a large file"),
		blob: g.Git("rev-parse", "HEAD:large.log"), above: lines,
	}
	g.Git("rm", "-q", "large.log")
	g.Commit("remove the large file")
	g.expect("large file", k, at)
}

func (g *garden) pullRequest() {
	k := g.next()
	commit := g.Git("commit-tree", "-m", "pull request", "-p", "HEAD", g.treeOf("pull.env", k))
	g.Git("update-ref", "refs/pull/1/head", commit)
	g.expect("pull request", k, place{source: finding.SourceHistory, path: "pull.env", commit: commit})
}

// fetched plants a key in a commit that only FETCH_HEAD names.
func (g *garden) fetched() {
	k := g.next()
	other := planted.New(g.t)
	other.Write("fetched.env", k.Text())
	commit := other.Commit("elsewhere")
	g.Git("fetch", "-q", other.Dir, "HEAD")
	g.expect("fetched without a ref", k, place{source: finding.SourceHistory, path: "fetched.env", commit: commit})
}
