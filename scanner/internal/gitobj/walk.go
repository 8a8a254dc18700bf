package gitobj

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// Walk implements Reader: first each pack, in families of deltas, then the loose objects.
func (s *store) Walk(ctx context.Context, walk Walk) error {
	for _, l := range s.losses {
		walk.Visitor.Lost(l)
	}
	for _, p := range s.packs {
		w := &packWalk{Walk: walk, store: s, pack: p, newExaminer: walk.examiner}
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return s.walkLoose(ctx, walk)
}

// walkLoose visits the loose objects that no pack has.
func (s *store) walkLoose(ctx context.Context, walk Walk) error {
	const share = 64
	names := s.loose()
	for _, l := range s.looseLosses {
		walk.Visitor.Lost(l)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.limits.Workers)
	for from := 0; from < len(names); from += share {
		g.Go(func() error {
			l := looseWalk{Walk: walk, store: s}
			return l.run(ctx, names[from:min(from+share, len(names))], s.firstLoose+Number(from))
		})
	}
	return g.Wait()
}

// looseWalk visits loose objects.
type looseWalk struct {
	Walk
	store *store
	buf   []byte
}

// run visits the named objects, which are numbered from first on.
func (l *looseWalk) run(ctx context.Context, names []looseName, first Number) error {
	f := l.store.inflaters.Get().(*inflater)
	defer l.store.inflaters.Put(f)
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := first + Number(i)
		if l.Known != nil && l.Known(n) {
			continue
		}
		err := l.visit(ctx, name, n, f)
		var failed visitError
		switch {
		case errors.As(err, &failed):
			return failed.err
		case err != nil:
			l.Visitor.Lost(Loss{What: name.id.String(), Why: bare(err)})
		}
	}
	return nil
}

// visitError is an error of the visitor, which ends the walk, unlike an error of the object.
type visitError struct{ err error }

func (e visitError) Error() string { return e.err.Error() }

func (l *looseWalk) visit(ctx context.Context, name looseName, n Number, f *inflater) error {
	o, err := openLoose(name.dir, name.id, f)
	if err != nil {
		return err
	}
	defer o.Close()
	if !l.Types.Has(o.typ) {
		return nil
	}
	object := Object{ID: name.id, Number: n, Type: o.typ, Size: o.size}
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
