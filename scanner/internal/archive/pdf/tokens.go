package pdf

import "bytes"

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
	arrays int    // how many are open
	text   []byte // the strings, one behind the other; whoever reads them empties it
}

// The classes of bytes.
const (
	letter  = 1 << iota // of a word
	digit               // of a number
	named               // of a name
	bracket             // of a string, an array or a dictionary; the slash of a name
	special             // within a string
)

// classes has the classes of each byte: a table is several times as fast as comparisons.
var classes = makeClasses()

func makeClasses() (table [256]uint8) {
	add := func(members string, class uint8) {
		for _, c := range []byte(members) {
			table[c] |= class
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		add(string([]byte{c, c - 'a' + 'A'}), letter|named)
	}
	add("*'\"", letter|named)
	add("0123456789+-.", digit|named)
	add("_", named)
	add("(<[]>/", bracket)
	add("()\\", special)
	return table
}

// next returns the next token. That of a string is empty: it is appended to text.
func (t *tokens) next() (tokenKind, []byte) {
	for t.pos < len(t.in) {
		switch class := classes[t.in[t.pos]]; {
		case class&(letter|digit|bracket) == 0:
			t.pos++
		case class&letter != 0:
			return aWord, t.run(letter)
		case class&digit != 0:
			return aNumber, t.run(digit)
		default:
			if kind, word := t.bracket(); kind != endOfContent {
				return kind, word
			}
		}
	}
	return endOfContent, nil
}

// bracket reads what begins with a bracket. It returns endOfContent if that is no token.
func (t *tokens) bracket() (tokenKind, []byte) {
	c := t.in[t.pos]
	twice := t.pos+1 < len(t.in) && t.in[t.pos+1] == c
	t.pos++
	switch c {
	case '(':
		t.literal()
		return aString, nil
	case '<':
		if twice {
			t.pos++
		} else if t.pos < len(t.in) {
			t.hex()
			return aString, nil
		}
	case '>':
		if twice {
			t.pos++
			return aWord, t.in[t.pos-2 : t.pos]
		}
	case '[':
		t.arrays++
	case ']':
		t.arrays = max(0, t.arrays-1)
	case '/':
		t.run(named)
	}
	return endOfContent, nil
}

// run reads as many bytes of a class as there are.
func (t *tokens) run(class uint8) []byte {
	start := t.pos
	for t.pos < len(t.in) && classes[t.in[t.pos]]&class != 0 {
		t.pos++
	}
	return t.in[start:t.pos]
}

// maxString is how long a string is. An open parenthesis in something that is no text ends nowhere.
const maxString = 64 << 10

// literal reads what is behind the parenthesis of (a string), with escapes, octal numbers and nested parentheses.
func (t *tokens) literal() {
	end := min(len(t.in), t.pos-1+maxString)
	for depth := 1; t.pos < end; t.pos++ {
		start := t.pos
		for t.pos < end && classes[t.in[t.pos]]&special == 0 {
			t.pos++
		}
		t.text = append(t.text, t.in[start:t.pos]...)
		if t.pos == end {
			return
		}
		switch c := t.in[t.pos]; c {
		case '\\':
			t.escape()
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				t.pos++
				return
			}
		}
		t.text = append(t.text, t.in[t.pos])
	}
}

// escape reads what is behind a backslash, and leaves pos on its last byte.
func (t *tokens) escape() {
	if t.pos+1 >= len(t.in) {
		return
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
		t.text = append(t.text, byte(n))
	case c == '\n':
	case c == '\r':
		if t.pos+1 < len(t.in) && t.in[t.pos+1] == '\n' {
			t.pos++
		}
	case c == 'n' || c == 'r':
		t.text = append(t.text, '\n')
	case c == 't':
		t.text = append(t.text, '\t')
	case c == 'b' || c == 'f':
	default:
		t.text = append(t.text, c)
	}
}

// hex reads what is behind the bracket of <616263>, up to what is no digit.
func (t *tokens) hex() {
	end := bytes.IndexByte(t.in[t.pos:min(len(t.in), t.pos+maxString)], '>')
	if end < 0 {
		return
	}
	digits := t.in[t.pos : t.pos+end]
	t.pos += end + 1
	high, pending := byte(0), false
	for _, c := range digits {
		value := nibbles[c]
		switch {
		case c <= ' ':
		case value == noDigit:
			return
		case pending:
			t.text = append(t.text, high|value)
			pending = false
		default:
			high, pending = value<<4, true
		}
	}
	if pending {
		t.text = append(t.text, high)
	}
}

const noDigit = 0xff

// nibbles has the value of each hexadecimal digit.
var nibbles = makeNibbles()

func makeNibbles() (table [256]byte) {
	for i := range table {
		table[i] = noDigit
	}
	for value := range byte(16) {
		table["0123456789abcdef"[value]] = value
		table["0123456789ABCDEF"[value]] = value
	}
	return table
}
