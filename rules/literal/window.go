package literal

// window is the part of a string that a searcher looks up: for each position, the bytes that may occur there.
type window [windowSize]string

// anyByte are the bytes that may follow a short string.
var anyByte = func() string {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	return string(all[:])
}()

// window returns the window at an offset of the text.
func (t *text) window(offset int) (w window) {
	for i := range w {
		if offset+i >= len(t.content) {
			w[i] = anyByte
			continue
		}
		c := t.content[offset+i]
		w[i] = string([]byte{c})
		if t.folded && 'a' <= c && c <= 'z' {
			w[i] = string([]byte{c, c - 'a' + 'A'})
		}
	}
	return w
}

// each calls visit with every combination of bytes for the first n positions of the window. The bytes are valid until
// visit returns.
func (w window) each(n int, visit func(bytes []byte)) {
	var bytes [windowSize]byte
	var fill func(i int)
	fill = func(i int) {
		if i == n {
			visit(bytes[:n])
			return
		}
		for _, b := range []byte(w[i]) {
			bytes[i] = b
			fill(i + 1)
		}
	}
	fill(0)
}
