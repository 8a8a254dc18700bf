package scanner

import (
	"slices"

	"github.com/akguard/akguard/scanner/decode"
	"github.com/akguard/akguard/scanner/match"
)

// maxDecoded is how many bytes are decoded of one content.
const maxDecoded = 32 << 20

// decoder connects packages decode and match, which do not know each other. It implements match.Decoder.
type decoder struct{}

// Marks implements match.Decoder.
func (decoder) Marks(literals, words []string) match.Marks {
	return marks{decode.NewMarks(literals, words...)}
}

// marks implements match.Marks.
type marks struct{ *decode.Marks }

// Texts implements match.Marks.
func (m marks) Texts() []string { return slices.Concat(decode.Openers(), m.Marks.Texts()) }

// Other implements match.Marks.
func (m marks) Other(content []byte) bool {
	return decode.Zlib(content) || decode.Wide(content) || m.Data(content)
}

// Hints implements match.Marks.
func (m marks) Hints(piece []byte, visit func(at int) bool) {
	if (decode.Zlib(piece) || decode.Wide(piece)) && !visit(0) {
		return
	}
	m.Runs(piece, visit)
}

// HintSize implements match.Marks.
func (m marks) HintSize() int { return decode.RunSize }

// Each implements match.Decoder.
func (decoder) Each(content []byte, visit func(match.View)) error {
	return decode.Each(content, decode.Options{MaxBytes: maxDecoded}, func(v *decode.View) { visit(v) })
}
