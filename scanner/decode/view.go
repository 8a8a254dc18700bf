package decode

import (
	"slices"
	"sort"
	"strings"
)

// View is what a stretch of content says once it is decoded.
type View struct {
	// Encoding is the chain of encodings that were undone, the outermost first: "gzip+utf-16le". Where a stretch
	// holds values in several, they stand side by side: "base64,percent".
	Encoding string
	Content  []byte

	mapping mapping
	parent  *View  // whose Content was decoded; nil: root was
	root    []byte // the original content
	seen    bool   // Content is what an editor or a pager shows of the original
}

// Bytes returns Content.
func (v *View) Bytes() []byte { return v.Content }

// Origin returns the range [from, to) of the original content that Content[start:end] was decoded from. It is made of
// whole units: the four characters of base64 for each of their three bytes, and everything for compressed data.
func (v *View) Origin(start, end int) (from, to int) {
	for ; v != nil; v = v.parent {
		start, end = v.mapping.origin(start, end)
	}
	return start, end
}

// Seen returns the text that a person sees who opens the original, and the range of it that Content[start:end] was
// decoded from: lines and columns are to be counted there. It is the original content, unless that is
// compressed or in another character set, whose bytes have no lines.
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
// only its neighbours have. It is empty for what stands in the original as it is, next to an encoded value.
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

	plain encodings = 0
)

var encodingNames = [...]string{
	"base64", "hex", "escape", "percent", "entity", "strings", "gzip", "zlib", "zstd", "utf-16le", "utf-16be", "gb18030",
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

// mapping tells for each byte of a text where in another it was decoded from. Neighbours that were decoded alike
// share a piece, so that a long base64 value takes one piece for each of its lines.
type mapping struct {
	pieces []piece
	size   int // of the text
}

// piece is a number of units, each of outUnit bytes which were decoded from inUnit bytes.
type piece struct {
	out, in         int32 // where it begins
	outUnit, inUnit int32
	encoding        encodings
}

func (p piece) end(size int) int { return int(p.in) + (size-int(p.out))/int(p.outUnit)*int(p.inUnit) }

// add appends n units. Zero values of in and inUnit are fine, those of n and outUnit add nothing.
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

// verbatim appends n bytes that were only copied.
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

// encodings returns the encodings of the pieces that hold [start, end). Text that was only joined has no piece of its own:
// something is missing between two.
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
