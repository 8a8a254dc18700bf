package custom

import (
	"bytes"
	"regexp/syntax"
	"unicode/utf8"
)

// around returns the surroundings of a literal at an offset, in which every match is that holds it, and a character more
// on both sides: an expression may look at it. So no match begins or ends where they were cut.
type around func(content []byte, at int) (from, to int)

// Up to these sizes of a match the surroundings of its literals are looked at, and beyond all of the content.
const (
	maxBytes = 4 << 10
	maxLines = 16
)

// surroundings returns how far a match of the expression can go; nil if there is no telling.
func surroundings(re *syntax.Regexp) around {
	size, lines := longest(re), newlines(re)
	switch {
	case size <= maxBytes:
		return func(content []byte, at int) (from, to int) {
			return max(0, at-size-utf8.UTFMax), min(len(content), at+size+utf8.UTFMax)
		}
	case lines <= maxLines:
		return func(content []byte, at int) (from, to int) { return linesAround(content, at, lines) }
	}
	return nil
}

// linesAround returns the line at an offset and n more on both sides.
func linesAround(content []byte, at, n int) (from, to int) {
	from = at
	for i := 0; i <= n && from >= 0; i++ {
		from = bytes.LastIndexByte(content[:from], '\n')
	}
	to = at
	for i := 0; i <= n && to < len(content); i++ {
		end := bytes.IndexByte(content[to:], '\n')
		if end < 0 {
			return max(0, from-utf8.UTFMax), len(content)
		}
		to += end + 1
	}
	return max(0, from-utf8.UTFMax), min(len(content), to+utf8.UTFMax)
}
