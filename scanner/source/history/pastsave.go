package history

import (
	"slices"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/treeindex"
)

// usePast takes over what an earlier scan has found out about trees. If that does not fit the matches of this scan, all commits
// and trees are read.
func (l *locator) usePast(wanted []object.ID) {
	m := l.source.earlier
	if m == nil || m.past == nil {
		return
	}
	if l.partial || !m.past.fits(wanted) || !m.resume(l.trees) {
		m.past, l.graph = nil, nil
		l.trees = treeindex.New(l.objects(), wanted, l.partial)
	}
}

// resume hands the past to an index of trees. It reports false if the past is damaged.
func (m *earlier) resume(trees *treeindex.Index) bool {
	known := slices.Clone(m.known)
	for _, n := range m.past.notes {
		known.Add(n.index) // no tree, so that a pack without new trees need not be looked at
	}
	return trees.Resume(m.past.trees, known, func(n odb.Index) bool {
		return m.known.Has(n) && m.reads[n] == 0 // nothing is counted of a tree, nor of anything else
	})
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

// savePast saves what this scan has found out beside the record of objects, if the next one can use it.
func (l *locator) savePast(wanted []object.ID) {
	m, memory := l.source.earlier, l.source.memory
	if !memory.certain() || m.unsaved != nil {
		return
	}
	if m.past != nil && !m.changed && l.trees.AllKnown() && len(memory.result.notes) == len(m.past.notes) {
		return // it is what was saved
	}
	if p := l.past(wanted); p != nil {
		if data, ok := p.encode(l.objects(), m.recorded); ok {
			m.unsaved = m.record.SaveGraph(m.saved.Sum, data)
		}
	}
}

// past returns what the next scan can use. It is nil if some object could not be read, if there is too much, or if nothing has to
// be located.
func (l *locator) past(wanted []object.ID) *past {
	m := l.source.earlier
	nothing := len(l.trees.Leaves()) == 0 && len(l.graph.absent) == 0
	if m.damaged || len(l.trees.Unreadable()) > 0 || l.partial || l.capped || nothing {
		return nil
	}
	p := &past{}
	noted, matched := odb.NewIndexSet(l.objects().Count()), setOf(wanted)
	for _, n := range l.source.memory.result.notes {
		i := l.objects().IndexOf(n.id)
		if i == odb.NoIndex || noted.Has(i) {
			return nil
		}
		noted.Add(i)
		p.notes = append(p.notes, pastNote{n, i, matched[n.id]})
	}
	for n := range odb.Index(l.objects().Count()) {
		if m.read.Has(n) && m.excluded.Has(n) {
			p.extras = append(p.extras, extra{n, m.reads[n]})
		}
	}
	if len(m.recorded)+len(p.extras)+len(p.notes) != l.objects().Count() {
		return nil
	}
	if p.trees = l.trees.Snapshot(); p.trees == nil || !l.pastGraph(p, noted) {
		return nil
	}
	return p
}

// pastGraph fills in the graph, without commits and tags that are read again.
func (l *locator) pastGraph(p *past, noted odb.IndexSet) bool {
	p.graph = &graph{objects: l.graph.objects, tags: map[object.ID]object.TagInfo{}}
	at := make([]int32, l.commits)
	for i, c := range l.graph.commits[:l.commits] {
		if at[i] = none; noted.Has(c.number) {
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
		if n := l.graph.objects.IndexOf(id); n != odb.NoIndex && !noted.Has(n) {
			p.graph.tags[id] = tag
		}
	}
	return true
}
