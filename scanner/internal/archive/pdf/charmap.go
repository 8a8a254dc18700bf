package pdf

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

const (
	maxMap   = 256 << 10 // bytes of a character map
	maxMaps  = 32
	maxCodes = 1 << 16
	maxChars = 16 // bytes of the characters of a code: a ligature has a few
)

// charMap says which characters the codes of a font are.
type charMap struct {
	width int                // bytes of a code
	pages [256]*[256]meaning // by the high and the low byte of the code
	texts []string           // those that do not fit into a meaning
	codes int                // that were added
}

// meaning is what a code means: in the lowest three bytes the characters, in UTF-8, or the index of the text.
type meaning uint32

const (
	known   meaning = 1 << 31
	indexed meaning = 1 << 30
	inline          = 3 // bytes of text in a meaning
)

func (m meaning) size() int { return int(m >> 24 & 7) }

// operand is a string in a character map.
type operand struct {
	text  []byte
	array bool // in an array
}

// parseMap reads a character map: the sections bfchar and bfrange. It returns nil if there is no character in it.
func parseMap(content []byte) *charMap {
	m := &charMap{width: 1}
	t := tokens{in: content}
	var operands []operand
	for {
		kind, word := t.next()
		switch {
		case kind == endOfContent:
			if m.codes == 0 {
				return nil
			}
			return m
		case kind == aString:
			operands = append(operands, operand{t.text, t.arrays > 0})
			t.text = t.text[len(t.text):]
		case kind != aWord:
		case bytes.HasPrefix(word, []byte("beginbf")):
			operands = operands[:0]
		case bytes.Equal(word, []byte("endbfchar")):
			m.chars(operands)
		case bytes.Equal(word, []byte("endbfrange")):
			m.ranges(operands)
		}
	}
}

// chars adds pairs of a code and its characters.
func (m *charMap) chars(o []operand) {
	for ; len(o) >= 2; o = o[2:] {
		m.add(number(o[0].text), len(o[0].text), o[1].text)
	}
}

// ranges adds the first code, the last code, and the characters of the first; or those of each, in an array.
func (m *charMap) ranges(o []operand) {
	for len(o) >= 3 {
		first, last, width := number(o[0].text), number(o[1].text), len(o[0].text)
		if o = o[2:]; o[0].array {
			for code := first; len(o) > 0 && o[0].array && code <= last; code++ {
				m.add(code, width, o[0].text)
				o = o[1:]
			}
			continue
		}
		text := bytes.Clone(o[0].text)
		o = o[1:]
		for code := first; code <= last && m.add(code, width, text); code++ {
			text[len(text)-1]++
		}
	}
}

// add adds a code, and reports whether it did. Those that are added twice count twice: a map costs no more than it has codes.
func (m *charMap) add(code, width int, text []byte) bool {
	if m.codes >= maxCodes || width < 1 || width > 2 || code >= maxCodes || len(text) == 0 || len(text) > maxChars {
		return false
	}
	m.codes++
	m.width = max(m.width, width)
	page := m.pages[code>>8]
	if page == nil {
		page = new([256]meaning)
		m.pages[code>>8] = page
	}
	page[code&0xff] = m.meaning(text)
	return true
}

// meaning returns the meaning of a text in UTF-16.
func (m *charMap) meaning(text []byte) meaning {
	var units [maxChars / 2]uint16
	n := len(text) / 2
	for i := range n {
		units[i] = binary.BigEndian.Uint16(text[2*i:])
	}
	chars := string(utf16.Decode(units[:n]))
	if len(chars) > inline {
		m.texts = append(m.texts, chars)
		return known | indexed | meaning(len(m.texts)-1)
	}
	out := known | meaning(len(chars))<<24
	for i, c := range []byte(chars) {
		out |= meaning(c) << (8 * i)
	}
	return out
}

func number(b []byte) int {
	n := 0
	for _, c := range b[:min(len(b), 3)] {
		n = n<<8 | int(c)
	}
	return n
}

// translate appends a line of codes as characters. It appends nothing if the map does not have most of them.
func (m *charMap) translate(out, text []byte, pieces []piece) []byte {
	start, have, codes := len(out), 0, 0
	from := 0
	for _, p := range pieces {
		codesOf := text[from:p.end]
		if from = p.end; p.space {
			out = append(out, ' ')
			continue
		}
		codes += len(codesOf) / m.width
		for ; len(codesOf) >= m.width; codesOf = codesOf[m.width:] {
			high, low := byte(0), codesOf[0]
			if m.width == 2 {
				high, low = codesOf[0], codesOf[1]
			}
			e := meaning(0)
			if page := m.pages[high]; page != nil {
				e = page[low]
			}
			switch {
			case e&known == 0:
				out = append(out, ' ')
				continue
			case e&indexed != 0:
				out = append(out, m.texts[e&0xffffff]...)
			default:
				chars := [inline]byte{byte(e), byte(e >> 8), byte(e >> 16)}
				out = append(out, chars[:e.size()]...)
			}
			have++
		}
	}
	if have == 0 || have*2 < codes {
		return out[:start]
	}
	return append(out, '\n')
}
