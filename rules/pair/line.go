package pair

import "bytes"

// The scores of what the lines of an ID and a secret say, added to that of a pair.
const (
	otherState = -20 // one of them is in a comment: an old value belongs to an old one, unless a line between is worth more
	otherSide  = -60 // they are on different sides of a change or of a merge conflict
)

// lineOf says of what kind the line of a part is.
type lineOf struct {
	comment bool
	sign    byte // of a diff: + or -; 0 for any other line
	side    int  // the number of the side of a merge conflict; 0 outside of one
}

// commentMarks begin lines that are comments, in some language.
var commentMarks = [...]string{"#", "//", "--", ";", "/*", "* ", "<!--", "REM ", "rem ", "%", "'"}

// readLines reads the lines of parts, which are ordered by place.
func readLines(content []byte, parts []part) {
	var conflict conflict
	seen := 0
	for i := range parts {
		conflict.read(content[seen:parts[i].Start])
		seen = parts[i].Start
		parts[i].kind = kindOf(content, parts[i].Start)
		if conflict.within {
			parts[i].kind.side = conflict.side
		}
	}
}

// conflict follows the markers of merge conflicts.
type conflict struct {
	side   int // counts the sides so far
	within bool
}

// read reads the lines that begin in a text.
func (c *conflict) read(text []byte) {
	for len(text) >= 8 {
		at := bytes.Index(text, []byte("<<<<<<< "))
		if c.within {
			at = nextMark(text)
		}
		if at < 0 {
			return
		}
		c.within = text[at] != '>'
		c.side++
		text = text[at+7:]
	}
}

// nextMark returns where the other side of a conflict begins, or where the conflict ends; -1 if nowhere.
func nextMark(text []byte) int {
	other, end := bytes.Index(text, []byte("\n=======")), bytes.Index(text, []byte("\n>>>>>>> "))
	if other >= 0 && (end < 0 || other < end) {
		return other + 1
	}
	if end >= 0 {
		return end + 1
	}
	return -1
}

// maxLine is how far back the beginning of a line is looked for, in bytes.
const maxLine = 512

func kindOf(content []byte, at int) lineOf {
	line := content[max(0, at-maxLine):at]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	var k lineOf
	if len(line) > 0 && (line[0] == '+' || line[0] == '-') {
		k.sign, line = line[0], line[1:]
	}
	line = bytes.TrimLeft(line, " \t")
	for _, mark := range commentMarks {
		k.comment = k.comment || bytes.HasPrefix(line, []byte(mark))
	}
	return k
}

// lines scores what the lines of an ID and a secret have in common.
func lines(id, s lineOf) int {
	score := 0
	if id.comment != s.comment {
		score += otherState
	}
	if id.sign != s.sign && id.sign != 0 && s.sign != 0 || id.side != s.side && id.side != 0 && s.side != 0 {
		score += otherSide
	}
	return score
}
