package history

import (
	"errors"
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/treeindex"
	"github.com/akguard/akguard/scanner/internal/seen"
)

// past is what an earlier scan has found out about objects that are all still there, unchanged: the graph of their commits,
// and which leaves are below their trees. Only new commits and trees have to be read then.
//
// A scan that could not read some object saves none, and neither does one of a partial clone. The past is not used if an object
// that was missing is there now, because trees that were read refer to it.
type past struct {
	extras []extra
	notes  []pastNote
	graph  *graph
	trees  *treeindex.Snapshot
}

// extra is an object that was read and is not in the record of objects, because it refers to a missing one.
type extra struct {
	index odb.Index
	read  seen.Read
}

// pastNote is an object that has to be read again.
type pastNote struct {
	note
	index   odb.Index
	matched bool // it is a blob, and something was found in it
}

// Objects are written as positions: those of the record first, then the extras, then the notes.
type pastEncoder struct {
	*seen.Encoder
	format   object.Format
	position []int32 // by object index
	failed   bool
}

func (e *pastEncoder) object(n odb.Index) {
	at := int32(-1)
	if n >= 0 && int(n) < len(e.position) {
		at = e.position[n]
	}
	if at < 0 {
		e.failed, at = true, 0
	}
	e.Uint(uint64(at))
}

func (e *pastEncoder) id(id object.ID) { e.Raw(id[:e.format.Size()]) }

// encode returns the past as bytes. It fails if it refers to an object that is not in the record.
func (p *past) encode(objects odb.Reader, recorded []odb.Index) ([]byte, bool) {
	e := &pastEncoder{Encoder: seen.NewEncoder(), format: objects.Format(), position: slices.Repeat([]int32{-1}, objects.Count())}
	for i, n := range recorded {
		e.position[n] = int32(i)
	}
	e.Uint(uint64(len(p.extras)))
	for i, x := range p.extras {
		e.position[x.index] = int32(len(recorded) + i)
		e.id(objects.ID(x.index))
		e.Uint(uint64(x.read))
	}
	e.Uint(uint64(len(p.notes)))
	for i, n := range p.notes {
		e.position[n.index] = int32(len(recorded) + len(p.extras) + i)
		e.id(n.id)
		e.Bool(n.streamed)
		e.Bool(n.matched)
	}
	e.graph(p.graph)
	e.trees(p.trees)
	data, err := e.Bytes()
	return data, err == nil && !e.failed
}

func (e *pastEncoder) graph(g *graph) {
	e.Uint(uint64(len(g.commits)))
	for _, c := range g.commits {
		e.object(c.number)
		e.Bool(c.tree != odb.NoIndex)
		if c.tree != odb.NoIndex {
			e.object(c.tree)
		}
		e.Int(c.time)
		e.Uint(uint64(c.to - c.from))
		for _, p := range g.parentIndexes[c.from:c.to] {
			e.object(p)
		}
	}
	e.Uint(uint64(len(g.absent)))
	for _, a := range g.absent {
		e.Uint(uint64(a.commit))
		e.id(a.id)
		e.Bool(a.isTree)
	}
	e.Uint(uint64(len(g.tags)))
	for id, tag := range g.tags {
		e.id(id)
		e.id(tag.Target)
	}
}

func (e *pastEncoder) trees(s *treeindex.Snapshot) {
	e.Uint(uint64(len(s.Leaves)))
	for _, l := range s.Leaves {
		e.id(l.ID)
		e.Bool(l.Missing)
	}
	e.Uint(uint64(len(s.Names)))
	for _, n := range s.Names {
		e.object(n.Tree)
		e.Uint(uint64(n.Entry))
	}
	e.Uint(uint64(len(s.Nodes)))
	for _, edges := range s.Nodes {
		e.Uint(uint64(len(edges)))
		for _, x := range edges {
			e.Uint(uint64(x.Name))
			e.Int(int64(x.Child))
		}
	}
	e.Uint(uint64(len(s.Trees)))
	for _, t := range s.Trees {
		e.object(t.Tree)
		e.Uint(uint64(t.Node))
	}
}

// errPast is the error for a past that is damaged, or of other objects than those that are there.
var errPast = errors.New("another past")

type pastDecoder struct {
	*seen.Decoder
	objects odb.Reader
	holds   func(odb.Index, object.ID) bool // reports whether the file of an object has not changed
	at      []odb.Index                     // by position
	failed  bool
}

func (d *pastDecoder) object() odb.Index {
	at := d.Uint()
	if at >= uint64(len(d.at)) {
		d.failed = true
		return 0
	}
	return d.at[at]
}

func (d *pastDecoder) id() object.ID {
	raw := d.Raw(d.objects.Format().Size())
	if raw == nil {
		d.failed = true
		return object.ID{}
	}
	return d.objects.Format().ID(raw)
}

// number reads a number below a limit.
func (d *pastDecoder) number(limit int) int32 {
	n := d.Uint()
	if n >= uint64(limit) {
		d.failed = true
		return 0
	}
	return int32(n)
}

// known reads an object that must be there, unchanged.
func (d *pastDecoder) known() (object.ID, odb.Index) {
	id := d.id()
	n := d.objects.IndexOf(id)
	if n == odb.NoIndex || !d.holds(n, id) {
		d.failed = true
		return id, 0
	}
	d.at = append(d.at, n)
	return id, n
}

// decodePast returns the past that encode has written. Recorded are the objects of the record.
func decodePast(objects odb.Reader, holds func(odb.Index, object.ID) bool, recorded []odb.Index, data []byte) (*past, error) {
	d := &pastDecoder{Decoder: seen.NewDecoder(data), objects: objects, holds: holds, at: slices.Clone(recorded)}
	p := &past{}
	size := objects.Format().Size()
	for range d.Len(size + 1) {
		_, n := d.known()
		p.extras = append(p.extras, extra{n, seen.Read(d.Uint())})
	}
	for range d.Len(size + 2) {
		id, n := d.known()
		p.notes = append(p.notes, pastNote{note{id, d.Bool()}, n, d.Bool()})
	}
	p.graph = d.graph()
	p.trees = d.trees()
	if d.failed || d.Err() != nil {
		return nil, errPast
	}
	return p, nil
}

func (d *pastDecoder) graph() *graph {
	g := newGraph(d.objects)
	for range d.Len(4) {
		c := commit{number: d.object(), tree: odb.NoIndex, from: int32(len(g.parentIndexes))}
		if d.Bool() {
			c.tree = d.object()
		}
		c.time = d.Int()
		for range d.Len(1) {
			g.parentIndexes = append(g.parentIndexes, d.object())
		}
		c.to = int32(len(g.parentIndexes))
		if d.failed || g.commitOf[c.number] != none {
			d.failed = true
			return g
		}
		g.commitOf[c.number] = int32(len(g.commits))
		g.commits = append(g.commits, c)
	}
	size := d.objects.Format().Size()
	for range d.Len(size + 2) {
		a := absent{d.number(len(g.commits)), d.id(), d.Bool()}
		d.failed = d.failed || d.objects.IndexOf(a.id) != odb.NoIndex
		g.absent = append(g.absent, a)
	}
	for range d.Len(2 * size) {
		id := d.id()
		g.addTag(id, object.TagInfo{Target: d.id()})
	}
	return g
}

func (d *pastDecoder) trees() *treeindex.Snapshot {
	s := &treeindex.Snapshot{}
	for range d.Len(d.objects.Format().Size() + 1) {
		l := treeindex.Leaf{ID: d.id(), Missing: d.Bool()}
		d.failed = d.failed || l.Missing != (d.objects.IndexOf(l.ID) == odb.NoIndex)
		s.Leaves = append(s.Leaves, l)
	}
	for range d.Len(2) {
		s.Names = append(s.Names, treeindex.Name{Tree: d.object(), Entry: int(d.number(1 << 30))})
	}
	for i := range d.Len(1) {
		var edges []treeindex.Edge
		for range d.Len(2) {
			edges = append(edges, treeindex.Edge{Name: d.number(len(s.Names)), Child: d.child(i, len(s.Leaves))})
		}
		s.Nodes = append(s.Nodes, edges)
	}
	for range d.Len(2) {
		s.Trees = append(s.Trees, treeindex.TreeNode{Tree: d.object(), Node: d.number(len(s.Nodes))})
	}
	return s
}

// child reads the child of a node: an earlier node or a leaf.
func (d *pastDecoder) child(nodes, leaves int) int32 {
	n := d.Int()
	if n >= int64(nodes) || n < -int64(leaves) {
		d.failed = true
		return 0
	}
	return int32(n)
}

// list returns what has to be read again.
func (p *past) list() []note {
	var out []note
	for _, n := range p.notes {
		out = append(out, n.note)
	}
	return out
}
