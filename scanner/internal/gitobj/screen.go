package gitobj

// Screen rules out objects by looking at what they differ in from the base that they are stored on: an object
// whose base holds nothing of interest can hold something only where a delta inserts, or where it joins what
// stood apart. What is ruled out is never built.
type Screen struct {
	// Reach is how many bytes on either side of a point can matter to what is found there.
	Reach int
	// Piece reports whether a piece of content, or a whole, holds something of interest. On a piece that has been
	// cut Reach bytes or more away from a point, it must answer there at least what it answers on the whole.
	Piece func(content []byte) bool
	// Dropped is told of each object that is ruled out. It is called concurrently.
	Dropped func(size int64)
}

// windows are the stretches of a delta's result that its base does not have.
type windows struct {
	screen *Screen
	buf    []byte
}

// interesting reports whether what a script makes of base may be of interest, when base is not.
func (w *windows) interesting(base []byte, s *script) bool {
	w.buf = w.buf[:0]
	margin := 2 * w.screen.Reach
	for i, p := range s.pieces {
		same := s.of(base, p)
		if p.insert {
			w.buf = append(w.buf, same...)
			continue
		}
		head, tail := margin, margin
		if i == 0 && p.from == 0 {
			head = 0 // the beginning is the base's
		}
		if i == len(s.pieces)-1 && int(p.from+p.size) == len(base) {
			tail = 0 // so is the end
		}
		if head+tail >= len(same) {
			w.buf = append(w.buf, same...)
			continue
		}
		w.buf = append(w.buf, same[:head]...)
		if len(w.buf) > 0 && w.screen.Piece(w.buf) {
			return true
		}
		w.buf = append(w.buf[:0], same[len(same)-tail:]...)
	}
	return len(w.buf) > 0 && w.screen.Piece(w.buf)
}
