package history

import (
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// usePast takes over what an earlier scan has found out about trees. If that does not fit the matches of this scan, all commits
// and trees are read.
func (l *locator) usePast(wanted []object.ID) {
	m := l.source.earlier
	if m == nil || m.past == nil {
		return
	}
	if l.trees.partial || !m.past.fits(wanted) || !l.trees.take(m) {
		m.past, l.graph = nil, nil
		l.trees = newTreeIndex(l.trees.objects, wanted, l.trees.partial)
	}
}

// fits reports whether the same blobs have matches as before, new ones aside.
func (p *past) fits(wanted []object.ID) bool {
	matched := setOf(wanted)
	return !slices.ContainsFunc(p.notes, func(n pastNote) bool { return n.matched != matched[n.id] })
}

func setOf(ids []object.ID) map[object.ID]bool {
	set := map[object.ID]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// lacks reports whether some tree refers to a missing object.
func (p *past) lacks() bool {
	return slices.ContainsFunc(p.leaves, func(l leaf) bool { return l.missing })
}

// take takes over the nodes of trees that are known. It reports false if the past is damaged.
func (x *treeIndex) take(m *earlier) bool {
	p := m.past
	known := slices.Clone(m.known)
	for _, n := range p.notes {
		known.add(n.index) // no tree, so that a pack without new trees need not be looked at
	}
	x.known = known.has
	x.treeOf = slices.Repeat([]int32{none}, x.objects.Count())
	x.trees.append(tree{base: none, node: noNode}) // all trees without leaves
	for n := range x.treeOf {
		if m.known.has(odb.Index(n)) && m.reads[n] == 0 { // nothing is counted of a tree, nor of anything else
			x.treeOf[n] = 0
		}
	}
	for _, t := range p.trees {
		x.treeOf[t.index] = int32(x.trees.count)
		x.trees.append(tree{base: none, node: t.node})
	}
	for _, l := range p.leaves {
		if x.leaf(l.id, l.missing); l.missing {
			x.lookedFor.add(l.id) // the trees that are not known are described by changes to those that are
		}
	}
	for i, text := range p.text {
		x.named[x.nameOf(text)] = p.names[i]
	}
	for i, edges := range p.nodes {
		if !slices.IsSortedFunc(edges, compareEdges) || x.intern(edges) != int32(i) {
			return false
		}
	}
	return len(x.leaves) == len(p.leaves) && len(x.name) == len(p.names)
}

// savePast saves what this scan has found out beside the record of objects, if the next one can use it.
func (l *locator) savePast(wanted []object.ID) {
	m, memory := l.source.earlier, l.source.memory
	if !memory.certain() || m.unsaved != nil {
		return
	}
	if m.past != nil && !m.changed && l.trees.allKnown() && len(memory.result.notes) == len(m.past.notes) {
		return // it is what was saved
	}
	if p := l.past(wanted); p != nil {
		if data, ok := p.encode(l.trees.objects, m.recorded); ok {
			m.unsaved = m.record.SaveGraph(m.saved.Sum, data)
		}
	}
}

// past returns what the next scan can use. It is nil if some object could not be read, if there is too much, or if nothing has to
// be located.
func (l *locator) past(wanted []object.ID) *past {
	m := l.source.earlier
	missing := slices.ContainsFunc(l.trees.leaves, func(x leaf) bool { return x.missing })
	if m.damaged || len(l.trees.unreadable) > 0 || l.trees.partial || l.capped || len(l.trees.leaves) == 0 && len(l.graph.absent) == 0 && !missing {
		return nil
	}
	p := &past{leaves: l.trees.leaves}
	noted, matched := newBits(l.trees.objects.Count()), setOf(wanted)
	for _, n := range l.source.memory.result.notes {
		i := l.trees.objects.IndexOf(n.id)
		if i == odb.NoIndex || noted.has(i) {
			return nil
		}
		noted.add(i)
		p.notes = append(p.notes, pastNote{n, i, matched[n.id]})
	}
	for n := range odb.Index(l.trees.objects.Count()) {
		if m.read.has(n) && m.excluded.has(n) {
			p.extras = append(p.extras, extra{n, m.reads[n]})
		}
	}
	if len(m.recorded)+len(p.extras)+len(p.notes) != l.trees.objects.Count() {
		return nil
	}
	if !l.pastGraph(p, noted) || !l.pastTrees(p) {
		return nil
	}
	return p
}

// pastGraph fills in the graph, without commits and tags that are read again.
func (l *locator) pastGraph(p *past, noted bits) bool {
	p.graph = &graph{objects: l.graph.objects, tags: map[object.ID]object.TagInfo{}}
	at := make([]int32, l.commits)
	for i, c := range l.graph.commits[:l.commits] {
		if at[i] = none; noted.has(c.number) {
			continue
		}
		at[i] = int32(len(p.graph.commits))
		parents := l.graph.parentIndexes[c.from:c.to]
		c.from = int32(len(p.graph.parentIndexes))
		p.graph.parentIndexes = append(p.graph.parentIndexes, parents...)
		c.to = int32(len(p.graph.parentIndexes))
		p.graph.commits = append(p.graph.commits, c)
	}
	for _, a := range l.graph.absent {
		if l.has(a.id) {
			return false
		}
		if at[a.commit] != none {
			p.graph.absent = append(p.graph.absent, absent{at[a.commit], a.id, a.isTree})
		}
	}
	for id, tag := range l.graph.tags {
		if n := l.graph.objects.IndexOf(id); n != odb.NoIndex && !noted.has(n) {
			p.graph.tags[id] = tag
		}
	}
	return true
}

// pastTrees fills in the nodes of trees, and where their names are.
func (l *locator) pastTrees(p *past) bool {
	x := l.trees
	if slices.ContainsFunc(x.leaves, func(e leaf) bool { return e.missing == l.has(e.id) }) {
		return false
	}
	for n, t := range x.treeOf {
		if t == none {
			continue
		}
		if node := x.nodeOf(t); node != noNode {
			p.trees = append(p.trees, pastTree{odb.Index(n), node})
		}
	}
	number := slices.Repeat([]int32{none}, len(x.name))
	for _, edges := range x.nodes {
		for _, e := range edges {
			number[e.name] = 0
		}
	}
	for n := range number {
		if number[n] == none {
			continue
		}
		number[n] = int32(len(p.names)) // in their order, in which edges are sorted
		at := x.named[n].find(x.objects, x.name[n])
		if at.entry < 0 {
			return false
		}
		p.names = append(p.names, at)
	}
	for _, edges := range x.nodes {
		renamed := slices.Clone(edges)
		for i := range renamed {
			renamed[i].name = number[renamed[i].name]
		}
		p.nodes = append(p.nodes, renamed)
	}
	return true
}
