package decode

// Exported for tests.
var (
	TextSpan = func(b []byte, from int) (start, end, ascii int) { s, n := textSpan(b, from); return s.start, s.end, n }
	NextText = func(b []byte, from int) (start, end int) { s := nextText(b, from); return s.start, s.end }
)
