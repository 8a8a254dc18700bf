package decode

import (
	"bytes"
	"unicode/utf8"
)

// How much is kept around what was decoded: as much as a value without a key name may be apart from its ID.
const (
	contextLines = 4
	contextBytes = 1 << 10
)

// block makes a view of neighboring segments and of what is between and around them.
type block struct {
	d       *decoder
	parent  *View
	content []byte
	depth   int

	text text
	done int // content is copied up to here; blocks never share a byte
}

// add appends a segment. If it is too far from the last one, it begins a new view. It reports whether there was room for
// the segment.
func (b *block) add(s *segment) bool {
	if s.start-b.done > 2*contextBytes {
		b.flush()
	}
	if len(b.text.bytes) == 0 {
		b.done = max(b.done, contextStart(b.content, s.start))
	}
	if len(b.text.bytes)+s.start-b.done+len(s.bytes) > b.d.left {
		return false
	}
	b.copy(s.start)
	b.text.bytes = append(b.text.bytes, s.bytes...)
	b.text.mapping.join(s.mapping)
	b.text.encodings |= s.encodings
	b.done = s.end
	return true
}

func (b *block) copy(to int) {
	b.text.mapping.verbatim(b.done, to-b.done)
	b.text.bytes = append(b.text.bytes, b.content[b.done:to]...)
	b.done = to
}

// flush ends a view and visits it.
func (b *block) flush() {
	if b.text.encodings == plain {
		b.text = text{}
		return
	}
	end := contextEnd(b.content, b.done)
	b.copy(min(end, b.done+max(0, b.d.left-len(b.text.bytes))))
	v := b.d.view(b.parent, b.text)
	b.text = text{}
	b.d.visit(v)
	b.d.decode(v, v.Content, b.depth+1)
}

// contextStart returns where the context of a segment that starts at an offset begins. It is the start of a code point, so
// that the cut leaves valid UTF-8.
func contextStart(content []byte, at int) int {
	limit := max(0, at-contextBytes)
	from := at
	for range contextLines + 1 {
		i := bytes.LastIndexByte(content[limit:from], '\n')
		if i < 0 {
			for limit < at && limit > 0 && !utf8.RuneStart(content[limit]) {
				limit++
			}
			return limit
		}
		from = limit + i
	}
	return from + 1
}

// contextEnd returns where the context of a segment that ends at an offset ends.
func contextEnd(content []byte, at int) int {
	limit := min(len(content), at+contextBytes)
	to := at
	for range contextLines + 1 {
		i := bytes.IndexByte(content[to:limit], '\n')
		if i < 0 {
			for limit > at && limit < len(content) && !utf8.RuneStart(content[limit]) {
				limit--
			}
			return limit
		}
		to += i + 1
	}
	return to
}
