package scanner

import (
	"github.com/akguard/akguard/scanner/decode"
	"github.com/akguard/akguard/scanner/match"
)

// maxDecoded is how many bytes are decoded of one content.
const maxDecoded = 32 << 20

// decoder connects packages decode and match, which do not know each other. It implements match.Decoder.
type decoder struct{}

// Marks implements match.Decoder.
func (decoder) Marks(literals []string) []string {
	marks := decode.Openers()
	for _, text := range literals {
		marks = append(marks, decode.Marks(text)...)
	}
	return marks
}

// Encoded implements match.Decoder.
func (decoder) Encoded(content []byte) bool { return decode.Zlib(content) }

// Each implements match.Decoder.
func (decoder) Each(content []byte, visit func(match.View)) error {
	return decode.Each(content, decode.Options{MaxBytes: maxDecoded}, func(v *decode.View) { visit(v) })
}
