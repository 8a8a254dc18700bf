package service

import (
	"bytes"

	"github.com/akguard/akguard/rules/internal/shape"
)

// named is a value with the name that it is given, as offsets of a content.
type named struct {
	nameStart, nameEnd int
	start, end         int
	quoted             bool
}

// passwordWords are the ends of the names of passwords, in lower case.
var passwordWords = []string{"password", "passwd", "pwd", "pass", "passwort", "密码", "口令"}

// nameReach is how far after its name a value may start, in bytes.
const nameReach = 64

// nextNamed returns the next value in content[from:to] whose name ends with one of the words.
func nextNamed(content []byte, from, to int, words []string) (named, bool) {
	for at := from; at < to; at++ {
		n := wordAt(content, at, to, words)
		if n == 0 {
			continue
		}
		v := named{nameStart: at, nameEnd: at + n}
		for v.nameStart > 0 && at-v.nameStart < nameReach && shape.IsNameByte(content[v.nameStart-1]) {
			v.nameStart--
		}
		if v.find(content) {
			return v, true
		}
		at = v.nameEnd - 1
	}
	return named{}, false
}

// wordAt returns the length of the word that a name ends with at an offset, or 0.
func wordAt(content []byte, at, to int, words []string) int {
	for _, w := range words {
		if lowerOf(content[at]) != w[0] || at+len(w) > to || !equalFold(content[at:at+len(w)], w) {
			continue
		}
		end := at + len(w)
		if end < len(content) && (shape.IsAlnum(content[end]) || content[end] == '_') {
			continue
		}
		return len(w)
	}
	return 0
}

func lowerOf(c byte) byte {
	if shape.IsUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}

// equalFold reports whether text is word, which is in lower case, in any case.
func equalFold(text []byte, word string) bool {
	for i := range text {
		if lowerOf(text[i]) != word[i] {
			return false
		}
	}
	return true
}

// find finds the value of a name, and reports whether it has one: after a colon or an equals sign, as the next argument of a
// call, in an element or an attribute, or after a flag.
func (v *named) find(content []byte) bool {
	limit := min(len(content), v.nameEnd+nameReach)
	at := skipAll(content, v.nameEnd, limit, "\"'`)] \t")
	at, separator := separators(content, at, limit)
	if separator == 0 {
		at, separator = attribute(content, v.nameEnd, limit)
	}
	flag := content[v.nameStart] == '-' && v.nameEnd < limit && content[v.nameEnd] == ' '
	if separator == 0 && flag {
		at, separator = skipAll(content, v.nameEnd, limit, " "), '='
	}
	if separator == 0 || at >= limit {
		return false
	}
	if at+1 < limit && isQuote(content[at+1]) && bytes.IndexByte([]byte("rbuL@"), content[at]) >= 0 {
		at++ // the prefix of a string
	}
	if isQuote(content[at]) {
		v.quoted = true
		v.start, v.end = at+1, quotedEnd(content, at+1, content[at])
		return v.end > v.start
	}
	if separator == '(' || separator == ',' {
		return false // a variable
	}
	v.start, v.end = at, v.bareEnd(content, at)
	return v.end > v.start
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// separators skips what is between a name and its value, and returns the strongest sign in it, or 0.
func separators(content []byte, at, limit int) (next int, sign byte) {
	for at < limit {
		switch c := content[at]; {
		case c == ':' || c == '=' || c == '>':
			sign = '='
		case c == ',' || c == '(':
			if sign == 0 {
				sign = c
			}
		case bytes.HasPrefix(content[at:limit], []byte("：")):
			sign = '='
			at += len("：") - 1
		case c != ' ' && c != '\t':
			return at, sign
		}
		at++
	}
	return at, sign
}

// attribute finds the value of a name that is itself a value: name="password" value="x", or name: PASSWORD and value: x on the
// next line.
func attribute(content []byte, at, limit int) (next int, sign byte) {
	at = skipAll(content, at, limit, "\"', \t\r\n")
	if !bytes.HasPrefix(content[at:limit], []byte("value")) && !bytes.HasPrefix(content[at:limit], []byte("Value")) {
		return at, 0
	}
	return separators(content, skipAll(content, at+len("value"), limit, "\"'"), limit)
}

// skipAll returns the first offset at or after at whose byte is not in set.
func skipAll(content []byte, at, limit int, set string) int {
	for at < limit && bytes.IndexByte([]byte(set), content[at]) >= 0 {
		at++
	}
	return at
}

// quotedEnd returns where a string ends, or its start if it does not end in its line.
func quotedEnd(content []byte, start int, quote byte) int {
	for at := start; at < len(content) && at-start <= maxPassword; at++ {
		switch content[at] {
		case '\\':
			at++
		case quote:
			return at
		case '\n', '\r':
			return start
		}
	}
	return start
}

// bareEnd returns where a value without quotes ends. A parameter ends at the next one.
func (v *named) bareEnd(content []byte, start int) int {
	ends := " \t\r\n\"'`<"
	if v.nameStart > 0 && bytes.IndexByte([]byte("?&;"), content[v.nameStart-1]) >= 0 || bytes.IndexByte(content[start:min(len(content), start+maxPassword)], ';') >= 0 && inConnection(content, v.nameStart) {
		ends += "&;"
	}
	end := start
	for end < len(content) && end-start <= maxPassword && bytes.IndexByte([]byte(ends), content[end]) < 0 {
		end++
	}
	for end > start && bytes.IndexByte([]byte(",;)]}"), content[end-1]) >= 0 {
		end--
	}
	return end
}

// inConnection reports whether a name is in a connection string, whose parameters semicolons separate.
func inConnection(content []byte, at int) bool {
	before := bytes.TrimRight(content[max(0, at-4):at], " ")
	return len(before) > 0 && before[len(before)-1] == ';'
}
