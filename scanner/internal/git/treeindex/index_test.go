package treeindex

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// many is how many leaked files the folders of these tests hold.
const many = 20_000

func newNodes() *Index {
	x := &Index{byLeaf: map[object.ID]int32{}, names: map[string]int32{}, seed: maphash.MakeSeed(), byHash: map[uint64]int32{}}
	for range many {
		x.name = append(x.name, "f")
	}
	return x
}

// leavesFrom returns the edges of a folder whose i-th file is leaf from+i.
func leavesFrom(from int32) []Edge {
	var out []Edge
	for i := range int32(many) {
		out = append(out, Edge{i, ^(from + i)})
	}
	return out
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A folder of many leaked files costs as many steps as it has files, and not their square.
func TestManyLeavesInFolder(t *testing.T) {
	x := newNodes()
	child, parent := x.intern(leavesFrom(1)), x.intern(leavesFrom(many+1))
	visited := 0
	x.Introduced(child, []int32{parent, parent}, func([]byte, int32) bool { visited++; return true })
	if visited != many {
		t.Errorf("%d introductions, want %d", visited, many)
	}
	if x.compared > 4*many {
		t.Errorf("%d edges were compared, want a few times %d", x.compared, many)
	}
}

// A tree that changes many entries of its base is made in one pass.
func TestManyChangesOfTree(t *testing.T) {
	x := newNodes()
	var changes []change
	for i := int32(many) - 1; i >= 0; i-- {
		changes = append(changes, change{uint32(i) | removes, 0}, change{uint32(i) | adds, ^(many + 1 + i)})
	}
	base, want := leavesFrom(1), leavesFrom(many+1)
	var got []Edge
	if n := allocated(func() { got = x.apply(base, changes) }); n > 4<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d edges, want the %d new ones", len(got), len(want))
	}
}

// randomTrees returns an index of trees that have each other as bases and children, in no order. Few have a leaf.
func randomTrees(r *rand.Rand, count int) *Index {
	x := newNodes()
	at := r.Perm(count) // a tree depends on those that are before it here
	rank := make([]int, count)
	for i, t := range at {
		rank[t] = i
	}
	earlier := func(t int) int32 {
		if rank[t] == 0 {
			return none
		}
		return int32(at[max(0, rank[t]-1-r.IntN(3))])
	}
	for t := range count {
		base := int32(none)
		if r.IntN(2) == 0 {
			base = earlier(t)
		}
		x.trees.append(tree{from: int32(x.changes.count), base: base, node: unknown})
		for range r.IntN(4) {
			child := earlier(t)
			if child == none || r.IntN(20) == 0 {
				child = ^int32(r.IntN(5))
			}
			kinds := []uint32{adds, removes, adds | removes}
			x.changes.append(change{uint32(r.IntN(3)) | kinds[r.IntN(len(kinds))], child})
		}
	}
	return x
}

// Trees that are ruled out have no node, and the others have the node that they have if none is ruled out.
func TestRuleOut(t *testing.T) {
	out := 0
	for seed := range uint64(200) {
		trees := func() *Index { return randomTrees(rand.New(rand.NewPCG(seed, 1)), 1+int(seed)) }
		x, whole := trees(), trees()
		x.ruleOut()
		for n := range int32(x.trees.count) {
			if x.trees.at(n).node == NoNode {
				out++
			}
			got, want := x.nodeOf(n), whole.nodeOf(n)
			if (got == NoNode) != (want == NoNode) || got != NoNode && !slices.Equal(x.pathsBelow(got), whole.pathsBelow(want)) {
				t.Fatalf("seed %d, tree %d: %v, want %v", seed, n, x.pathsBelow(got), whole.pathsBelow(want))
			}
		}
	}
	if out == 0 {
		t.Error("no tree was ruled out")
	}
}

// pathsBelow returns the paths below a node, each with the number of its leaf.
func (x *Index) pathsBelow(node int32) (out []string) {
	x.Introduced(node, nil, func(path []byte, leaf int32) bool {
		out = append(out, fmt.Sprint(string(path), leaf))
		return len(out) < 1000
	})
	return out
}

// noObjects is a Reader without objects.
type noObjects struct{ odb.Reader }

func (noObjects) IndexesOf(indexes []odb.Index, ids []object.ID) []odb.Index {
	for range ids {
		indexes = append(indexes, odb.NoIndex)
	}
	return indexes
}

// What a partial clone has not fetched is counted, and not built into the index.
func TestUnfetchedIsCounted(t *testing.T) {
	x := newNodes()
	x.partial, x.objects, x.treeOf = true, noObjects{}, []int32{none}
	p := x.newPart().(*part)
	entry := object.TreeEntry{Mode: 0o100644}
	n := allocated(func() {
		for round := range 2 {
			for i := range many {
				entry.ID = object.ID{byte(i), byte(i >> 8), byte(i >> 16), 1, 2, 3, 4, 5, 6, byte(round)}
				if p.Keep(entry) {
					t.Fatal("it is kept")
				}
				if i%8 == 7 {
					p.Visit(odb.TreeChange{Base: odb.NoIndex})
				}
			}
		}
	})
	p.checkFiles()
	if p.missing.count != many || n > 64*many {
		t.Errorf("%d objects counted, %d bytes allocated", p.missing.count, n)
	}
	x.missing.union(&p.missing)
	x.missing.union(&p.missing)
	if x.missing.count != many {
		t.Errorf("%d objects in two equal sets, want %d", x.missing.count, many)
	}
}

// failing is a Reader with one tree, which refers to a missing blob and cannot be read a second time.
type failing struct {
	noObjects
	reads *int
}

func (failing) Format() object.Format { return object.SHA1 }
func (failing) Count() int            { return 1 }

func (f failing) Trees(_ context.Context, t odb.TreeWalk) error {
	if *f.reads++; *f.reads == 1 {
		v := t.Visitor()
		v.Keep(object.TreeEntry{Mode: 0o100644, ID: object.ID{1}, Name: []byte("a")})
		v.Visit(odb.TreeChange{Tree: 0, Base: odb.NoIndex})
	} else {
		t.Unreadable(odb.Unreadable{What: "the tree"})
	}
	t.Unreadable(odb.Unreadable{What: "another"})
	return nil
}

// A tree that cannot be read again is reported: nothing is known of the blobs that it lacks. What was reported before is not.
func TestUnreadableAgain(t *testing.T) {
	reads := 0
	x := New(failing{reads: &reads}, nil, false)
	if err := x.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range x.unreadable {
		got = append(got, u.What)
	}
	if want := []string{"another", "the tree"}; reads != 2 || !slices.Equal(got, want) {
		t.Errorf("after %d reads, %q are unreadable, want %q", reads, got, want)
	}
}
