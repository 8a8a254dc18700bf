package decode

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// nearby is how many bytes around a literal can change what it means once they are decoded. The longest escape of a
// character has a dozen.
const nearby = 64

// Holds reports whether a mark or a literal at an offset of content is a reason to decode it. It is not if a mark of base64
// has neighbors that the literal cannot have there, or if a literal is in the middle of data in base64: no escape is near
// that could complete the value, and what the data says once it is decoded does not depend on how it looks. Nor is a literal
// within a word, as in EXISTS.size, or the name of the encoding of mails where it is not the value of a header: programs and
// manuals name it, too.
func (m *Marks) Holds(content []byte, text string, at int) bool {
	if m.literals[text] && !endsWord(content[:at]) && !inData(content[max(0, at-nearby):min(len(content), at+len(text)+nearby)]) {
		return true
	}
	if text == printable {
		return isHeaderValue(content[:at])
	}
	for _, mark := range m.base64[text] {
		if mark.at(content, at) {
			return true
		}
	}
	return !m.literals[text] && m.base64[text] == nil
}

// isHeaderValue reports whether what follows is the value of Content-Transfer-Encoding, in a mail or in what was made of one.
func isHeaderValue(before []byte) bool {
	const longest = 48 // for a name, quotes and blanks
	before = bytes.TrimRight(before[max(0, len(before)-longest):], " \t\r\n")
	if len(before) == 0 || strings.IndexByte(`:="'[>`, before[len(before)-1]) < 0 {
		return false
	}
	return bytes.Contains(bytes.ToLower(before), []byte("encoding"))
}

// endsWord reports whether what is before a literal ends in letters and digits that are no end of an escape, such as %2F, \n or
// \u000a. Where content is cut, that is unknown.
func endsWord(before []byte) bool {
	const longestEscape = 9 // without what it begins with: U0000000A
	n := 0
	for n < len(before) && n <= longestEscape && isAlphanumeric(before[len(before)-n-1]) {
		n++
	}
	switch {
	case n == 0 || n == len(before):
		return false
	case n > longestEscape:
		return true
	}
	return strings.IndexByte(`\%=&#`, before[len(before)-n-1]) < 0
}

func isAlphanumeric(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

// inData reports whether content is characters of base64 and line ends.
func inData(content []byte) bool {
	for _, c := range content {
		if !inAlphabet(c) && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

// Data reports whether a content holds data that must be decoded though it has no mark: a mark of base64 is split over two lines,
// where no search for it as a whole finds it, or a long run is text in base64 or base32.
func (m *Marks) Data(content []byte) bool {
	var lines lines
	for end := longEnd(content, 0); end > 0; end = longEnd(content, end) {
		if asked := lines.asks(content, end); m.across(content, end) || asked && saysText(content[end-minWrapped:end]) {
			return true
		}
	}
	return false
}

// lines chooses the runs that are asked whether they say text: those that do not end a line as long as the one before, and one of 16 of
// the others, by their last character. The lines of a block of data are much the same. Long lines are all asked: they are few, and
// what is asked must not depend on content that is far away.
type lines struct{ end, width int }

const longLine = 128

func (l *lines) asks(content []byte, end int) bool {
	goesOn := end-l.end == l.width && l.width <= longLine
	l.end, l.width = end, end-l.end
	return !goesOn || sextet[content[end-1]]%16 == 0
}

// saysText reports whether the characters at the end of a run are text, at some alignment: so many bytes of random data are printable
// once in a hundred million.
func saysText(chars []byte) bool {
	const most = 40     // characters, so that each alignment has as many
	const glance64 = 12 // characters that are decoded first
	var room [most]byte
	for skip := range codec64.in {
		if begin := decode64(room[:0], chars[skip:skip+glance64]); !plainText(begin) && bytes.IndexByte(begin, 0) < 0 {
			continue // most random data ends here
		}
		if decoded := decode64(room[:0], chars[skip:skip+most]); plainText(decoded) || plainWide(decoded) {
			return true
		}
	}
	for skip := 0; in32(chars) && skip < codec32.in; skip++ {
		if plainText(decode32(room[:0], chars[skip:skip+minWrapped-codec32.in])) {
			return true
		}
	}
	return false
}

// plainText reports whether the bytes are printable text, but for a code point that is cut at their beginning or their end.
func plainText(b []byte) bool {
	for n := 0; n < utf8.UTFMax-1 && len(b) > 0 && !utf8.RuneStart(b[0]); n++ {
		b = b[1:]
	}
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			return !utf8.FullRune(b)
		}
		if r < utf8.RuneSelf && !isPrintable(byte(r)) {
			return false
		}
		b = b[size:]
	}
	return true
}

// plainWide reports whether the bytes are text in UTF-16, most of it ASCII: nothing else has a zero in most of its units, and always
// at the same place.
func plainWide(b []byte) bool {
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i%2]++
		}
	}
	return min(zeros[0], zeros[1]) == 0 && 4*max(zeros[0], zeros[1]) > len(b)
}

// Runs calls visit with the end of every run of characters of base64 without which Data is false: one that says text, or that may
// be a line of several with a mark across their ends. Long names, and lines of dashes, are no such runs. What is put together from
// parts without one has one only where RunSize bytes around a joint have one: unlike Data, it asks every run, because which ones Data asks
// depends on the lines before.
func (m *Marks) Runs(content []byte, visit func(end int) bool) {
	for end := longEnd(content, 0); end > 0; end = longEnd(content, end) {
		if (m.mayGoOn(content, end) || saysText(content[end-minWrapped:end])) && !visit(end) {
			return
		}
	}
}

// mayGoOn reports whether a run that ends at an offset may go on in the next line, in the middle of a mark.
func (m *Marks) mayGoOn(content []byte, end int) bool {
	return m.lefts[content[end-1]] && (end == len(content) || strings.IndexByte(beforeLineEnd, content[end]) >= 0)
}

// beforeLineEnd are the bytes that nextLine accepts where a line is interrupted: the line end, its escape, blanks, a quote.
const beforeLineEnd = "\n\r\\ \t\"'"

// RunSize is how long the shortest run is that Runs visits, with the byte after it.
const RunSize = minWrapped + 1

// across reports whether a mark is split where a line of data ends.
func (m *Marks) across(content []byte, end int) bool {
	if rest := content[end:]; len(rest) > 1 && rest[0] == '\n' && inAlphabet(rest[1]) && !m.paired(content[end-1], rest[1]) {
		return false // nearly every line of data ends here
	}
	start, ok := nextLine(content, end)
	if !ok || start >= len(content) || !m.paired(content[end-1], content[start]) {
		return false
	}
	left := content[max(0, end-m.longest-1):end]
	right := content[start:min(len(content), start+m.longest+1)]
	joined := append(append(make([]byte, 0, 2*m.longest+2), left...), right...)
	for _, text := range m.inBase64 {
		from := max(0, len(left)-len(text)+1)
		i := bytes.Index(joined[from:min(len(joined), len(left)+len(text)-1)], []byte(text))
		if i >= 0 && m.Holds(joined, text, from+i) {
			return true
		}
	}
	return false
}

// paired reports whether one character follows the other in a mark, which tells most ends of lines.
func (m *Marks) paired(a, b byte) bool {
	bit := pairOf(a, b)
	return m.pairs[bit/64]>>(bit%64)&1 != 0
}
