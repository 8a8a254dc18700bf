package decode

import (
	"slices"
	"sort"
	"strings"
)

// View is what a stretch of content says once it is decoded.
type View struct {
	// Encoding is the chain of encodings that were undone, the outermost first: "gzip+utf-16le". If a stretch has values
	// in several, a comma separates them: "base64,percent".
	Encoding string
	Content  []byte

	mapping mapping
	parent  *View  // whose Content was decoded; nil: root was
	root    []byte // the original content
	seen    bool   // Content is what an editor or a pager shows of the original
}

// Bytes returns Content.
func (v *View) Bytes() []byte { return v.Content }

// Origin returns the range [from, to) of the original content that Content[start:end] was decoded from, in whole units:
// the four characters of base64 for each of their three bytes, and everything for compressed data.
func (v *View) Origin(start, end int) (from, to int) {
	for ; v != nil; v = v.parent {
		start, end = v.mapping.origin(start, end)
	}
	return start, end
}

// Seen returns the text that a person sees who opens the original, and the range of it that Content[start:end] was
// decoded from. Lines and columns are counted in that text. It is the original content, unless that is compressed or in
// another character set, whose bytes have no lines.
func (v *View) Seen(start, end int) (text []byte, from, to int) {
	root := v.root
	for ; v != nil; v = v.parent {
		if v.seen {
			return v.Content, start, end
		}
		start, end = v.mapping.origin(start, end)
	}
	return root, start, end
}

// EncodingOf returns the chain of encodings that hide Content[start:end] in particular: Encoding without those that
// only its neighbors have. It is empty for plain text next to an encoded value.
func (v *View) EncodingOf(start, end int) string {
	var chain []string
	for ; v != nil; v = v.parent {
		if e := v.mapping.encodings(start, end); e != 0 {
			chain = append(chain, e.String())
		}
		start, end = v.mapping.origin(start, end)
	}
	slices.Reverse(chain)
	return strings.Join(chain, "+")
}

// encodings is a set of encodings.
type encodings uint16

const (
	inBase64 encodings = 1 << iota
	inHex
	inEscapes
	inPercent
	inEntities
	inStrings
	inGzip
	inZlib
	inZstd
	inUTF16LE
	inUTF16BE
	inGB18030
	inBase32
	inPrintable
	inUTF32LE
	inUTF32BE

	plain encodings = 0
)

var encodingNames = [...]string{
	"base64", "hex", "escape", "percent", "entity", "strings", "gzip", "zlib", "zstd", "utf-16le", "utf-16be", "gb18030",
	"base32", "quoted-printable", "utf-32le", "utf-32be",
}

func (e encodings) String() string {
	var names []string
	for i, name := range encodingNames {
		if e&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// text is a decoded text and where it comes from.
type text struct {
	bytes     []byte
	mapping   mapping
	encodings encodings
}

func (t text) clone() text {
	return text{bytes: slices.Clone(t.bytes), mapping: t.mapping.clone(), encodings: t.encodings}
}

// mapping says for each byte of a text which bytes of another text it was decoded from. Neighbors that were decoded the
// same way share a piece, so that a long base64 value takes one piece for each of its lines.
type mapping struct {
	pieces []piece
	size   int // of the text
}

// piece is a number of units of outUnit bytes, each decoded from inUnit bytes.
type piece struct {
	out, in         int32 // where it begins
	outUnit, inUnit int32
	encoding        encodings
}

func (p piece) end(size int) int { return int(p.in) + (size-int(p.out))/int(p.outUnit)*int(p.inUnit) }

// add appends n units. It adds nothing if n or outUnit is zero.
func (m *mapping) add(n int, p piece) {
	if n == 0 || p.outUnit == 0 {
		return
	}
	p.out = int32(m.size)
	m.size += n * int(p.outUnit)
	if k := len(m.pieces) - 1; k >= 0 {
		last := m.pieces[k]
		alike := last.outUnit == p.outUnit && last.inUnit == p.inUnit && last.encoding == p.encoding
		if alike && last.end(int(p.out)) == int(p.in) {
			return
		}
	}
	m.pieces = append(m.pieces, p)
}

// verbatim appends n bytes that were copied.
func (m *mapping) verbatim(in, n int) { m.add(n, piece{in: int32(in), outUnit: 1, inUnit: 1}) }

// join appends another mapping.
func (m *mapping) join(o mapping) {
	for i, p := range o.pieces {
		end := o.size
		if i+1 < len(o.pieces) {
			end = int(o.pieces[i+1].out)
		}
		m.add((end-int(p.out))/int(p.outUnit), p)
	}
}

func (m mapping) clone() mapping { return mapping{slices.Clone(m.pieces), m.size} }

// origin returns the range that [start, end) was decoded from.
func (m mapping) origin(start, end int) (from, to int) {
	if len(m.pieces) == 0 {
		return 0, 0
	}
	from, to = m.unit(start)
	if end > start {
		_, to = m.unit(end - 1)
		return from, to
	}
	if start >= m.size {
		return to, to
	}
	return from, from
}

// unit returns the range that the unit around offset at was decoded from, the last one for the end of the text.
func (m mapping) unit(at int) (from, to int) {
	at = max(0, min(at, m.size-1))
	p := m.pieces[m.index(at)]
	from = int(p.in) + (at-int(p.out))/int(p.outUnit)*int(p.inUnit)
	return from, from + int(p.inUnit)
}

// index returns the piece that holds offset at.
func (m mapping) index(at int) int {
	return sort.Search(len(m.pieces), func(i int) bool { return int(m.pieces[i].out) > at }) - 1
}

// encodings returns the encodings of the pieces that hold [start, end). Strings that were only joined have no piece of
// their own, but a gap in the original between two pieces.
func (m mapping) encodings(start, end int) encodings {
	var all encodings
	if start >= m.size || start < 0 {
		return all
	}
	first := m.index(start)
	joined := false
	for i := first; i < len(m.pieces) && int(m.pieces[i].out) < end; i++ {
		p := m.pieces[i]
		all |= p.encoding
		joined = joined || i > first && m.pieces[i-1].end(int(p.out)) != int(p.in)
	}
	if all == plain && joined {
		return inStrings
	}
	return all
}
