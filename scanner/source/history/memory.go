package history

import (
	"context"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/seen"
)

// memory is what earlier scans have seen of a history, and what this one adds. An object is remembered if it was read
// to its end, holds nothing that a rule could match, and names nothing that is missing. So where everything that was
// remembered is still there, nothing that it leads to is missing either.
type memory struct {
	objects odb.Reader
	record  *seen.Record
	known   bits // seen by earlier scans
	count   int  // of them
	gone    int  // objects that earlier scans have seen and that are not there any more

	mu    sync.Mutex
	unfit bits // not to be remembered

	unsaved error // why nothing was saved
}

// recall loads the memory. Without a record there is none: nil.
func recall(objects odb.Reader, record *seen.Record) (*memory, error) {
	if record == nil {
		return nil, nil
	}
	ids, err := record.Load()
	if err != nil {
		return nil, err
	}
	m := &memory{objects: objects, record: record, known: newBits(objects.Count()), unfit: newBits(objects.Count())}
	for _, id := range ids {
		switch n := objects.IndexOf(id); {
		case n == odb.NoIndex:
			m.gone++
		case !m.known.has(n):
			m.known.add(n)
			m.count++
		}
	}
	return m, nil
}

// isKnown is for Walk.Known and TreeWalk.Known.
func (m *memory) isKnown() func(odb.Index) bool {
	if m == nil || m.count == 0 {
		return nil
	}
	return m.known.has
}

// exclude keeps an object from being remembered.
func (m *memory) exclude(n odb.Index) {
	if m == nil || n == odb.NoIndex {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unfit.add(n)
}

// lose keeps what could not be read from being remembered.
func (m *memory) lose(l odb.Unreadable) {
	if m == nil {
		return
	}
	if id, ok := object.ParseID(l.What); ok {
		m.exclude(m.objects.IndexOf(id))
	}
}

// suffices reports whether the memory, and the trees that it does not have, show that nothing is missing.
func (m *memory) suffices(ctx context.Context) (bool, error) {
	if m == nil || m.count == 0 || m.gone > 0 {
		return false, nil
	}
	c := &completeness{memory: m}
	err := m.objects.Trees(ctx, odb.TreeWalk{Visitor: c.visitor, Unreadable: c.lose, Known: m.known.has})
	return err == nil && !c.lacks, err
}

// save remembers what has been read. The objects are in the order of their numbers, as the next scan will look for
// them. That it fails is no reason to lose what the scan has found.
func (m *memory) save() {
	if m == nil {
		return
	}
	var ids []object.ID
	for n := range odb.Index(m.objects.Count()) {
		if !m.unfit.has(n) {
			ids = append(ids, m.objects.ID(n))
		}
	}
	if len(ids) == m.count && m.gone == 0 {
		return
	}
	m.unsaved = m.record.Save(ids)
}

// completeness looks for what new trees name and the store does not have.
type completeness struct {
	memory *memory
	mu     sync.Mutex
	lacks  bool
}

func (c *completeness) lack() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lacks = true
}

func (c *completeness) lose(odb.Unreadable) { c.lack() }

func (c *completeness) visitor() odb.TreeVisitor { return c }

// Keep implements odb.TreeVisitor.
func (c *completeness) Keep(child odb.TreeEntry) bool {
	if isMissing(child) {
		c.lack()
	}
	return false
}

// Visit implements odb.TreeVisitor.
func (c *completeness) Visit(odb.TreeChange) {}
