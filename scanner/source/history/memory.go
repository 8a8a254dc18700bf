package history

import (
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/seen"
	"golang.org/x/sync/errgroup"
)

// memory is what a scan knows of earlier ones, and collects for the next. There are two kinds. If the repository is as it
// was, the whole result is known, and only content that the report depends on is read. Otherwise the record of objects that
// were read is used; see earlier. All methods accept nil.
type memory struct {
	record *seen.Record
	repo   onDisk
	state  *repo.State // before the scan
	key    seen.State

	mu     sync.Mutex
	result result // of this scan
	unsure bool   // the scan was not a search with all rules

	repeated *result      // of an earlier scan of the same state; nil if there is none
	done     odb.IndexSet // objects that were read before the repeated result turned out to be unusable; nil: none
}

// newMemory reads the state of the repository, and what is known of it. It returns nil if nothing can be remembered.
func (s *Source) newMemory(sink scanner.Sink) *memory {
	disk, ok := s.repo.(onDisk)
	if _, counts := sink.(scanner.Screener); !ok || !counts || s.opts.Seen == nil {
		return nil
	}
	m := &memory{record: s.opts.Seen, repo: disk, state: disk.State()}
	options := byte(0)
	if s.opts.NoUnreachable {
		options = 1
	}
	m.key = sha256.Sum256(append(m.state.Sum[:], options))
	if m.state.Same {
		if data := m.record.LoadResult(m.key); data != nil {
			if r, err := decodeResult(disk.Format(), data); err == nil {
				m.repeated = r
			}
		}
	}
	return m
}

// errVanished is the error for a noted object that can no longer be read.
var errVanished = errors.New("object vanished")

// repeat hands over the content that the report depends on, and reports whether that was all that had to be done.
func (m *memory) repeat(ctx context.Context, sink scanner.Sink) (bool, error) {
	if m == nil || m.repeated == nil {
		return false, nil
	}
	read := m.reread
	if slices.ContainsFunc(m.repeated.notes, func(n note) bool { return n.streamed }) {
		read = m.walkAgain
	}
	err := read(ctx, &reader{sink: sink}, m.repeated.notes)
	if errors.Is(err, errVanished) { // a moment ago: the state says that it is there
		m.repeated, m.state.Same = nil, false
		return false, nil
	}
	if err != nil {
		return true, err
	}
	sink.(scanner.Screener).Remembered(m.repeated.read)
	return true, nil
}

// reread reads the noted objects one by one.
func (m *memory) reread(ctx context.Context, r *reader, notes []note) error {
	m.done = odb.NewIndexSet(m.repo.objects().Count())
	var g errgroup.Group // without a context: each object is handed over as a whole, or not at all
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, n := range notes {
		g.Go(func() error { return m.rereadOne(ctx, r, n.id) })
	}
	return g.Wait()
}

func (m *memory) rereadOne(ctx context.Context, r *reader, id object.ID) error {
	objects := m.repo.objects()
	o, err := objects.Read(id)
	if o.Index = objects.IndexOf(id); err != nil || o.Index == odb.NoIndex {
		return errVanished
	}
	if err := r.Object(ctx, o); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done.Add(o.Index)
	return nil
}

// withDone returns the function for Walk.Known, with the objects that are done.
func (m *memory) withDone(known func(odb.Index) bool) func(odb.Index) bool {
	switch {
	case m == nil || m.done == nil:
		return known
	case known == nil:
		return m.done.Has
	}
	return func(i odb.Index) bool { return m.done.Has(i) || known(i) }
}

// walkAgain reads the noted objects in the order of the packs, because some of them are too large to be read in another way.
func (m *memory) walkAgain(ctx context.Context, r *reader, notes []note) error {
	objects := m.repo.objects()
	noted := odb.NewIndexSet(objects.Count())
	for _, n := range notes {
		if i := objects.IndexOf(n.id); i != odb.NoIndex {
			noted.Add(i)
		}
	}
	return objects.Walk(ctx, odb.Walk{
		Types: object.TypesOf(object.Blob, object.Commit, object.Tag), Visitor: r,
		Known: func(i odb.Index) bool { return !noted.Has(i) },
	})
}

// reused returns how many objects were not read.
func (m *memory) reused() int {
	if m == nil || m.repeated == nil {
		return 0
	}
	return m.repo.objects().Count() - len(m.repeated.notes)
}

// dropped notes that a blob was ruled out.
func (m *memory) dropped(size int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.result.read.Add(scanner.Tally{Blobs: 1, Bytes: size})
}

// read notes what became of an object, and reports whether it need not be read again. A stream may have failed after something
// was found in it.
func (m *memory) read(o odb.Object, a *scanner.Account, failed bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unsure = m.unsure || a.Unsure.Load()
	if failed || a.Noted.Load() {
		m.result.notes = append(m.result.notes, note{o.ID, o.Stream != nil})
		return false
	}
	m.result.read.Add(tallyOf(o.Type, a))
	return true
}

func tallyOf(t object.Type, a *scanner.Account) scanner.Tally {
	tally := a.Tally()
	if t == object.Commit {
		tally.Commits = 1
	}
	return tally
}

// skip notes what the history could not read.
func (m *memory) skip(s finding.Skip) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.result.skips = append(m.result.skips, s)
}

// A file that is written twice within one tick of the clock has the same stamp both times. Some file systems count seconds.
const (
	tick       = 15 * time.Millisecond
	coarseTick = 2 * time.Second
)

// wait waits until whatever is written from now on gets a later time than what was there before.
func (m *memory) wait() {
	if m == nil {
		return
	}
	if age := time.Since(m.state.Latest); age >= 0 && age < tick {
		time.Sleep(tick - age)
	}
}

// settled reports whether the stamps of the state tell it from all later ones.
func (m *memory) settled(now time.Time) bool {
	age := now.Sub(m.state.Latest)
	return age >= tick && (m.state.Latest.Nanosecond() != 0 || age >= coarseTick)
}

// certain reports whether the scan was one of the state, with all rules and of the objects that are used.
func (m *memory) certain() bool {
	return m != nil && m.repeated == nil && !m.unsure && m.state.Same && m.settled(time.Now()) && !m.repo.Rescued()
}

// save saves the result, unless the repository has changed since the scan began.
func (m *memory) save(matches []finding.Place, places [][]finding.Place) error {
	if !m.certain() {
		return nil
	}
	m.result.places = map[content][]finding.Place{}
	for i, h := range matches {
		m.result.places[contentOf(h)] = places[i]
	}
	data, err := m.result.encode(m.repo.Format())
	if err != nil || m.repo.State().Sum != m.state.Sum {
		return nil
	}
	return m.record.SaveResult(m.key, data)
}
