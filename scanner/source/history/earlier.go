package history

import (
	"context"
	"slices"
	"sync"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/seen"
)

// earlier says which objects earlier scans have read, and collects those of this scan for the record. An object is in the
// record if it was read completely, contains nothing that a rule could match, and refers to nothing that is missing. So if
// all objects of the record still exist, nothing that they refer to is missing either.
type earlier struct {
	objects odb.Reader
	record  *seen.Record
	state   *repo.State
	known   odb.IndexSet  // read by earlier scans
	count   int           // number of known objects
	gone    int           // objects in the record that no longer exist
	tally   scanner.Tally // what was read of the known objects

	mu       sync.Mutex
	read     odb.IndexSet // read completely without a match, by earlier scans or by this one
	reads    []seen.Read  // by object index: how much was read
	excluded odb.IndexSet // not for the record all the same: they are damaged, or refer to what is missing
	damaged  bool         // something could not be read

	unsaved error // why the record could not be saved

	recorded []odb.Index // the objects of the record, in its order
	files    *files
	saved    seen.Objects // the record
	changed  bool         // it was not the same before this scan
	past     *past        // what is known beside it; may be nil
}

// newEarlier loads the record. All methods accept nil.
func newEarlier(r onDisk, record *seen.Record, state *repo.State) (*earlier, error) {
	saved, err := record.Load()
	if err != nil {
		return nil, err
	}
	objects := r.objects()
	count := objects.Count()
	m := &earlier{
		objects: objects, record: record, state: state,
		known: odb.NewIndexSet(count), excluded: odb.NewIndexSet(count), read: odb.NewIndexSet(count), reads: make([]seen.Read, count),
	}
	m.files, m.saved = newFiles(r, state, saved.Marks), saved
	m.recorded = make([]odb.Index, 0, saved.IDs.Len())
	for i := range saved.IDs.Len() {
		id := saved.IDs.At(i)
		n := objects.IndexOf(id)
		switch {
		case n == odb.NoIndex:
			m.gone++
		case !m.files.hold(n, id):
			m.gone++
		case !m.known.Has(n):
			m.recorded = append(m.recorded, n)
			m.know(n, saved.Reads[i])
		}
	}
	if m.gone == 0 && m.count == saved.IDs.Len() && m.count > 0 {
		m.loadPast()
	}
	return m, nil
}

// know notes that an object need not be read.
func (m *earlier) know(n odb.Index, r seen.Read) {
	m.known.Add(n)
	m.read.Add(n)
	m.reads[n] = r
	m.count++
	m.tally.Add(scanner.Tally{Blobs: r.Pieces(), Bytes: r.Bytes(), Commits: r.Commits()})
}

// loadPast loads what is known beside the record. Notes that must be walked for make it useless.
func (m *earlier) loadPast() {
	data := m.record.LoadGraph(m.saved.Sum)
	if data == nil {
		return
	}
	p, err := decodePast(m.objects, m.files.hold, m.recorded, data)
	if err != nil || !p.trees.ReadNames(m.objects) || slices.ContainsFunc(p.notes, func(n pastNote) bool { return n.streamed }) {
		return
	}
	m.past = p
	for _, x := range p.extras {
		m.know(x.index, x.read)
	}
}

// files knows which packs and loose objects hold what the record says that they hold: those that have not changed since, and
// packs with the right checksums, such as git makes of other packs.
type files struct {
	marks  map[seen.Mark]bool
	state  *repo.State
	packs  []odb.PackRange
	intact []func() bool // of each pack; decided when it is asked for
	at     int           // the last pack that was asked for
}

func newFiles(r onDisk, state *repo.State, marks []seen.Mark) *files {
	f := &files{marks: map[seen.Mark]bool{}, state: state, packs: r.Packs()}
	for _, mark := range marks {
		f.marks[mark] = true
	}
	for _, p := range f.packs {
		f.intact = append(f.intact, sync.OnceValue(func() bool { return f.has(state.Packs[p.Path]) || p.IsIntact() }))
	}
	return f
}

func (f *files) has(mark odb.Mark) bool { return f.marks[seen.Mark(mark)] }

// hold reports whether the file that an object is read from is as it was. A loose object in a new file is read again.
func (f *files) hold(n odb.Index, id object.ID) bool {
	if f.at < len(f.packs) && f.packs[f.at].First <= n && n < f.packs[f.at].End {
		return f.intact[f.at]()
	}
	for i, p := range f.packs {
		if p.First <= n && n < p.End {
			f.at = i
			return f.intact[i]()
		}
	}
	mark, ok := f.state.Loose[id]
	return ok && f.has(mark)
}

// marks returns the marks of all files, for the record.
func marks(s *repo.State) []seen.Mark {
	var out []seen.Mark
	for _, m := range s.Packs {
		out = append(out, seen.Mark(m))
	}
	for _, m := range s.Loose {
		out = append(out, seen.Mark(m))
	}
	return out
}

// knownFunc returns the function for Walk.Known and TreeWalk.Known.
func (m *earlier) knownFunc() func(odb.Index) bool {
	if m == nil || m.count == 0 {
		return nil
	}
	return m.known.Has
}

// add puts an object into the record, unless it is excluded. Only what was read is added, under the one index that all
// copies of an object share.
func (m *earlier) add(n odb.Index, read scanner.Tally) {
	if m == nil || n == odb.NoIndex {
		return
	}
	r, ok := seen.NewRead(read.Bytes, read.Blobs, read.Commits > 0)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read.Add(n)
	m.reads[n] = r
}

// exclude keeps an object out of the record.
func (m *earlier) exclude(n odb.Index) {
	if m == nil || n == odb.NoIndex {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.excluded.Add(n)
}

// excludeUnreadable keeps an object that could not be read out of the record.
func (m *earlier) excludeUnreadable(l odb.Unreadable) {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.damaged = true
	m.mu.Unlock()
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
	err := m.objects.Trees(ctx, odb.TreeWalk{Visitor: c.visitor, Unreadable: c.unreadable, Known: m.known.Has})
	return err == nil && !c.lacks, err
}

// save saves the record, if it has changed. A failure is no error of the scan.
func (m *earlier) save() {
	if m == nil {
		return
	}
	m.changed = m.gone > 0 || m.saved.IDs.Len() == 0
	if m.changed || slices.ContainsFunc(m.recorded, m.excluded.Has) {
		m.saved, m.recorded, m.changed = seen.Objects{IDs: object.NewList(m.objects.Format())}, nil, true
	}
	m.append()
	now := marks(m.state)
	m.changed = m.changed || !sameMarks(m.saved.Marks, now)
	m.saved.Marks = now
	if m.changed {
		m.saved.Sum, m.unsaved = m.record.Save(m.saved)
	}
}

// append adds the objects that are not in the record.
func (m *earlier) append() {
	recorded := odb.NewIndexSet(m.objects.Count())
	for _, n := range m.recorded {
		recorded.Add(n)
	}
	for n := range odb.Index(m.objects.Count()) {
		if m.read.Has(n) && !m.excluded.Has(n) && !recorded.Has(n) {
			m.saved.IDs.Append(m.objects.ID(n))
			m.saved.Reads = append(m.saved.Reads, m.reads[n])
			m.recorded = append(m.recorded, n)
			m.changed = true
		}
	}
}

func sameMarks(a, b []seen.Mark) bool {
	have := map[seen.Mark]bool{}
	for _, m := range a {
		have[m] = true
	}
	return len(have) == len(b) && !slices.ContainsFunc(b, func(m seen.Mark) bool { return !have[m] })
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
func (c *completeness) Keep(child object.TreeEntry) bool {
	objects := c.earlier.objects
	if (child.IsTree() || child.IsBlob()) && child.ID != objects.Format().EmptyTree() && objects.IndexOf(child.ID) == odb.NoIndex {
		c.lack()
	}
	return false
}

// Visit implements odb.TreeVisitor.
func (c *completeness) Visit(change odb.TreeChange) { c.earlier.add(change.Tree, scanner.Tally{}) }
