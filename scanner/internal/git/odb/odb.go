package odb

import (
	"cmp"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/cquote"
	"github.com/akguard/akguard/scanner/internal/git/loose"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
)

// ErrMissing is the error for an object that the database does not have.
var ErrMissing = errors.New("object is missing")

// DB reads the objects of one or more object directories. It implements Reader.
type DB struct {
	format     object.Format
	dirs       []string // object directories; the first copy of an object wins
	packs      []*pack
	unreadable []Unreadable // what could not be opened
	limits     Limits
	cache      *cache
	inflaters  sync.Pool
	largeToken chan struct{} // full while a worker holds large objects
	late       latePacks
	rescued    atomic.Bool // an object was read from another copy than its first

	firstLoose      Index // loose objects come after the packed ones
	looseOnce       sync.Once
	looseFiles      []looseFile
	looseUnreadable []Unreadable
}

var _ Reader = (*DB)(nil)

// Caps on alternates, which may be chained. The depth is git's own: the alternates of a sixth alternate are not read.
const (
	maxDirs           = 64
	maxAlternateDepth = 5
)

// maxPacked is the number of packed objects that an Index can count.
const maxPacked = packfile.MaxObjects

// Open opens object directories, with the alternates of each. The first one is the repository's own; during a push it
// is the quarantine directory, and the repository's own comes second. What cannot be opened is reported by Walk.
func Open(dirs []string, f object.Format, limits Limits) *DB {
	limits = limits.withDefaults()
	db := &DB{format: f, limits: limits, cache: newCache(limits.CacheSize), largeToken: make(chan struct{}, 1)}
	db.late = latePacks{format: f, opened: map[string]bool{}, listed: map[string]time.Time{}}
	db.inflaters.New = func() any { return new(zlibstream.Inflater) }
	seen := map[string]bool{}
	for _, dir := range dirs {
		db.addDir(dir, 0, seen)
	}
	db.assignIndexes()
	return db
}

// assignIndexes gives the packed objects their indexes, those of the largest pack first: what another pack has is looked up in those
// before it. Packs past what an Index can count are closed and reported.
func (db *DB) assignIndexes() {
	slices.SortStableFunc(db.packs, func(a, b *pack) int { return cmp.Compare(b.idx.Len(), a.idx.Len()) })
	for i, p := range db.packs {
		if int64(db.firstLoose)+int64(p.idx.Len()) > maxPacked {
			for _, p := range db.packs[i:] {
				db.ReportUnreadable(p.Path(), reason.NewError("git.too-many-objects"))
				_ = p.Close()
			}
			db.packs = db.packs[:i]
			return
		}
		p.first = db.firstLoose
		db.firstLoose += Index(p.idx.Len())
	}
}

// Close closes the packs.
func (db *DB) Close() error {
	var errs []error
	for _, p := range db.allPacks() {
		errs = append(errs, p.Close())
	}
	db.packs, db.late.packs = nil, nil
	return errors.Join(errs...)
}

// ReportUnreadable adds to what Walk reports. It must not be called during a walk.
func (db *DB) ReportUnreadable(what string, err error) {
	db.unreadable = append(db.unreadable, Unreadable{What: what, Err: err})
}

// addDir adds an object directory and its alternates.
func (db *DB) addDir(dir string, depth int, seen map[string]bool) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		db.ReportUnreadable(dir, reason.NewError("git.object-directory", fileio.WithoutPath(err)))
		return
	}
	if seen[real] {
		return
	}
	seen[real] = true
	db.dirs = append(db.dirs, real)
	db.addPacks(real)
	for _, alternate := range db.alternates(real) {
		if depth > maxAlternateDepth || len(db.dirs) >= maxDirs {
			db.ReportUnreadable(alternate, reason.NewError("git.too-many-alternates"))
			continue
		}
		db.addDir(alternate, depth+1, seen)
	}
}

// openIndexedPack opens a pack with its index, or with a multi-pack-index if its own cannot be read. It may return
// both a pack and an error that says which part of it is unreadable.
func openIndexedPack(path string, f object.Format) (*pack, error) {
	idx, err := packfile.OpenIndex(path+".idx", f)
	if err == nil {
		return openPack(path+".pack", f, idx)
	}
	err = reason.NewError("git.pack-index", fileio.WithoutPath(err))
	idx, multiErr := packfile.ReadMultiIndexOf(filepath.Dir(path), filepath.Base(path)+".idx", f)
	switch {
	case errors.Is(multiErr, os.ErrNotExist):
		return nil, err
	case multiErr != nil:
		return nil, reason.NewError("git.pack-indexes", err, fileio.WithoutPath(multiErr))
	}
	p, multiErr := openPack(path+".pack", f, idx)
	if multiErr != nil || p.Count() == idx.Len() {
		return p, multiErr
	}
	return p, reason.NewError("git.pack-index-partial", idx.Len(), p.Count(), err)
}

// alternates reads which directories an object directory borrows from.
func (db *DB) alternates(dir string) []string {
	var out []string
	name := filepath.Join(dir, "info", "alternates")
	err := fileio.Lines(name, func(text []byte) {
		for _, path := range alternatesOf(strings.TrimRight(string(text), "\r")) {
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			out = append(out, path)
		}
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		db.ReportUnreadable(name, fileio.WithoutPath(err))
	}
	return out
}

// alternatesOf returns the paths in a line. Like git, it takes what begins with a quote and is no quoted path as it is, and
// reads on one byte after a quoted path.
func alternatesOf(line string) []string {
	var out []string
	for line != "" && line[0] != '#' {
		path, rest, quoted := cquote.Cut(line)
		if !quoted {
			return append(out, line)
		}
		if path != "" {
			out = append(out, path)
		}
		line = rest[min(1, len(rest)):]
	}
	return out
}

// Read implements Reader. It tries every copy of the object until one has the right hash.
func (db *DB) Read(id object.ID) (Object, error) {
	before := db.late.count()
	o, err := db.readCopies(id, 0)
	if err != nil {
		if db.lookAgain(); db.late.count() > before { // another goroutine may have opened them
			return db.readCopies(id, 0)
		}
	}
	return o, err
}

// maxHops caps how often a delta chain continues in another pack. Packs on disk normally contain their own bases;
// forged ones may point at each other in a circle, through every copy of every base.
const maxHops = 4

// readCopies reads an object that may be the base of a delta in another pack.
func (db *DB) readCopies(id object.ID, hops int) (Object, error) {
	if hops > maxHops {
		return Object{}, reason.NewError("git.chain-packs")
	}
	var err error
	for _, p := range db.allPacks() {
		var o Object
		var offset int64
		found := false
		readErr := fileio.CatchFaults(func() (err error) {
			if offset, found = p.find(id); found {
				o, err = db.packedObject(p, offset, hops)
			}
			return err
		})
		if !found && readErr == nil {
			continue
		}
		if readErr = db.checkHash(id, o, readErr); readErr == nil {
			o.ID = id
			return o, nil
		}
		err = reason.NewError("git.object", id.String(), readErr)
	}
	for _, dir := range db.dirs {
		o, readErr := db.readLoose(dir, id)
		switch {
		case readErr == nil:
			return o, nil
		case !errors.Is(readErr, os.ErrNotExist):
			err = reason.NewError("git.object", id.String(), fileio.WithoutPath(readErr))
		}
	}
	if err == nil {
		err = reason.NewError("git.object-missing", id.String(), ErrMissing)
	}
	return Object{}, err
}

func (db *DB) checkHash(id object.ID, o Object, err error) error {
	if err != nil {
		return err
	}
	if db.format.Hash(o.Type, o.Content) != id {
		return object.ErrHash
	}
	return nil
}

func (db *DB) readLoose(dir string, id object.ID) (Object, error) {
	f := db.inflaters.Get().(*zlibstream.Inflater)
	defer db.inflaters.Put(f)
	l, err := loose.Open(dir, id, f)
	if err != nil {
		return Object{}, err
	}
	defer l.Close()
	if l.Size > db.limits.MaxObject {
		return Object{}, packfile.TooLarge(l.Size)
	}
	content, err := zlibstream.ReadExactly(nil, l.Body, l.Size)
	o := Object{ID: id, Type: l.Type, Size: l.Size, Content: content}
	return o, db.checkHash(id, o, err)
}

// typeOf returns the type of an object, or 0 if it cannot be read.
func (db *DB) typeOf(id object.ID) object.Type {
	o, err := db.Read(id)
	if err != nil {
		return 0
	}
	return o.Type
}

// copies counts the copies of an object, packed and loose.
func (db *DB) copies(id object.ID) int {
	n := 0
	_ = fileio.CatchFaults(func() error {
		for _, p := range db.packs {
			if _, ok := p.idx.Find(id); ok {
				n++
			}
		}
		return nil
	})
	for _, dir := range db.dirs {
		if fileio.IsRegular(loose.Path(dir, id)) {
			n++
		}
	}
	return n
}

// Abbreviated returns the objects whose ID begins with at least four hex digits. ok is false if prefix is not that.
func (db *DB) Abbreviated(prefix string) (ids []object.ID, ok bool) {
	prefix = strings.ToLower(prefix)
	if _, err := hex.DecodeString(prefix + strings.Repeat("0", len(prefix)%2)); err != nil || len(prefix) < 4 || len(prefix) > 2*db.format.Size() {
		return nil, false
	}
	_ = fileio.CatchFaults(func() error { // Walk reports a truncated index
		for _, p := range db.packs {
			for i := p.idx.Search(prefix); i < p.idx.Len() && strings.HasPrefix(p.idx.ID(i).String(), prefix); i++ {
				ids = append(ids, p.idx.ID(i))
			}
		}
		return nil
	})
	for _, dir := range db.dirs {
		loose, _ := loose.List(dir, prefix[:2], db.format) // Walk reports a folder that cannot be read
		for _, id := range loose {
			if strings.HasPrefix(id.String(), prefix) {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, func(a, b object.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids), true
}
