package match

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// position counts a position from the beginning, as one would by hand.
func position(content []byte, newline byte, offset int) (line, column int) {
	before := content[:offset]
	start := bytes.LastIndexByte(before, newline) + 1
	return 1 + bytes.Count(before, []byte{newline}), 1 + utf8.RuneCount(before[start:])
}

// The position of an offset does not depend on where a content was cut before it.
func FuzzPositions(f *testing.F) {
	for _, content := range []string{
		"", "a\nb\nc", "one\r\ntwo", "one\rtwo\r", "密钥\n密钥密钥", "\xc3\x28\n\xff\xfe", strings.Repeat("长行", 40),
	} {
		f.Add([]byte(content), uint8(7), uint8(5))
	}
	f.Fuzz(func(t *testing.T, content []byte, size, at uint8) {
		if len(content) == 0 {
			return
		}
		offset, window := int(at)%len(content), 8+int(size)
		text := NewText(content, 0)
		line, column := position(content, text.newline, offset)
		from := 0
		for offset-from >= window {
			cut := RuneStart(content, from+window/2)
			text.Content = content[from:]
			text.Advance(cut - from)
			from = cut
		}
		text.Content = content[from:]
		if got := text.forward(offset - from); got != (Position{line, column}) {
			t.Errorf("offset %d of %q: %+v, want %d:%d", offset, content, got, line, column)
		}
	})
}

// The line ends of old Macs count where a content has no others.
func TestLineEnds(t *testing.T) {
	for content, want := range map[string]int{
		"a\nb\nX": 3, "a\r\nb\r\nX": 3, "a\rb\rX": 3, "a\rb\nX": 2, "\n\nX": 3, "X": 1, "a\u2028X": 1,
	} {
		text := NewText([]byte(content), 0)
		if got := text.forward(strings.Index(content, "X")); got.Line != want {
			t.Errorf("%q: line %d, want %d", content, got.Line, want)
		}
	}
}
