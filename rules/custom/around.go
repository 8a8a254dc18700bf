package custom

import (
	"bytes"
	"regexp/syntax"
	"unicode/utf8"
)

// around returns the surroundings of a literal at an offset. They contain every match that contains the literal, and one
// more character on both sides, because an expression may look at it. So no match begins or ends where they are cut.
type around func(content []byte, at int) (from, to int)

// Up to these sizes of a match, the surroundings of its literals are searched; beyond, the whole content. Surroundings
// that are larger than this overlap so often that they save nothing.
const (
	maxBytes = 4 << 10
	maxLines = 16
)

// surroundings returns how far a match of the expression can extend from a literal that has at most lead bytes of the
// match before it; nil if that is not known.
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
			to = linesAfter(content, at, lines)
		}
		return max(0, from-utf8.UTFMax), min(len(content), to+utf8.UTFMax)
	}
}

// linesBefore returns where the n-th line before the line of an offset begins.
func linesBefore(content []byte, at, n int) int {
	for i := 0; i <= n && at >= 0; i++ {
		at = bytes.LastIndexByte(content[:at], '\n')
	}
	return at
}

// linesAfter returns where the n-th line after the line of an offset ends.
func linesAfter(content []byte, at, n int) int {
	for range n + 1 {
		end := bytes.IndexByte(content[at:], '\n')
		if end < 0 {
			return len(content)
		}
		at += end + 1
	}
	return at
}
