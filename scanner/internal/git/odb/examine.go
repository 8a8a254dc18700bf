package odb

import (
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

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
	return newScreening(w.Screen)
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
	whole   packfile.Ops // copies an object as it is

	found []int             // hints in the content that is searched
	visit func(at int) bool // adds a hint to found; it is made once, because each search would allocate it
}

func newScreening(screen *Screen) *screening {
	s := &screening{screen: screen}
	s.visit = func(at int) bool {
		s.found = append(s.found, at)
		return len(s.found) <= maxHints
	}
	return s
}

// find returns the hints in content. Offset turns an offset in content into one in the object.
func (s *screening) find(content []byte, offset func(at int) int32) hints {
	s.found = s.found[:0]
	s.screen.Hints(content, s.visit)
	n := len(s.found)
	switch {
	case n == 0:
		return hints{}
	case n > maxHints: // not all were seen
		return hints{many: true}
	}
	at := make([]int32, n)
	for i, found := range s.found {
		at[i] = offset(found)
	}
	return hintsAt(at)
}

// fresh returns the hints in what the base does not have.
func (s *screening) fresh(base []byte, ops *packfile.Ops) (h hints) {
	s.windows.any(base, ops, int32(s.screen.HintSize), func(content []byte) bool {
		h = h.and(s.find(content, s.windows.offset))
		return h.many
	})
	return h
}

// base looks at an object near its hints first, if that is much less than all of it.
func (s *screening) base(typ object.Type, o *baseObject) (bool, error) {
	if typ != object.Blob {
		return true, nil
	}
	o.hints = s.find(o.content, inPlace)
	if o.hints.none() {
		return false, nil
	}
	if !o.hints.many && len(o.content) > 4*int(s.margin()) {
		s.whole.List = append(s.whole.List[:0], packfile.Op{Size: int32(len(o.content))})
		if !s.mayMatch(o.content, &s.whole, o.hints) {
			return false, nil
		}
	}
	return s.screen.Matches(o.content), nil
}

// delta looks no further than the delta's inserts and what they touch, unless it finds a hint there or close to one that was
// there before.
func (s *screening) delta(typ object.Type, base *baseObject, d *deltaObject) (matched bool, err error) {
	if typ != object.Blob {
		return true, nil
	}
	if base.matched {
		d.build()
		return s.base(typ, &d.baseObject)
	}
	kept, near := base.hints.copied(base.content, d.ops, s.screen.Reach)
	fresh := s.fresh(base.content, d.ops)
	d.hints = kept
	if s.mayMatch(base.content, d.ops, near.and(fresh)) && s.screen.Matches(d.build()) {
		return true, nil
	}
	switch {
	case d.leaf || fresh.none():
	case kept.many || fresh.many:
		d.hints = s.find(d.build(), inPlace)
	default:
		d.hints = kept.and(fresh)
	}
	return false, nil
}

// mayMatch reports whether there may be a match at a hint in the result of a delta.
func (s *screening) mayMatch(base []byte, ops *packfile.Ops, at hints) bool {
	if at.many {
		return s.windows.any(base, ops, s.margin(), s.screen.Matches)
	}
	return !at.none() && s.windows.around(base, ops, at.at, s.margin(), s.screen.Matches)
}

// margin is as far as a match can reach: twice, because the cut itself must be out of reach too.
func (s *screening) margin() int32 { return int32(2 * s.screen.Reach) }

func (s *screening) skipped(i Index, o *deltaObject) { s.screen.Dropped(i, int64(o.size)) }
