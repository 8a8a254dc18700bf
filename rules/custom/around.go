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

// surroundings returns how far a match of the expression can go from a literal, of which lead bytes of it stand before at
// most; nil if there is no telling.
func surroundings(re *syntax.Regexp, lead int) around {
	size, lines := longest(re), newlines(re)
	if size > maxBytes && lines > maxLines {
		return nil
	}
	return func(content []byte, at int) (from, to int) {
		if lead <= maxBytes {
			from = at - lead
		} else {
			from = linesBefore(content, at, lines)
		}
		if size <= maxBytes {
			to = at + size
		} else {
			to = linesBehind(content, at, lines)
		}
		return max(0, from-utf8.UTFMax), min(len(content), to+utf8.UTFMax)
	}
}

// linesBefore returns where the n-th line before that of an offset begins.
func linesBefore(content []byte, at, n int) int {
	for i := 0; i <= n && at >= 0; i++ {
		at = bytes.LastIndexByte(content[:at], '\n')
	}
	return at
}

// linesBehind returns where the n-th line behind that of an offset ends.
func linesBehind(content []byte, at, n int) int {
	for range n + 1 {
		end := bytes.IndexByte(content[at:], '\n')
		if end < 0 {
			return len(content)
		}
		at += end + 1
	}
	return at
}
