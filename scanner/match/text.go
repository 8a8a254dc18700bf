package match

import (
	"bytes"
	"unicode/utf8"
)

// Text is a content, or a window of it, that turns offsets into positions. It only moves forward, so that lines are
// counted once however many matches a content has.
type Text struct {
	Content []byte
	newline byte
	at      int // offset of pos
	pos     Position
}

// Position is a 1-based line and a 1-based column in code points. A line below 1 is in a header before the first line.
type Position struct{ Line, Column int }

// NewText returns a text that starts at the first line, except for a number of header lines before it.
func NewText(content []byte, headerLines int) Text {
	t := Text{Content: content, newline: '\n', pos: Position{1 - headerLines, 1}}
	if bytes.IndexByte(content, '\n') < 0 && bytes.IndexByte(content, '\r') >= 0 {
		t.newline = '\r' // the line ends of old Macs
	}
	return t
}

// beside returns another text that begins where t does: the same content in another character set.
func (t *Text) beside(content []byte) Text {
	other := NewText(content, 0)
	other.pos = t.pos
	return other
}

// forward moves to an offset that is not before the last one, and returns its position.
func (t *Text) forward(offset int) Position {
	passed := t.Content[t.at:offset]
	if n := bytes.Count(passed, []byte{t.newline}); n > 0 {
		t.pos = Position{t.pos.Line + n, 1}
		passed = passed[bytes.LastIndexByte(passed, t.newline)+1:]
	}
	t.pos.Column += utf8.RuneCount(passed)
	t.at = offset
	return t.pos.visible()
}

// visible is the position that a person sees: what is in the headers is on line 1.
func (p Position) visible() Position { return Position{max(1, p.Line), p.Column} }

// Advance drops the first n bytes of the content.
func (t *Text) Advance(n int) {
	t.forward(n)
	t.at, t.Content = 0, t.Content[n:]
}

// SkipColumns moves the text to the right by bytes that were not read and hold no line end.
func (t *Text) SkipColumns(n int) { t.pos.Column += n }

// maxLine is how much of a line is kept on each side of a match, in bytes: enough for a comment after it.
const maxLine = 256

// line returns the line around an offset, or the part of it that is near.
func (t *Text) line(offset int) string {
	from, to := max(0, offset-maxLine), min(len(t.Content), offset+maxLine)
	from += bytes.LastIndexByte(t.Content[from:offset], t.newline) + 1
	if i := bytes.IndexByte(t.Content[offset:to], t.newline); i >= 0 {
		to = offset + i
	}
	return string(t.Content[from:to])
}

// RuneStart returns where the code point begins that offset at lies in. A text that is cut elsewhere has more code points
// than before.
func RuneStart(content []byte, at int) int {
	for back := range min(utf8.UTFMax, at+1) {
		if utf8.RuneStart(content[at-back]) {
			return at - back
		}
	}
	return at // not UTF-8
}
