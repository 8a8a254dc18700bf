package gitobj

// examiner returns what a worker examines objects with.
func (w Walk) examiner() examiner {
	if w.Screen == nil {
		return keepAll{}
	}
	return &screening{screen: w.Screen, windows: windows{screen: w.Screen}}
}

// keepAll keeps every object.
type keepAll struct{}

func (keepAll) whole(Type, *built) (bool, error)           { return true, nil }
func (keepAll) delta(Type, *built, *patched) (bool, error) { return true, nil }
func (keepAll) shown(Number, *patched)                     {}

// screening keeps what a Screen does not rule out.
type screening struct {
	screen  *Screen
	windows windows
}

func (s *screening) whole(kind Type, o *built) (bool, error) {
	return kind != Blob || s.screen.Piece(o.content), nil
}

func (s *screening) delta(kind Type, base *built, d *patched) (bool, error) {
	if kind != Blob {
		return true, nil
	}
	if !base.hit && !s.windows.interesting(base.content, d.script) {
		return false, nil
	}
	return s.screen.Piece(d.build()), nil
}

func (s *screening) shown(_ Number, o *patched) { s.screen.Dropped(int64(o.size)) }
