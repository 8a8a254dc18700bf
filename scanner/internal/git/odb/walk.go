package odb

import (
	"context"
	"errors"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/loose"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
	"golang.org/x/sync/errgroup"
)

// Walk implements Reader: first each pack, delta tree by delta tree, then the loose objects.
func (db *DB) Walk(ctx context.Context, walk Walk) error {
	for _, u := range db.unreadable {
		walk.Visitor.Unreadable(u)
	}
	for _, p := range db.packs {
		w := &packWalk{Walk: walk, db: db, pack: p, newExaminer: walk.examiner}
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return db.walkLoose(ctx, walk)
}

// walkLoose visits the loose objects that are in no pack.
func (db *DB) walkLoose(ctx context.Context, walk Walk) error {
	const share = 64 // objects for one goroutine, which spreads the cost of its buffers
	files := db.loose()
	for _, u := range db.looseUnreadable {
		walk.Visitor.Unreadable(u)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(db.limits.Workers)
	for from := 0; from < len(files); from += share {
		g.Go(func() error {
			l := looseWalk{Walk: walk, db: db}
			return l.run(ctx, files[from:min(from+share, len(files))], db.firstLoose+Index(from))
		})
	}
	return g.Wait()
}

// looseWalk visits loose objects. It is one goroutine's.
type looseWalk struct {
	Walk
	db  *DB
	buf []byte
}

// run visits the objects in files, whose indexes begin with first.
func (l *looseWalk) run(ctx context.Context, files []looseFile, first Index) error {
	f := l.db.inflaters.Get().(*zlibstream.Inflater)
	defer l.db.inflaters.Put(f)
	for i, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		index := first + Index(i)
		if l.Known != nil && l.Known(index) {
			continue
		}
		err := l.visit(ctx, file, index, f)
		var failed visitError
		switch {
		case errors.As(err, &failed):
			return failed.err
		case err != nil:
			l.Visitor.Unreadable(Unreadable{What: file.id.String(), Err: fileio.WithoutPath(err)})
		}
	}
	return nil
}

// visitError is an error of the visitor. Unlike an error of the object, it ends the walk.
type visitError struct{ err error }

func (e visitError) Error() string { return e.err.Error() }

// visit visits an object: in its file or, if that is damaged or gone, wherever else it is.
func (l *looseWalk) visit(ctx context.Context, file looseFile, index Index, f *zlibstream.Inflater) error {
	err := l.visitFile(ctx, file, index, f)
	var failed visitError
	if err == nil || errors.As(err, &failed) {
		return err
	}
	o, again := l.db.Read(file.id)
	if again != nil {
		return err
	}
	l.db.rescued.Store(true)
	if !l.Types.Has(o.Type) {
		return nil
	}
	o.Index = index
	return l.screenAndVisit(ctx, o)
}

// visitFile visits the object in a file.
func (l *looseWalk) visitFile(ctx context.Context, file looseFile, index Index, f *zlibstream.Inflater) error {
	o, err := loose.Open(file.dir, file.id, f)
	if err != nil {
		return err
	}
	defer o.Close()
	if !l.Types.Has(o.Type) {
		return nil
	}
	obj := Object{ID: file.id, Index: index, Type: o.Type, Size: o.Size}
	switch {
	case o.Type == object.Blob && o.Size > l.db.limits.MaxStream:
		obj.Stream = &zlibstream.Reader{R: o.Body, Left: o.Size, Hash: l.db.format.NewHash(o.Type, o.Size), ID: file.id}
	case o.Size > l.db.limits.MaxObject:
		return packfile.TooLarge(o.Size)
	default:
		if l.buf, err = zlibstream.ReadExactly(l.buf, o.Body, o.Size); err != nil {
			return err
		}
		if obj.Content = l.buf; l.db.format.Hash(o.Type, l.buf) != file.id {
			return object.ErrHash
		}
	}
	return l.screenAndVisit(ctx, obj)
}

// screenAndVisit visits an object unless the screen rules it out.
func (w Walk) screenAndVisit(ctx context.Context, o Object) error {
	if w.Screen != nil && o.Type == object.Blob && o.Stream == nil && !w.Screen.Matches(o.Content) {
		w.Screen.Dropped(o.Index, o.Size)
		return nil
	}
	return visit(ctx, w.Visitor, o)
}

// visit visits one object. If a stream could not be read to its end, that is an error of the object, even though the
// visitor returns it.
func visit(ctx context.Context, v Visitor, o Object) error {
	err := v.Object(ctx, o)
	if r, ok := o.Stream.(*zlibstream.Reader); ok && r.Err() != nil {
		return r.Err()
	}
	if err != nil {
		return visitError{err}
	}
	return nil
}
