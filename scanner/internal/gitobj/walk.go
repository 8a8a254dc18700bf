package gitobj

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// Walk implements Reader: first each pack, in families of deltas, then the loose objects.
func (s *store) Walk(ctx context.Context, types Types, v Visitor) error {
	for _, l := range s.losses {
		v.Lost(l)
	}
	for i, p := range s.packs {
		w := &packWalk{store: s, pack: p, earlier: s.packs[:i], types: types, visitor: v}
		if err := w.run(ctx); err != nil {
			return err
		}
	}
	return s.walkLoose(ctx, types, v)
}

// walkLoose visits the loose objects that no pack has.
func (s *store) walkLoose(ctx context.Context, types Types, v Visitor) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.limits.Workers)
	for i, dir := range s.dirs {
		for fan := range 256 {
			g.Go(func() error {
				l := looseWalk{store: s, dir: dir, earlier: s.dirs[:i], types: types, visitor: v}
				return l.run(ctx, fmt.Sprintf("%02x", fan))
			})
		}
	}
	return g.Wait()
}

// looseWalk visits the loose objects of one object directory.
type looseWalk struct {
	store   *store
	dir     string
	earlier []string // directories whose objects have been visited
	types   Types
	visitor Visitor
	buf     []byte
}

func (l *looseWalk) run(ctx context.Context, fan string) error {
	ids, err := looseIn(l.dir, fan)
	if err != nil {
		l.visitor.Lost(Loss{What: l.dir + "/" + fan, Why: bare(err)})
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
			l.visitor.Lost(Loss{What: id.String(), Why: bare(err)})
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
	if !l.types.Has(o.typ) {
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
	return visitObject(ctx, l.visitor, object)
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
