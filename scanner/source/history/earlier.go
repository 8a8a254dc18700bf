package history

import (
	"context"
	"sync"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/seen"
)

// earlier says which objects earlier scans have read, and collects those of this scan for the record. An object is in the
// record if it was read completely, contains nothing that a rule could match, and refers to nothing that is missing. So if
// all objects of the record still exist, nothing that they refer to is missing either.
type earlier struct {
	objects odb.Reader
	record  *seen.Record
	known   bits // read by earlier scans
	count   int  // number of known objects
	gone    int  // objects in the record that no longer exist

	mu       sync.Mutex
	read     bits // read completely without a match, by earlier scans or by this one
	excluded bits // not for the record all the same: they are damaged, or refer to what is missing

	unsaved error // why the record could not be saved
}

// newEarlier loads the record. It returns nil if there is no record to use; all methods accept nil.
func newEarlier(objects odb.Reader, record *seen.Record) (*earlier, error) {
	if record == nil {
		return nil, nil
	}
	ids, err := record.Load()
	if err != nil {
		return nil, err
	}
	m := &earlier{objects: objects, record: record, known: newBits(objects.Count()), excluded: newBits(objects.Count()), read: newBits(objects.Count())}
	for i := range ids.Len() {
		switch n := objects.IndexOf(ids.At(i)); {
		case n == odb.NoIndex:
			m.gone++
		case !m.known.has(n):
			m.known.add(n)
			m.read.add(n)
			m.count++
		}
	}
	return m, nil
}

// knownFunc returns the function for Walk.Known and TreeWalk.Known.
func (m *earlier) knownFunc() func(odb.Index) bool {
	if m == nil || m.count == 0 {
		return nil
	}
	return m.known.has
}

// add puts an object into the record, unless it is excluded. Only what was read is added, under the one index that all
// copies of an object share.
func (m *earlier) add(n odb.Index) {
	if m == nil || n == odb.NoIndex {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read.add(n)
}

// exclude keeps an object out of the record.
func (m *earlier) exclude(n odb.Index) {
	if m == nil || n == odb.NoIndex {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.excluded.add(n)
}

// excludeUnreadable keeps an object that could not be read out of the record.
func (m *earlier) excludeUnreadable(l odb.Unreadable) {
	if m == nil {
		return
	}
	if id, ok := m.objects.Format().ParseID(l.What); ok {
		m.exclude(m.objects.IndexOf(id))
	}
}

// provesComplete reports whether the record, and the trees that are not in it, prove that no object is missing.
func (m *earlier) provesComplete(ctx context.Context) (bool, error) {
	if m == nil || m.count == 0 || m.gone > 0 {
		return false, nil
	}
	c := &completeness{earlier: m}
	err := m.objects.Trees(ctx, odb.TreeWalk{Visitor: c.visitor, Unreadable: c.unreadable, Known: m.known.has})
	return err == nil && !c.lacks, err
}

// save saves the record. The objects are in the order of their indexes, in which the next scan looks them up. A failure
// is no error of the scan.
func (m *earlier) save() {
	if m == nil {
		return
	}
	ids := object.NewList(m.objects.Format())
	changed := m.gone > 0
	for n := range odb.Index(m.objects.Count()) {
		keep := m.read.has(n) && !m.excluded.has(n)
		if keep {
			ids.Append(m.objects.ID(n))
		}
		changed = changed || keep != m.known.has(n)
	}
	if changed {
		m.unsaved = m.record.Save(&ids)
	}
}

// completeness looks for objects that new trees refer to and that are missing.
type completeness struct {
	earlier *earlier
	mu      sync.Mutex
	lacks   bool
}

func (c *completeness) lack() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lacks = true
}

func (c *completeness) unreadable(odb.Unreadable) { c.lack() }

func (c *completeness) visitor() odb.TreeVisitor { return c }

// Keep implements odb.TreeVisitor.
func (c *completeness) Keep(child odb.TreeEntry) bool {
	if isMissing(child, c.earlier.objects.Format().EmptyTree()) {
		c.lack()
	}
	return false
}

// Visit implements odb.TreeVisitor.
func (c *completeness) Visit(change odb.TreeChange) { c.earlier.add(change.Tree) }
