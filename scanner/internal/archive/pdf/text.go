package pdf

import "bytes"

// space is the distance, in thousandths of the size of the font, from which two pieces of text are two words.
const space = -200

// line is a line of the page that is being put together.
type line struct {
	tokens
	pieces  []piece // of text
	strings int     // how many of the pieces are strings
	numbers int     // how many precede, without anything between
	last    []byte  // the last of them
}

// piece is a string, or a space between two.
type piece struct {
	end   int // in the text
	space bool
}

// writeText appends the strings of a content to out. Those on one line of the page are joined; an operator that moves to another
// line ends it. If there are character maps, each line is written once more for each map that can read it. It is not whole if that
// was too much text.
func writeText(out []byte, content []byte, maps []*charMap) (text []byte, whole bool) {
	if bytes.IndexByte(content, '(') < 0 && bytes.IndexByte(content, '<') < 0 {
		return out, true // a drawing
	}
	whole = true
	l := line{tokens: tokens{in: content}}
	for {
		kind, word := l.next()
		switch kind {
		case aString:
			l.pieces = append(l.pieces, piece{len(l.text), false})
			l.strings++
		case aNumber:
			if l.arrays > 0 {
				l.addSpace(word)
			}
			l.numbers, l.last = l.numbers+1, word
			continue
		case aWord, endOfContent:
			if kind == endOfContent || l.ends(word) {
				var ok bool
				out, ok = l.write(out, maps)
				whole = whole && ok
			}
			if kind == endOfContent {
				return out, whole
			}
		}
		l.numbers = 0
	}
}

// addSpace adds a space if a number in an array moves far enough.
func (l *line) addSpace(word []byte) {
	if n, _ := parseNumber(word); n > space {
		return
	}
	l.text = append(l.text, ' ')
	l.pieces = append(l.pieces, piece{len(l.text), true})
}

// write appends the line as it is, and by each map, as long as there is room, and begins the next line.
func (l *line) write(out []byte, maps []*charMap) (text []byte, whole bool) {
	whole = true
	if l.strings > 0 {
		out = append(append(out, l.text...), '\n')
		for _, m := range maps {
			if len(out) > maxText {
				whole = false
				break
			}
			out = m.translate(out, l.text, l.pieces)
		}
	}
	l.text, l.pieces, l.strings = l.text[:0], l.pieces[:0], 0
	return out, whole
}

// ends reports whether an operator moves to another line of the page.
func (l *line) ends(operator []byte) bool {
	switch len(operator) {
	case 1:
		return operator[0] == '\'' || operator[0] == '"'
	case 2:
		switch string(operator) {
		case "Td", "TD":
			if l.numbers < 2 {
				return true
			}
			_, zero := parseNumber(l.last)
			return !zero
		case "T*", "ET", "Tm", ">>":
			return true
		}
	case len("endobj"):
		return string(operator) == "endobj"
	}
	return false
}

// parseNumber returns a number without its fraction, and whether the number is zero. Something else that has the bytes of a number
// is zero. It does no more than is needed because a page is mostly numbers.
func parseNumber(word []byte) (n int, zero bool) {
	const large = 1 << 20 // larger ones mean the same
	digits, sign := word, 1
	switch word[0] {
	case '-':
		digits, sign = word[1:], -1
	case '+':
		digits = word[1:]
	}
	zero = true
	point := false
	for _, c := range digits {
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			return 0, true
		case !point:
			n = min(n*10+int(c-'0'), large)
		}
		zero = zero && c == '0'
	}
	return sign * n, zero
}
