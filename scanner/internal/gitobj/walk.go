package gitobj

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// Walk implements Reader: first each pack, in families of deltas, then the loose objects.
func (s *store) Walk(ctx context.Context, walk Walk) error {
	for _, l := range s.losses {
		walk.Visitor.Lost(l)
	}
	for i, p := range s.packs {
		w := &packWalk{Walk: walk, store: s, pack: p, earlier: s.packs[:i], newExaminer: walk.examiner}
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return s.walkLoose(ctx, walk)
}

// walkLoose visits the loose objects that no pack has.
func (s *store) walkLoose(ctx context.Context, walk Walk) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.limits.Workers)
	for i, dir := range s.dirs {
		for fan := range 256 {
			g.Go(func() error {
				l := looseWalk{Walk: walk, store: s, dir: dir, earlier: s.dirs[:i]}
				return l.run(ctx, fmt.Sprintf("%02x", fan))
			})
		}
	}
	return g.Wait()
}

// looseWalk visits the loose objects of one object directory.
type looseWalk struct {
	Walk
	store   *store
	dir     string
	earlier []string // directories whose objects have been visited
	buf     []byte
}

func (l *looseWalk) run(ctx context.Context, fan string) error {
	ids, err := looseIn(l.dir, fan)
	if err != nil {
		l.Visitor.Lost(Loss{What: l.dir + "/" + fan, Why: bare(err)})
	}
	f := l.store.inflaters.Get().(*inflater)
	defer l.store.inflaters.Put(f)
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l.visited(id) {
			continue
		}
		err := l.visit(ctx, id, f)
		var failed visitError
		switch {
		case errors.As(err, &failed):
			return failed.err
		case err != nil:
			l.Visitor.Lost(Loss{What: id.String(), Why: bare(err)})
		}
	}
	return nil
}

// visitError is an error of the visitor, which ends the walk, unlike an error of the object.
type visitError struct{ err error }

func (e visitError) Error() string { return e.err.Error() }

func (l *looseWalk) visited(id OID) bool {
	for _, p := range l.store.packs {
		if _, ok := p.idx.find(id); ok {
			return true
		}
	}
	for _, dir := range l.earlier {
		if isFile(loosePath(dir, id)) {
			return true
		}
	}
	return false
}

func (l *looseWalk) visit(ctx context.Context, id OID, f *inflater) error {
	o, err := openLoose(l.dir, id, f)
	if err != nil {
		return err
	}
	defer o.Close()
	if !l.Types.Has(o.typ) {
		return nil
	}
	object := Object{ID: id, Type: o.typ, Size: o.size}
	switch {
	case o.typ == Blob && o.size > l.store.limits.MaxStream:
		object.Stream = &exactReader{r: o.body, left: o.size}
	case o.size > l.store.limits.MaxObject:
		return errTooLarge(o.size)
	default:
		if l.buf, err = readExactly(l.buf, o.body, o.size); err != nil {
			return err
		}
		object.Content = l.buf
	}
	return l.screened(ctx, object)
}

// screened visits an object that the screen does not rule out.
func (w Walk) screened(ctx context.Context, o Object) error {
	if w.Screen != nil && o.Type == Blob && o.Stream == nil && !w.Screen.Piece(o.Content) {
		w.Screen.Dropped(o.Size)
		return nil
	}
	return visitObject(ctx, w.Visitor, o)
}

// visitObject visits one object. A streamed object whose content could not be read to its end is the object's
// error and not the visitor's.
func visitObject(ctx context.Context, v Visitor, o Object) error {
	err := v.Object(ctx, o)
	if r, ok := o.Stream.(*exactReader); ok && r.err != nil {
		return r.err
	}
	if err != nil {
		return visitError{err}
	}
	return nil
}
