// Package storage lets go-git work on akguard's object reader: Storage is a go-git storage.Storer whose objects are read
// through odb, so that git.Open returns a go-git repository on the fast reader.
//
// Objects are read by odb, which knows multi-pack-indexes, chained alternates and damaged packs, and checks the hash of
// what it reads. Everything else (references, the index, shallow commits, configuration, modules, and all writing) is
// go-git's own, on the same folder. Objects(), the optional bulk interface, is what a scan of the whole history reads.
//
// Limits: go-git knows SHA-1 alone, so that SHA-256 repositories are refused. Objects larger than the limit of the object
// database are read by go-git, which streams them without checking their hash.
package storage

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// Storage implements go-git's storage.Storer on a git folder. It is safe for concurrent reading.
type Storage struct {
	*filesystem.Storage // what is not about reading objects
	objectDirs          []string
	limits              odb.Limits

	mu      sync.Mutex
	db      *odb.DB // nil until the first read, and after a write
	refused error   // why the repository cannot be read by go-git
	stale   []*odb.DB
}

var (
	_ storage.Storer           = (*Storage)(nil)
	_ storer.PackfileWriter    = (*Storage)(nil)
	_ storer.DeltaObjectStorer = (*Storage)(nil)
)

// New returns the storage of the git folder at dir, which need not exist yet: go-git's Init makes it.
func New(dir string, limits odb.Limits) *Storage {
	files := osfs.New(dir, osfs.WithBoundOS())
	return &Storage{
		Storage: filesystem.NewStorageWithOptions(files, cache.NewObjectLRUDefault(), filesystem.Options{
			LargeObjectThreshold: largeObject, AlternatesFS: osfs.New("/"),
		}),
		objectDirs: []string{filepath.Join(dir, "objects")}, limits: limits,
	}
}

// largeObject is the size above which go-git streams an object, in bytes.
const largeObject = 16 << 20

// Objects returns the bulk interface to the objects that are there now. It is valid until Close.
func (s *Storage) Objects() odb.Reader {
	db, _ := s.objects() // a walk over the objects of a repository that is refused reports why
	return db
}

func (s *Storage) objects() (*odb.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil {
		return s.db, s.refused
	}
	if s.refused = checkFormat(s.Storage); s.refused == nil {
		s.db = odb.Open(s.objectDirs, object.SHA1, s.limits)
		return s.db, nil
	}
	s.db = odb.Open(nil, object.SHA1, s.limits)
	s.db.ReportUnreadable(s.objectDirs[0], s.refused)
	return s.db, s.refused
}

// checkFormat returns an error if a storage has the objects of a SHA-256 repository, which go-git cannot name.
func checkFormat(s any) error {
	configured, ok := s.(config.ConfigStorer)
	if !ok {
		return nil
	}
	c, err := configured.Config()
	if err != nil {
		return nil //nolint:nilerr // whoever needs the configuration reports that
	}
	format := c.Raw.Section("extensions").Option("objectformat")
	if format == "" || strings.EqualFold(format, object.SHA1.String()) {
		return nil
	}
	return reason.NewError("git.go-git-object-format", format)
}

// changed makes the next read see what was written. The old reader stays open, because it may be in use.
func (s *Storage) changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil {
		s.stale, s.db = append(s.stale, s.db), nil
	}
}

// Close closes the packs.
func (s *Storage) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	for _, db := range s.stale {
		errs = append(errs, db.Close())
	}
	s.db, s.stale = nil, nil
	return errors.Join(errs...)
}

// EncodedObject implements storer.EncodedObjectStorer.
func (s *Storage) EncodedObject(t plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	db, err := s.objects()
	if err != nil {
		return nil, err
	}
	o, err := db.Read(ID(h))
	switch {
	case errors.Is(err, packfile.ErrTooLarge):
		return s.Storage.EncodedObject(t, h)
	case errors.Is(err, odb.ErrMissing):
		return nil, plumbing.ErrObjectNotFound
	case err != nil:
		return nil, fmt.Errorf("reading object %s: %w", h, err)
	case t != plumbing.AnyObject && typeOf(o.Type) != t:
		return nil, plumbing.ErrObjectNotFound
	}
	return encode(o)
}

// encode copies an object: its content belongs to the reader's cache.
func encode(o odb.Object) (plumbing.EncodedObject, error) {
	out := &plumbing.MemoryObject{}
	out.SetType(typeOf(o.Type))
	_, err := out.Write(o.Content)
	return out, err
}

// ID returns the ID that go-git names an object by. It is always a SHA-1 hash.
func ID(h plumbing.Hash) object.ID { return object.SHA1.ID(h[:]) }

// Hash returns an ID as go-git has it.
func Hash(id object.ID) plumbing.Hash { return plumbing.Hash(id[:object.SHA1.Size()]) }

// typeOf converts a type. The numbers are those of pack entries in both packages.
func typeOf(t object.Type) plumbing.ObjectType { return plumbing.ObjectType(t) }

// HasEncodedObject implements storer.EncodedObjectStorer.
func (s *Storage) HasEncodedObject(h plumbing.Hash) error {
	db, err := s.objects()
	if err != nil {
		return err
	}
	if db.IndexOf(ID(h)) == odb.NoIndex {
		return plumbing.ErrObjectNotFound
	}
	return nil
}

// EncodedObjectSize implements storer.EncodedObjectStorer.
func (s *Storage) EncodedObjectSize(h plumbing.Hash) (int64, error) {
	o, err := s.EncodedObject(plumbing.AnyObject, h)
	if err != nil {
		return 0, err
	}
	return o.Size(), nil
}

// IterEncodedObjects implements storer.EncodedObjectStorer. Unlike go-git's own, the iterator includes the objects of
// alternates. An object that cannot be read is an error of its Next, and not the end.
func (s *Storage) IterEncodedObjects(t plumbing.ObjectType) (storer.EncodedObjectIter, error) {
	db, err := s.objects()
	if err != nil {
		return nil, err
	}
	return &iterator{storage: s, db: db, wanted: t, left: db.Count()}, nil
}

// iterator reads the objects one by one, in the order of their indexes.
type iterator struct {
	storage *Storage
	db      *odb.DB
	wanted  plumbing.ObjectType
	next    odb.Index
	left    int
}

// Next implements storer.EncodedObjectIter.
func (i *iterator) Next() (plumbing.EncodedObject, error) {
	for i.left > 0 {
		index := i.next
		i.next, i.left = i.next+1, i.left-1
		id := i.db.ID(index)
		if i.db.IndexOf(id) != index {
			continue // another copy of an object that has been visited
		}
		o, err := i.storage.EncodedObject(i.wanted, Hash(id))
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			continue
		}
		return o, err
	}
	return nil, io.EOF
}

// ForEach implements storer.EncodedObjectIter.
func (i *iterator) ForEach(visit func(plumbing.EncodedObject) error) error {
	return storer.ForEachIterator(i, visit)
}

// Close implements storer.EncodedObjectIter.
func (i *iterator) Close() { i.left = 0 }

// SetEncodedObject implements storer.EncodedObjectStorer.
func (s *Storage) SetEncodedObject(o plumbing.EncodedObject) (plumbing.Hash, error) {
	h, err := s.Storage.SetEncodedObject(o)
	s.changed()
	return h, err
}

// AddAlternate implements storer.EncodedObjectStorer.
func (s *Storage) AddAlternate(remote string) error {
	err := s.Storage.AddAlternate(remote)
	s.changed()
	return err
}

// PackfileWriter implements storer.PackfileWriter.
func (s *Storage) PackfileWriter() (io.WriteCloser, error) {
	w, err := s.Storage.PackfileWriter()
	if err != nil {
		return nil, err
	}
	return &packWriter{w, s}, nil
}

// packWriter makes the objects of a pack visible once it is whole.
type packWriter struct {
	io.WriteCloser
	storage *Storage
}

// Close implements io.Closer.
func (w *packWriter) Close() error {
	err := w.WriteCloser.Close()
	w.storage.changed()
	return err
}

// Module implements storage.ModuleStorer.
func (s *Storage) Module(name string) (storage.Storer, error) {
	return New(filepath.Join(s.Filesystem().Root(), "modules", filepath.FromSlash(name)), s.limits), nil
}

// Begin implements storer.Transactioner: objects are held in memory until Commit writes them.
func (s *Storage) Begin() storer.Transaction {
	return &transaction{storage: s, objects: map[plumbing.Hash]plumbing.EncodedObject{}}
}

type transaction struct {
	storage *Storage
	order   []plumbing.Hash
	objects map[plumbing.Hash]plumbing.EncodedObject
}

// SetEncodedObject implements storer.Transaction.
func (t *transaction) SetEncodedObject(o plumbing.EncodedObject) (plumbing.Hash, error) {
	h := o.Hash()
	if t.objects[h] == nil {
		t.order = append(t.order, h)
	}
	t.objects[h] = o
	return h, nil
}

// EncodedObject implements storer.Transaction.
func (t *transaction) EncodedObject(kind plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	o := t.objects[h]
	if o == nil || kind != plumbing.AnyObject && kind != o.Type() {
		return nil, plumbing.ErrObjectNotFound
	}
	return o, nil
}

// Commit implements storer.Transaction.
func (t *transaction) Commit() error {
	for _, h := range t.order {
		if _, err := t.storage.SetEncodedObject(t.objects[h]); err != nil {
			return fmt.Errorf("writing object %s: %w", h, err)
		}
	}
	return t.Rollback()
}

// Rollback implements storer.Transaction.
func (t *transaction) Rollback() error {
	t.order, t.objects = nil, map[plumbing.Hash]plumbing.EncodedObject{}
	return nil
}
