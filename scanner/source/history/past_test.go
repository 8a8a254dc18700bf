package history

import (
	"reflect"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/treeindex"
)

// fewObjects is a Reader that has objects and cannot read them.
type fewObjects struct {
	odb.Reader
	ids []object.ID
}

func (f fewObjects) Format() object.Format    { return object.SHA1 }
func (f fewObjects) Count() int               { return len(f.ids) }
func (f fewObjects) ID(n odb.Index) object.ID { return f.ids[n] }
func (f fewObjects) IndexOf(id object.ID) odb.Index {
	return odb.Index(slices.Index(f.ids, id))
}

func (f fewObjects) IndexesOf(indexes []odb.Index, ids []object.ID) []odb.Index {
	for _, id := range ids {
		indexes = append(indexes, f.IndexOf(id))
	}
	return indexes
}

func anyFile(odb.Index, object.ID) bool { return true }

// somePast is a past of eight objects, of which the first four are in the record.
func somePast() (p *past, objects fewObjects, recorded []odb.Index) {
	for i := range 8 {
		objects.ids = append(objects.ids, object.ID{byte(i + 1)})
	}
	gone := object.ID{99}
	g := newGraph(objects)
	g.commitOf[0], g.commitOf[4] = 0, 1
	g.commits = []commit{{number: 0, tree: 1, time: 5}, {number: 4, tree: odb.NoIndex, to: 2, time: -6}}
	g.parentIndexes = []odb.Index{0, 7}
	g.absent = []absent{{1, gone, true}}
	g.tags[object.ID{3}] = object.TagInfo{Target: gone}
	return &past{
		extras: []extra{{4, 77}, {5, 0}},
		notes:  []pastNote{{note{objects.ids[6], true}, 6, true}, {note{objects.ids[7], false}, 7, false}},
		graph:  g,
		trees: &treeindex.Snapshot{
			Leaves: []treeindex.Leaf{{ID: objects.ids[6]}, {ID: gone, Missing: true}},
			Names:  []treeindex.Name{{Tree: 1, Entry: 0}, {Tree: 5, Entry: 3}},
			Nodes:  [][]treeindex.Edge{{{Name: 0, Child: -1}, {Name: 1, Child: -2}}, {{Name: 1, Child: 0}}},
			Trees:  []treeindex.TreeNode{{Tree: 1, Node: 1}, {Tree: 5, Node: 0}},
		},
	}, objects, []odb.Index{0, 1, 2, 3}
}

func TestPast(t *testing.T) {
	want, objects, recorded := somePast()
	data, ok := want.encode(objects, recorded)
	if !ok {
		t.Fatal("not encoded")
	}
	got, err := decodePast(objects, anyFile, recorded, data)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	for i := range data {
		if _, err := decodePast(objects, anyFile, recorded, data[:i]); err == nil {
			t.Errorf("no error for the first %d bytes", i)
		}
	}
	changed := func(n odb.Index, _ object.ID) bool { return n != 5 }
	if _, err := decodePast(objects, changed, recorded, data); err == nil {
		t.Error("no error for an object in a file that has changed")
	}
	missing := fewObjects{ids: slices.Clone(objects.ids)}
	missing.ids[7] = object.ID{98}
	if _, err := decodePast(missing, anyFile, recorded, data); err == nil {
		t.Error("no error for an object that is missing")
	}
	back := fewObjects{ids: append(slices.Clone(objects.ids), object.ID{99})}
	if _, err := decodePast(back, anyFile, recorded, data); err == nil {
		t.Error("no error for a missing object that is there")
	}
	want.trees.Trees[0].Tree = 9
	if _, ok := want.encode(objects, recorded); ok {
		t.Error("an object that is nowhere was encoded")
	}
}

// Whatever a past says, taking it over does not fail.
func FuzzPast(f *testing.F) {
	p, objects, recorded := somePast()
	data, _ := p.encode(objects, recorded)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decodePast(objects, anyFile, recorded, data)
		if err != nil {
			return
		}
		for i, edges := range p.trees.Nodes {
			for _, e := range edges {
				if int(e.Child) >= i || int(e.Name) >= len(p.trees.Names) || int(^e.Child) >= len(p.trees.Leaves) {
					t.Errorf("node %d has %+v", i, e)
				}
			}
		}
		for i := range p.trees.Names {
			p.trees.Text = append(p.trees.Text, string(rune('a'+i)))
		}
		m := &earlier{objects: objects, known: odb.NewIndexSet(8), reads: nil, past: p}
		x := treeindex.New(objects, nil, false)
		if !m.resume(x) {
			return
		}
		p.graph.linkParents()
		p.graph.toChildren(p.graph.sorted(), make([]uint64, len(p.graph.commits)))
		for _, c := range p.graph.commits {
			visits := 0
			x.Introduced(x.Root(c.tree), nil, func(_ []byte, leaf int32) bool {
				_ = x.Leaves()[leaf]
				visits++
				return visits < 100
			})
		}
	})
}
