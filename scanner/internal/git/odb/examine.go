package odb

import "github.com/akguard/akguard/scanner/internal/git/object"

// examiner looks at an object before it is visited. Each worker has its own.
type examiner interface {
	// base examines an object that is stored whole, and notes in it what the deltas on it will need.
	base(typ object.Type, o *baseObject) (keep bool, err error)
	// delta examines an object by its difference from its base.
	delta(typ object.Type, base *baseObject, d *deltaObject) (keep bool, err error)
	// skipped is called for each object that the walk wants and the examiner did not keep.
	skipped(i Index, o *deltaObject)
}

// examiner returns a worker's examiner.
func (w Walk) examiner() examiner {
	if w.Screen == nil {
		return keepAll{}
	}
	return &screening{screen: w.Screen}
}

// keepAll keeps every object.
type keepAll struct{}

func (keepAll) base(object.Type, *baseObject) (bool, error)                { return true, nil }
func (keepAll) delta(object.Type, *baseObject, *deltaObject) (bool, error) { return true, nil }
func (keepAll) skipped(Index, *deltaObject)                                {}

// screening keeps what a Screen does not rule out.
type screening struct {
	screen  *Screen
	windows windows
}

func (s *screening) base(typ object.Type, o *baseObject) (bool, error) {
	if typ != object.Blob {
		return true, nil
	}
	if !o.leaf {
		o.hints = s.screen.find(o.content)
	}
	return (o.leaf || o.hints.n > 0) && s.screen.Matches(o.content), nil
}

// delta looks no further than the delta's inserts and what they touch, unless it finds a hint there or close to one that was
// there before. Then it looks as far as a match can reach: twice, because the cut itself must be out of reach too.
func (s *screening) delta(typ object.Type, base *baseObject, d *deltaObject) (bool, error) {
	if typ != object.Blob {
		return true, nil
	}
	near, fresh := true, true
	if !base.matched {
		d.hints, near = base.hints.copied(base.content, d.ops, s.screen.Reach)
		fresh = s.windows.any(base.content, d.ops, s.screen.HintSize, s.screen.hinted)
	}
	matched := (near || fresh) && (base.matched || s.windows.any(base.content, d.ops, 2*s.screen.Reach, s.screen.Matches)) &&
		s.screen.Matches(d.build())
	if !matched && fresh && !d.leaf {
		d.hints = s.screen.find(d.build())
	}
	return matched, nil
}

func (s *screening) skipped(i Index, o *deltaObject) { s.screen.Dropped(i, int64(o.size)) }
