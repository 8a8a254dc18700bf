package planted

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// random makes histories for git fast-import: branches, merges of up to four parents, unrelated roots, renames, copies,
// moved folders, reverts, cherry-picks, one content at two paths, and clocks that may be wrong.
type random struct {
	rng     *rand.Rand
	script  strings.Builder
	trees   []map[string]string // of each commit: path → mode and mark
	blobs   int
	digits  int  // of an ID
	skewed  bool // clocks are wrong
	parents [][]int
}

// History makes a bare repository with a random history of n commits. Some of them have refs; the others may be reachable
// or not. The same seed makes the same history.
func History(t testing.TB, seed uint64, n int, skewed bool) *Repo {
	t.Helper()
	repo := New(t, "--bare")
	r := random{rng: rand.New(rand.NewPCG(seed, 7)), skewed: skewed, digits: 2 * repo.Format.Size()}
	for i := range n {
		r.commit(i)
	}
	r.refs(n)
	repo.Git("config", "fastimport.unpackLimit", fmt.Sprint(r.rng.IntN(2)*1000)) // loose, or packed
	repo.Feed(r.script.String(), "fast-import", "--quiet")
	repo.Git("tag", "-a", "-m", "annotated", "annotated", "refs/heads/last")
	return repo
}

func (r *random) commit(i int) {
	r.parents = append(r.parents, r.pickParents(i))
	r.trees = append(r.trees, r.mix(r.parents[i]))
	for range 2 + r.rng.IntN(8) {
		r.mutate(r.trees[i])
	}
	at := 1_700_000_000 + 60*i
	if r.skewed && r.rng.IntN(3) == 0 {
		at -= r.rng.IntN(3600 * 24)
	}
	r.write(i, at)
}

// scratch is the branch on which every commit is made. It is deleted afterwards.
const scratch = "refs/heads/scratch"

// write writes a commit with its whole tree.
func (r *random) write(i, at int) {
	fmt.Fprintf(&r.script, "reset %s\n\ncommit %s\nmark :%d\n", scratch, scratch, 1_000_000+i)
	fmt.Fprintf(&r.script, "committer C <c@example.com> %d +0000\ndata 2\nm\n", at)
	for j, p := range r.parents[i] {
		fmt.Fprintf(&r.script, "%s :%d\n", []string{"from", "merge"}[min(j, 1)], 1_000_000+p)
	}
	r.script.WriteString("deleteall\n")
	for _, path := range paths(r.trees[i]) {
		fmt.Fprintf(&r.script, "M %s %s\n", r.trees[i][path], path)
	}
}

func (r *random) pickParents(i int) []int {
	var out []int
	for range []int{1, 1, 1, 1, 1, 1, 2, 2, 3, 0}[r.rng.IntN(10)] {
		if i == 0 {
			break
		}
		if p := i - 1 - r.rng.IntN(min(i, 6)); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// mix starts a tree from those of the parents.
func (r *random) mix(parents []int) map[string]string {
	tree := map[string]string{}
	for _, p := range parents {
		for _, path := range paths(r.trees[p]) {
			if _, ok := tree[path]; !ok || r.rng.IntN(2) == 0 {
				tree[path] = r.trees[p][path]
			}
		}
	}
	return separate(tree)
}

// mutate makes one of the changes that people make.
func (r *random) mutate(tree map[string]string) {
	names := paths(tree)
	if len(names) == 0 {
		tree[r.name()] = r.blob()
		return
	}
	some := names[r.rng.IntN(len(names))]
	switch r.rng.IntN(9) {
	case 0, 1: // new file
		tree[r.name()] = r.blob()
	case 2: // change
		tree[some] = r.blob()
	case 3: // delete
		delete(tree, some)
	case 4: // rename
		tree[r.name()] = tree[some]
		delete(tree, some)
	case 5: // copy
		tree[r.name()] = tree[some]
	case 6: // move a folder
		r.moveFolder(tree)
	case 7: // revert: what another commit had there, or was not there
		r.revert(tree)
	case 8: // cherry-pick
		if old := r.trees[r.rng.IntN(len(r.trees))]; len(old) > 0 {
			names := paths(old)
			name := names[r.rng.IntN(len(names))]
			tree[name] = old[name]
		}
	}
	separate(tree)
}

func (r *random) moveFolder(tree map[string]string) {
	from, to := fmt.Sprintf("d%d/", r.rng.IntN(3)), fmt.Sprintf("d%d/", r.rng.IntN(5))
	for _, path := range paths(tree) {
		if rest, ok := strings.CutPrefix(path, from); ok {
			content := tree[path]
			delete(tree, path)
			tree[to+rest] = content
		}
	}
}

func (r *random) revert(tree map[string]string) {
	old := r.trees[r.rng.IntN(len(r.trees))]
	for _, path := range paths(tree) {
		if content, ok := old[path]; !ok {
			delete(tree, path)
		} else if r.rng.IntN(2) == 0 {
			tree[path] = content
		}
	}
}

// name makes a path, which may already be a file or a folder.
func (r *random) name() string {
	folders := []string{"", "d0/", "d1/", "d1/d2/", "d2/", "d0/d1/d2/"}
	return folders[r.rng.IntN(len(folders))] + []string{"a", "b", "c", "d0", "d1", "e", "f", "g"}[r.rng.IntN(8)]
}

// blob writes a new content or reuses an old one, and returns its mode and mark.
func (r *random) blob() string {
	if r.rng.IntN(30) == 0 {
		return fmt.Sprintf("160000 %0*x", r.digits, r.rng.Uint64()) // a submodule
	}
	mode := []string{"100644", "100644", "100644", "100755", "120000"}[r.rng.IntN(5)]
	if r.blobs > 0 && r.rng.IntN(6) == 0 {
		return fmt.Sprintf("%s :%d", mode, 1+r.rng.IntN(r.blobs))
	}
	r.blobs++
	content := fmt.Sprintf("content %d", r.blobs)
	fmt.Fprintf(&r.script, "blob\nmark :%d\ndata %d\n%s\n", r.blobs, len(content), content)
	return fmt.Sprintf("%s :%d", mode, r.blobs)
}

// refs makes refs for some of the commits.
func (r *random) refs(n int) {
	for i := range n {
		name := [8]string{"refs/heads/b", "refs/tags/t"}[r.rng.IntN(8)]
		if name != "" {
			fmt.Fprintf(&r.script, "reset %s%d\nfrom :%d\n\n", name, i, 1_000_000+i)
		}
	}
	fmt.Fprintf(&r.script, "reset refs/heads/last\nfrom :%d\n\n", 1_000_000+n-1)
	fmt.Fprintf(&r.script, "reset %s\nfrom %0*d\n\n", scratch, r.digits, 0)
}

func paths(tree map[string]string) []string { return slices.Sorted(maps.Keys(tree)) }

// separate drops the files in whose place another file needs a folder.
func separate(tree map[string]string) map[string]string {
	for _, path := range paths(tree) {
		for i := range path {
			if path[i] == '/' {
				delete(tree, path[:i])
			}
		}
	}
	return tree
}
