package scanner

import (
	"bytes"
	"unicode/utf8"
)

// text turns offsets into lines and columns. It only moves forward, so that a content full of hits is counted once.
type text struct {
	content []byte
	newline byte
	at      int // offset whose position is known
	line    int // 1-based line of at; less in headers
	column  int // 1-based column of at, in code points
}

func newText(content []byte) text {
	t := text{content: content, newline: '\n', line: 1, column: 1}
	if bytes.IndexByte(content, '\n') < 0 && bytes.IndexByte(content, '\r') >= 0 {
		t.newline = '\r' // the line ends of old Macs
	}
	return t
}

// beside returns another text that begins where t does: what its content reads in another character set.
func (t *text) beside(content []byte) text {
	other := newText(content)
	other.line, other.column = t.line, t.column
	return other
}

// forward moves to an offset that is not before the last one.
func (t *text) forward(offset int) {
	passed := t.content[t.at:offset]
	if n := bytes.Count(passed, []byte{t.newline}); n > 0 {
		t.line += n
		t.column = 1
		passed = passed[bytes.LastIndexByte(passed, t.newline)+1:]
	}
	t.column += utf8.RuneCount(passed)
	t.at = offset
}

// lineAt returns the line of an offset on either side, without moving there.
func (t *text) lineAt(offset int) int {
	if offset < t.at {
		return t.line - bytes.Count(t.content[offset:t.at], []byte{t.newline})
	}
	return t.line + bytes.Count(t.content[t.at:offset], []byte{t.newline})
}

// advance drops the first n bytes of the content.
func (t *text) advance(n int) {
	t.forward(n)
	t.at, t.content = 0, t.content[n:]
}

// runeStart returns where the code point begins that offset at lies in. Where a text is cut elsewhere, it has more
// code points than before.
func runeStart(content []byte, at int) int {
	for back := range min(utf8.UTFMax, at+1) {
		if utf8.RuneStart(content[at-back]) {
			return at - back
		}
	}
	return at // not a text
}
