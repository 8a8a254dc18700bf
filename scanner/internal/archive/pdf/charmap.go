package pdf

import (
	"bytes"
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
	width int // bytes of a code
	codes map[int]string
}

// operand is a string in a character map.
type operand struct {
	text  []byte
	array bool // in an array
}

// parseMap reads a character map: the sections bfchar and bfrange. It reports false if there is no character in it.
func parseMap(content []byte) (charMap, bool) {
	m := charMap{width: 1, codes: map[int]string{}}
	t := tokens{in: content}
	var operands []operand
	for {
		kind, text := t.next()
		switch {
		case kind == endOfContent:
			return m, len(m.codes) > 0
		case kind == aString:
			operands = append(operands, operand{text, t.arrays > 0})
		case kind != aWord:
		case bytes.HasPrefix(text, []byte("beginbf")):
			operands = operands[:0]
		case bytes.Equal(text, []byte("endbfchar")):
			m.chars(operands)
		case bytes.Equal(text, []byte("endbfrange")):
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
		for code := first; code <= last && len(text) > 0 && len(m.codes) < maxCodes; code++ {
			m.add(code, width, text)
			text[len(text)-1]++
		}
	}
}

func (m *charMap) add(code, width int, text []byte) {
	if len(m.codes) >= maxCodes || width < 1 || width > 2 || len(text) == 0 || len(text) > maxChars {
		return
	}
	m.width = max(m.width, width)
	units := make([]uint16, 0, len(text)/2+1)
	for i := 0; i+1 < len(text); i += 2 {
		units = append(units, uint16(text[i])<<8|uint16(text[i+1]))
	}
	m.codes[code] = string(utf16.Decode(units))
}

func number(b []byte) int {
	n := 0
	for _, c := range b[:min(len(b), 3)] {
		n = n<<8 | int(c)
	}
	return n
}

// translate writes a line of codes as characters. It writes nothing if the map does not have most of them.
func (m charMap) translate(out *bytes.Buffer, line [][]byte) {
	start, known, codes := out.Len(), 0, 0
	for _, piece := range line {
		if piece == nil {
			out.WriteByte(' ')
		}
		for i := 0; i+m.width <= len(piece); i += m.width {
			codes++
			if text, ok := m.codes[number(piece[i:i+m.width])]; ok {
				out.WriteString(text)
				known++
			} else {
				out.WriteByte(' ')
			}
		}
	}
	if out.WriteByte('\n'); known == 0 || known*2 < codes {
		out.Truncate(start)
	}
}
