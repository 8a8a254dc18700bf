package service

import "bytes"

// line returns where the line around an offset begins and ends, within reach.
func line(content []byte, at int) (from, to int) {
	from = lineStart(content, at)
	if from > softLine && content[from-1] == '\n' && content[from-2] == '=' { // a soft line end of a mail
		if begin := lineStart(content, from-1); from-begin > softLine {
			from = max(begin, at-nearby)
		}
	}
	return from, lineEnd(content, at)
}

// softLine is about how long the lines are that are broken in a mail, in bytes.
const softLine = 70

// ends are the ways in which a line end is written: as it is, or escaped.
var ends = []string{"\n", `\n`, "%0A"}

// lineStart returns where the line of an offset begins.
func lineStart(content []byte, at int) int {
	from := max(0, at-nearby)
	for _, end := range ends {
		if i := bytes.LastIndex(content[from:at], []byte(end)); i >= 0 {
			from += i + len(end)
		}
	}
	return from
}

// lineEnd returns where the line of an offset ends.
func lineEnd(content []byte, at int) int {
	to := min(len(content), at+nearby)
	for _, end := range ends {
		if i := bytes.Index(content[at:to], []byte(end)); i >= 0 {
			to = at + i
		}
	}
	return to
}

// nextLine returns where the line after a line end begins.
func nextLine(content []byte, end int) int {
	for _, e := range ends {
		if bytes.HasPrefix(content[end:], []byte(e)) {
			return end + len(e)
		}
	}
	return end + 1
}

// lastLine returns where the line before begins and ends, if it begins within reach.
func lastLine(content []byte, start int) (from, to int, ok bool) {
	for _, end := range ends {
		if bytes.HasSuffix(content[:start], []byte(end)) {
			to = start - len(end)
			from = lineStart(content, to)
			return from, to, from == 0 || to-from < nearby
		}
	}
	return 0, 0, false
}
