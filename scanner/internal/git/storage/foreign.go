package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// Reader returns the bulk interface to the objects of any go-git storage: the storage's own if it has one, like Storage,
// and else one that uses go-git's iterators. The latter reads every object twice, once for its type, and from one
// goroutine: not every storage allows more. A SHA-256 repository is refused.
func Reader(s storer.EncodedObjectStorer, limits odb.Limits) (odb.Reader, error) {
	if err := checkFormat(s); err != nil {
		return nil, err
	}
	if bulk, ok := s.(interface{ Objects() odb.Reader }); ok {
		return bulk.Objects(), nil
	}
	return newForeign(s, limits)
}

// foreign reads any other storage through go-git's interfaces.
type foreign struct {
	mu      sync.Mutex // held by Read: go-git does not say that storages are safe for concurrent use
	storage storer.EncodedObjectStorer
	limits  odb.Limits
	entries []foreignEntry // sorted by ID
	failed  []odb.Unreadable
}

type foreignEntry struct {
	id   plumbing.Hash
	kind object.Type
}

// The limits that apply where the caller sets none, in bytes.
const (
	defaultMaxObject = 128 << 20
	defaultMaxStream = 16 << 20
)

func newForeign(s storer.EncodedObjectStorer, limits odb.Limits) (*foreign, error) {
	if limits.MaxObject == 0 {
		limits.MaxObject = defaultMaxObject
	}
	if limits.MaxStream == 0 {
		limits.MaxStream = defaultMaxStream
	}
	f := &foreign{storage: s, limits: limits}
	iter, err := s.IterEncodedObjects(plumbing.AnyObject)
	if err != nil {
		return nil, fmt.Errorf("listing objects: %w", err)
	}
	defer iter.Close()
	for {
		o, err := iter.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil { // the iterator of a damaged storage ends here, and what follows is unknown
			f.failed = append(f.failed, odb.Unreadable{What: ".", Err: fmt.Errorf("listing objects: %w", err)})
			break
		}
		f.entries = append(f.entries, foreignEntry{o.Hash(), object.Type(o.Type())})
	}
	slices.SortFunc(f.entries, compareEntries)
	f.entries = slices.Compact(f.entries)
	return f, nil
}

func compareEntries(a, b foreignEntry) int { return slices.Compare(a.id[:], b.id[:]) }

// Count implements odb.Reader.
func (f *foreign) Count() int { return len(f.entries) }

// Format implements odb.Reader.
func (f *foreign) Format() object.Format { return object.SHA1 }

// ID implements odb.Reader.
func (f *foreign) ID(i odb.Index) object.ID { return ID(f.entries[i].id) }

// IndexOf implements odb.Reader.
func (f *foreign) IndexOf(id object.ID) odb.Index {
	i, ok := slices.BinarySearchFunc(f.entries, foreignEntry{id: Hash(id)}, compareEntries)
	if !ok {
		return odb.NoIndex
	}
	return odb.Index(i)
}

// IndexesOf implements odb.Reader.
func (f *foreign) IndexesOf(indexes []odb.Index, ids []object.ID) []odb.Index {
	for _, id := range ids {
		indexes = append(indexes, f.IndexOf(id))
	}
	return indexes
}

// Read implements odb.Reader. The hash is checked: whoever wrote the storage may not have.
func (f *foreign) Read(id object.ID) (odb.Object, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, err := f.storage.EncodedObject(plumbing.AnyObject, Hash(id))
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return odb.Object{}, fmt.Errorf("%w: %s", odb.ErrMissing, id)
	case err != nil:
		return odb.Object{}, fmt.Errorf("reading object %s: %w", id, err)
	case o.Size() > f.limits.MaxObject:
		return odb.Object{}, packfile.TooLarge(o.Size())
	}
	content, err := contentOf(o)
	if err != nil {
		return odb.Object{}, fmt.Errorf("reading object %s: %w", id, err)
	}
	if plumbing.ComputeHash(o.Type(), content) != Hash(id) {
		return odb.Object{}, fmt.Errorf("reading object %s: its hash does not match its ID", id)
	}
	return odb.Object{ID: id, Index: f.IndexOf(id), Type: object.Type(o.Type()), Size: o.Size(), Content: content}, nil
}

func contentOf(o plumbing.EncodedObject) ([]byte, error) {
	r, err := o.Reader()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	return content, errors.Join(err, r.Close())
}

// Walk implements odb.Reader.
func (f *foreign) Walk(ctx context.Context, w odb.Walk) error {
	for _, u := range f.failed {
		w.Visitor.Unreadable(u)
	}
	for i, e := range f.entries {
		index := odb.Index(i)
		if err := ctx.Err(); err != nil {
			return err
		}
		if !w.Types.Has(e.kind) || w.Known != nil && w.Known(index) {
			continue
		}
		if err := f.visit(ctx, w, index, e); err != nil {
			return err
		}
	}
	return nil
}

// visit visits one object. Its error is the visitor's; an object that cannot be read is reported.
func (f *foreign) visit(ctx context.Context, w odb.Walk, index odb.Index, e foreignEntry) error {
	o, err := f.Read(ID(e.id))
	if e.kind == object.Blob && errors.Is(err, packfile.ErrTooLarge) {
		return f.stream(ctx, w, index, e)
	}
	if err != nil {
		w.Visitor.Unreadable(odb.Unreadable{What: e.id.String(), Err: err})
		return nil
	}
	if w.Screen != nil && e.kind == object.Blob && !w.Screen.Matches(o.Content) {
		w.Screen.Dropped(index, o.Size)
		return nil
	}
	return w.Visitor.Object(ctx, o)
}

// stream visits a blob that is too large to hold.
func (f *foreign) stream(ctx context.Context, w odb.Walk, index odb.Index, e foreignEntry) error {
	o, err := f.storage.EncodedObject(plumbing.BlobObject, e.id)
	if err != nil {
		w.Visitor.Unreadable(odb.Unreadable{What: e.id.String(), Err: err})
		return nil
	}
	r, err := o.Reader()
	if err != nil {
		w.Visitor.Unreadable(odb.Unreadable{What: e.id.String(), Err: err})
		return nil
	}
	defer r.Close()
	return w.Visitor.Object(ctx, odb.Object{ID: ID(e.id), Index: index, Type: object.Blob, Size: o.Size(), Stream: r})
}

// Trees implements odb.Reader.
func (f *foreign) Trees(ctx context.Context, t odb.TreeWalk) error {
	v := &treeVisitor{walk: t, visitor: t.Visitor()}
	return f.Walk(ctx, odb.Walk{Types: object.TypesOf(object.Tree), Visitor: v, Known: t.Known})
}

// treeVisitor gives the entries of trees to a visitor, each tree by itself.
type treeVisitor struct {
	walk    odb.TreeWalk
	visitor odb.TreeVisitor
}

// Unreadable implements odb.Visitor.
func (v *treeVisitor) Unreadable(u odb.Unreadable) { v.walk.Unreadable(u) }

// Object implements odb.Visitor.
func (v *treeVisitor) Object(_ context.Context, o odb.Object) error {
	change := odb.TreeChange{Tree: o.Index, Base: odb.NoIndex}
	err := object.EachEntry(object.SHA1, o.Content, func(e object.TreeEntry) {
		if v.visitor.Keep(e) {
			change.Added = append(change.Added, e)
		}
	})
	if err != nil {
		v.walk.Unreadable(odb.Unreadable{What: o.ID.String(), Err: err})
		return nil
	}
	v.visitor.Visit(change)
	return nil
}
