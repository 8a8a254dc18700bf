package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// randomGraph has commits with up to two parents, and no objects besides.
func randomGraph(rng *rand.Rand, size int) *graph {
	var objects fewObjects
	for i := range size {
		objects.ids = append(objects.ids, object.ID{byte(i / 256), byte(i), 1})
	}
	g := newGraph(objects)
	for i := range size {
		info := object.CommitInfo{Tree: objects.Format().EmptyTree(), Time: int64(i)}
		for range min(i, rng.IntN(3)) {
			info.Parents = append(info.Parents, objects.ids[i-1-rng.IntN(min(i, 20))])
		}
		g.addCommit(objects.IndexOf(objects.ids[i]), info)
	}
	g.linkParents()
	return g
}

// reaches follows all parents.
func (g *graph) reaches(from, to int32, seen map[int32]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for p := range g.parentsOf(from) {
		if g.reaches(p, to, seen) {
			return true
		}
	}
	return false
}

// Whichever are fewer, the refs or the asked commits, and whether there are more than 64 of them: the names are those of the
// refs from which a commit can be reached, in their order.
func TestReaching(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ refs, asked int }{{0, 3}, {3, 0}, {1, 5}, {5, 1}, {70, 150}, {150, 70}, {130, 131}} {
		g := randomGraph(rng, 200)
		order := g.sorted()
		var refs []repo.Ref
		for i := range c.refs {
			refs = append(refs, repo.Ref{Name: fmt.Sprint("refs/heads/", i), Target: g.objects.ID(g.commits[rng.IntN(200)].number)})
		}
		var asked []int32
		for _, n := range rng.Perm(200)[:c.asked] {
			asked = append(asked, int32(n))
		}
		got := (&refIndex{graph: g}).reaching(order, asked, g.peelAll(refs))
		if len(got) != len(asked) {
			t.Fatalf("%d refs, %d asked: %d lists", c.refs, c.asked, len(got))
		}
		for i, commit := range asked {
			var want []string
			for _, ref := range refs {
				if from, _ := g.peel(ref.Target); g.reaches(from, commit, map[int32]bool{}) {
					want = append(want, ref.Name)
				}
			}
			if !slices.Equal(got[i], want) {
				t.Fatalf("%d refs, %d asked, commit %d: %v, want %v", c.refs, c.asked, commit, got[i], want)
			}
		}
	}
}
