package history

import (
	"reflect"
	"slices"
	"testing"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
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
		leaves: []leaf{{objects.ids[6], false}, {gone, true}},
		names:  []name{{1, 0}, {5, 3}},
		nodes:  [][]edge{{{0, -1}, {1, -2}}, {{1, 0}}},
		trees:  []pastTree{{1, 1}, {5, 0}},
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
	want.trees[0].index = 9
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
		for range p.names {
			p.text = append(p.text, string(rune('a'+len(p.text))))
		}
		m := &earlier{objects: objects, known: newBits(8), reads: nil, past: p}
		x := newTreeIndex(objects, nil, false)
		if !x.take(m) {
			return
		}
		p.graph.linkParents()
		p.graph.toChildren(p.graph.sorted(), make([]uint64, len(p.graph.commits)))
		for _, c := range p.graph.commits {
			x.root(c.tree)
		}
		for i, edges := range x.nodes {
			for _, e := range edges {
				if _ = x.name[e.name]; e.child < 0 {
					_ = x.leaves[^e.child]
				} else if int(e.child) >= i {
					t.Errorf("node %d is below itself", i)
				}
			}
		}
	})
}
