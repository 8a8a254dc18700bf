package custom

import (
	"bytes"
	"regexp/syntax"
	"unicode/utf8"
)

// around says how far a match can go from a literal in it. Surroundings contain every match that contains the literal, and one
// more character on both sides, because an expression may look at it. So no match begins or ends where they are cut.
type around struct {
	lead  int // how many bytes of a match are before the literal, at most
	size  int // how many bytes a match has
	lines int // how many newlines are in it
}

// Up to these sizes of a match, the surroundings of its literals are searched; beyond, the whole content. Surroundings
// that are larger than this overlap so often that they save nothing.
const (
	maxBytes = 4 << 10
	maxLines = 16
)

// surroundings returns how far a match of the expression can go from a literal that has at most lead bytes of the match before it.
func surroundings(re *syntax.Regexp, lead int) around {
	return around{lead: lead, size: longest(re), lines: newlines(re)}
}

// known reports whether the surroundings of every literal are less than the content.
func (a around) known() bool { return a.size <= maxBytes || a.lines <= maxLines }

// before returns where the surroundings of a literal begin.
func (a around) before(content []byte, at int) int {
	from := 0
	switch {
	case a.lead <= maxBytes:
		from = at - a.lead
	case a.lines <= maxLines:
		from = linesBefore(content, at, a.lines)
	}
	return max(0, from-utf8.UTFMax)
}

// after returns where the surroundings of a literal end.
func (a around) after(content []byte, at int) int {
	to := len(content)
	switch {
	case a.size <= maxBytes:
		to = at + a.size
	case a.lines <= maxLines:
		to = linesAfter(content, at, a.lines)
	}
	return min(len(content), to+utf8.UTFMax)
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
