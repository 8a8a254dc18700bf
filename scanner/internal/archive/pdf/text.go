package pdf

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// space is the distance, in thousandths of the size of the font, from which two pieces of text are two words.
const space = -200

// writeText writes the strings of a content to out. Those on one line of the page are joined; an operator that moves to another line ends
// it. If there are character maps, each line is written once more for each map that can read it. It reports false if that was too
// much text.
func writeText(out *bytes.Buffer, content []byte, maps []charMap) bool {
	whole := true
	t := tokens{in: content}
	var line [][]byte // nil for a space
	var numbers []float64
	for {
		kind, text := t.next()
		switch kind {
		case endOfContent:
			return writeLine(out, line, maps) && whole
		case aString:
			line = append(line, text)
		case aNumber:
			n, _ := strconv.ParseFloat(string(text), 64)
			if t.arrays > 0 && n <= space {
				line = append(line, nil)
			}
			numbers = append(numbers[:min(len(numbers), 15)], n)
			continue
		case aWord:
			if endsLine(string(text), numbers) {
				whole = writeLine(out, line, maps) && whole
				line = line[:0]
			}
		}
		numbers = numbers[:0]
	}
}

// writeLine writes the pieces of a line as they are, and by each map, as long as there is room.
func writeLine(out *bytes.Buffer, line [][]byte, maps []charMap) bool {
	if len(line) == 0 {
		return true
	}
	for _, piece := range line {
		if piece == nil {
			out.WriteByte(' ')
		}
		out.Write(piece)
	}
	out.WriteByte('\n')
	for _, m := range maps {
		if out.Len() > maxText {
			return false
		}
		m.translate(out, line)
	}
	return true
}

// endsLine reports whether an operator moves to another line of the page.
func endsLine(operator string, numbers []float64) bool {
	switch operator {
	case "Td", "TD":
		return len(numbers) < 2 || numbers[len(numbers)-1] != 0
	case "T*", "'", "\"", "ET", "Tm", "endobj", ">>":
		return true
	}
	return false
}

type tokenKind int

const (
	endOfContent tokenKind = iota
	aString
	aNumber
	aWord
)

// tokens reads the tokens of a content that matter.
type tokens struct {
	in     []byte
	pos    int
	arrays int // how many are open
}

func (t *tokens) next() (tokenKind, []byte) {
	for t.pos < len(t.in) {
		switch c := t.in[t.pos]; {
		case c == '(':
			return aString, t.literal()
		case c == '<' && t.pos+1 < len(t.in) && t.in[t.pos+1] != '<':
			return aString, t.hex()
		case c == '[':
			t.arrays++
			t.pos++
		case c == ']':
			t.arrays = max(0, t.arrays-1)
			t.pos++
		case c == '>' && t.pos+1 < len(t.in) && t.in[t.pos+1] == '>':
			t.pos += 2
			return aWord, []byte(">>")
		case c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9':
			return aNumber, t.run(func(c byte) bool { return c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9' })
		case isLetter(c):
			return aWord, t.run(isLetter)
		case c == '/':
			t.pos++
			t.run(func(c byte) bool {
				return isLetter(c) || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == '_'
			})
		default:
			t.pos++
		}
	}
	return endOfContent, nil
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '*' || c == '\'' || c == '"'
}

func (t *tokens) run(in func(byte) bool) []byte {
	start := t.pos
	for t.pos < len(t.in) && in(t.in[t.pos]) {
		t.pos++
	}
	return t.in[start:t.pos]
}

// maxString is how long a string is. An open parenthesis in something that is no text ends nowhere.
const maxString = 64 << 10

// literal reads (a string), with escapes, octal numbers and nested parentheses.
func (t *tokens) literal() []byte {
	var out []byte
	depth := 0
	for start := t.pos; t.pos < len(t.in) && t.pos-start < maxString; t.pos++ {
		switch c := t.in[t.pos]; c {
		case '(':
			if depth++; depth > 1 {
				out = append(out, c)
			}
		case ')':
			if depth--; depth == 0 {
				t.pos++
				return out
			}
			out = append(out, c)
		case '\\':
			out = t.escape(out)
		default:
			out = append(out, c)
		}
	}
	return out
}

// escape reads what is behind a backslash, and leaves pos on its last byte.
func (t *tokens) escape(out []byte) []byte {
	if t.pos+1 >= len(t.in) {
		return out
	}
	t.pos++
	switch c := t.in[t.pos]; {
	case c >= '0' && c <= '7':
		n := 0
		for i := 0; i < 3 && t.pos < len(t.in) && t.in[t.pos] >= '0' && t.in[t.pos] <= '7'; i++ {
			n = n<<3 | int(t.in[t.pos]-'0')
			t.pos++
		}
		t.pos--
		return append(out, byte(n))
	case c == '\n':
		return out
	case c == '\r':
		if t.pos+1 < len(t.in) && t.in[t.pos+1] == '\n' {
			t.pos++
		}
		return out
	case c == 'n' || c == 'r':
		return append(out, '\n')
	case c == 't':
		return append(out, '\t')
	case c == 'b' || c == 'f':
		return out
	default:
		return append(out, c)
	}
}

// hex reads <616263>.
func (t *tokens) hex() []byte {
	t.pos++
	end := bytes.IndexByte(t.in[t.pos:min(len(t.in), t.pos+maxString)], '>')
	if end < 0 {
		return nil
	}
	digits := make([]byte, 0, end+1)
	for _, c := range t.in[t.pos : t.pos+end] {
		if c > ' ' {
			digits = append(digits, c)
		}
	}
	t.pos += end + 1
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make([]byte, len(digits)/2)
	n, _ := hex.Decode(out, digits)
	return out[:n]
}
