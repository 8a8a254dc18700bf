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
	return &screening{screen: w.Screen, windows: windows{screen: w.Screen}}
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
	return typ != object.Blob || s.screen.Matches(o.content), nil
}

func (s *screening) delta(typ object.Type, base *baseObject, d *deltaObject) (bool, error) {
	if typ != object.Blob {
		return true, nil
	}
	if !base.matched && !s.windows.mayMatch(base.content, d.ops) {
		return false, nil
	}
	return s.screen.Matches(d.build()), nil
}

func (s *screening) skipped(i Index, o *deltaObject) { s.screen.Dropped(i, int64(o.size)) }
