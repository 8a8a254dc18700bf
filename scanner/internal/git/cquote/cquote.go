// Package cquote reads paths that git has written in quotes, with the escapes of C.
package cquote

import "strings"

// escapes has the byte for each letter that may follow a backslash.
var escapes = map[byte]byte{
	'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\', '"': '"',
}

// Cut reads a path in quotes from the beginning of a text, and returns what follows it. ok is false if the text does not
// begin with such a path.
func Cut(text string) (path, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, `"`)
	if !ok {
		return "", "", false
	}
	var out strings.Builder
	for {
		end := strings.IndexAny(text, `"\`)
		if end < 0 {
			return "", "", false
		}
		out.WriteString(text[:end])
		if text[end] == '"' {
			return out.String(), text[end+1:], true
		}
		c, n := escaped(text[end+1:])
		if n == 0 {
			return "", "", false
		}
		out.WriteByte(c)
		text = text[end+1+n:]
	}
}

// escaped reads what follows a backslash: a letter, or three octal digits. n is its length, or 0 if it is neither.
func escaped(text string) (c byte, n int) {
	if text == "" {
		return 0, 0
	}
	if c, ok := escapes[text[0]]; ok {
		return c, 1
	}
	if len(text) < 3 || text[0] > '3' {
		return 0, 0
	}
	for _, digit := range []byte(text[:3]) {
		if digit < '0' || digit > '7' {
			return 0, 0
		}
		c = c<<3 | digit&7
	}
	return c, 3
}
