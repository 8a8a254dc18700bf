package decode

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escaped is what an escape expands to. A zero size means "no escape here"; some escapes expand to nothing, and those set
// empty.
type escaped struct {
	bytes [utf8.UTFMax]byte
	size  int
	empty bool
}

func (e escaped) isNone() bool { return e.size == 0 && !e.empty }

func escapedByte(c byte) escaped { return escaped{bytes: [utf8.UTFMax]byte{c}, size: 1} }

func escapedRune(r rune) (e escaped) {
	e.size = utf8.EncodeRune(e.bytes[:], r)
	return e
}

// Text that is escaped several times is decoded in one go: \\\\\" is a quote, %25253D an equals sign and &amp;amp;lt; a
// less-than sign. That loses the difference between the levels, which does not matter here.

// simple is what a backslash makes of a letter, or 0. Regular expressions have other escapes, which mean no single character.
var simple = [256]byte{
	'n': '\n', 'r': '\r', 't': '\t', 'f': '\f', 'b': '\b', '"': '"', '\'': '\'', '/': '/', '`': '`', ':': ':', '=': '=',
}

// backslash decodes the escapes of JSON and of most programming languages.
func backslash(content []byte, at int) (escaped, int) {
	end := at + 1
	for end < len(content) && content[end] == '\\' {
		end++
	}
	if end == len(content) {
		return escaped{}, end
	}
	if c := content[end]; c == '\n' || c == '\r' {
		return continued(content, at, end)
	}
	if c := simple[content[end]]; c != 0 {
		return escapedByte(c), end + 1
	}
	rest := content[end:]
	switch rest[0] {
	case 'x':
		if n, read := number(rest[1:], 2); read == 2 {
			return escapedByte(byte(n)), end + 3
		}
	case 'u':
		return unicode(content, end)
	case 'U':
		if n, read := number(rest[1:], 8); read == 8 {
			return escapedRune(n), end + 9
		}
	case '0', '1', '2', '3':
		if n, ok := octal(rest); ok {
			return escapedByte(n), end + 3
		}
	}
	return escaped{}, end
}

// continued drops a backslash at the end of a line, and the indentation of the next line, in the middle of a value.
func continued(content []byte, at, end int) (escaped, int) {
	next, ok := lineEnd(content, end)
	next = skip(content, next, " \t")
	if !ok || at == 0 || next >= len(content) || content[at-1] <= ' ' || content[next] <= ' ' {
		return escaped{}, end
	}
	return escaped{empty: true}, next
}

func octal(digits []byte) (n byte, ok bool) {
	if len(digits) < 3 {
		return 0, false
	}
	for _, c := range digits[:3] {
		if c < '0' || c > '7' {
			return 0, false
		}
		n = n<<3 | (c - '0')
	}
	return n, true
}

// unicode decodes XXXX or {X…} after the u at offset at, and both halves of a surrogate pair.
func unicode(content []byte, at int) (escaped, int) {
	rest := content[at+1:]
	if len(rest) > 0 && rest[0] == '{' {
		n, read := number(rest[1:], 6)
		if read > 0 && read+1 < len(rest) && rest[read+1] == '}' {
			return escapedRune(n), at + read + 3
		}
		return escaped{}, at + 1
	}
	for len(rest) > 0 && rest[0] == 'u' { // Java allows several
		rest, at = rest[1:], at+1
	}
	n, read := number(rest, 4)
	if read < 4 {
		return escaped{}, at + 1
	}
	end := at + 5
	if utf16.IsSurrogate(n) {
		low := bytes.TrimLeft(content[end:min(len(content), end+64)], `\`)
		if len(low) > 0 && low[0] == 'u' {
			if m, read := number(low[1:], 4); read == 4 && utf16.DecodeRune(n, m) != utf8.RuneError {
				low = low[5:]
				return escapedRune(utf16.DecodeRune(n, m)), min(len(content), end+64) - len(low)
			}
		}
	}
	return escapedRune(n), end
}

// concat drops what is between two pieces of a string: a quote that ends a piece, perhaps an operator, and a quote.
func concat(content []byte, at int) (escaped, int) {
	end := skip(content, at+1, betweenPieces)
	inside := end+1 < len(content) && inAlphabet(content[end+1])
	if !inside || content[end] != content[at] || isKey(content, end+1, content[at]) {
		return escaped{}, at + 1
	}
	return escaped{empty: true}, end + 1
}

// betweenPieces is what may be between the quotes of two pieces.
const betweenPieces = " \t\r\n+.&\\"

// endsPiece reports whether the quote at an offset may end a piece of a string. In scripts, which are full of quotes, few do.
func endsPiece(content []byte, at int) bool {
	if at == 0 || at+1 == len(content) || !inAlphabet(content[at-1]) {
		return false
	}
	next := content[at+1]
	return next == content[at] || strings.IndexByte(betweenPieces, next) >= 0
}

// maxKey is how long the name of a value may be, in bytes, before a string is taken for a value itself.
const maxKey = 64

// isKey reports whether the string that begins at an offset names a value: "ak"="x" on a line, and "sk"="y" on the next.
func isKey(content []byte, at int, quote byte) bool {
	rest := content[at:min(len(content), at+maxKey)]
	_, behind, found := bytes.Cut(rest, []byte{quote})
	behind = bytes.TrimLeft(behind, " \t")
	return found && len(behind) > 0 && (behind[0] == '=' || behind[0] == ':')
}

// percent decodes the escapes of URLs, and the %uXXXX of JavaScript's escape.
func percent(content []byte, at int) (escaped, int) {
	end := at + 1
	for bytes.HasPrefix(content[end:], []byte("25")) {
		end += 2
	}
	if n, read := number(content[end:], 2); read == 2 {
		return escapedByte(byte(n)), end + 2
	}
	if end < len(content) && content[end] == 'u' {
		if n, read := number(content[end+1:], 4); read == 4 {
			return escapedRune(n), end + 5
		}
	}
	if end > at+1 {
		return escapedByte('%'), end
	}
	return escaped{}, end
}

// names are the entities for characters that occur in keys and around them.
var names = map[string]rune{
	"amp": '&', "quot": '"', "apos": '\'', "lt": '<', "gt": '>', "nbsp": ' ', "colon": ':', "equals": '=', "comma": ',',
	"period": '.', "lowbar": '_', "num": '#', "sol": '/', "plus": '+', "semi": ';', "Tab": '\t', "NewLine": '\n',
}

const maxName = 8

// entity decodes the entities of HTML and XML.
func entity(content []byte, at int) (escaped, int) {
	end := at + 1
	for bytes.HasPrefix(content[end:], []byte("amp;")) {
		end += len("amp;")
	}
	rest := content[end:]
	if len(rest) > 1 && rest[0] == '#' {
		if r, size := charRef(rest[1:]); size > 0 {
			return escapedRune(r), end + 1 + size
		}
	} else if size := bytes.IndexByte(rest[:min(len(rest), maxName)], ';'); size > 0 {
		if r, ok := names[string(rest[:size])]; ok {
			return escapedRune(r), end + size + 1
		}
	}
	if end > at+1 {
		return escapedByte('&'), end
	}
	return escaped{}, end
}

// charRef decodes a numeric entity after its number sign. The semicolon may be missing.
func charRef(rest []byte) (r rune, size int) {
	if rest[0] == 'x' || rest[0] == 'X' {
		if r, size = number(rest[1:], 6); size == 0 {
			return 0, 0
		}
		size++
	} else {
		for size < min(7, len(rest)) && '0' <= rest[size] && rest[size] <= '9' {
			r = 10*r + rune(rest[size]-'0')
			size++
		}
	}
	if size > 0 && size < len(rest) && rest[size] == ';' {
		size++
	}
	return r, size
}
