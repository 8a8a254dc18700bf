package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
)

// Lengths of passwords that the services accept. What people choose now has eight characters at least.
const minPassword, newPassword, maxPassword = 6, 8, 128

// password returns the value at an offset, up to one of the bytes of ends or the end of the line, unless it is a
// variable, masked, or a placeholder.
func password(content []byte, start int, ends string) (rules.Match, bool) {
	end := start
	for end < len(content) && end-start <= maxPassword && bytes.IndexByte([]byte(ends+"\r\n"), content[end]) < 0 {
		end++
	}
	v := bytes.Trim(content[start:end], "\"'")
	n := len(v)
	if n < minPassword || !plausible(v) || escaped(v) {
		return rules.Match{}, false
	}
	start += bytes.Index(content[start:end], v)
	return rules.Match{Start: start, End: start + n}, true
}

// token returns the password at an offset of a command, which ends with a space unless it is quoted.
func token(content []byte, start int) (rules.Match, bool) {
	if start < len(content) && isQuote(content[start]) {
		end := quotedEnd(content, start+1, content[start])
		return password(content[:end], start+1, "")
	}
	return password(content, start, " \t\"'|;&)")
}

// chosen reports whether the value of a name is a password that somebody chose, and no name in the code.
func (v named) chosen(content []byte) (rules.Match, bool) {
	value := content[v.start:v.end]
	kinds := kindsOf(value)
	if len(value) < newPassword || !plausible(value) || shape.HoldsRun(value, 4, 5) || kinds < 2 ||
		shape.Contains(bytes.ToLower(value), "passw", "getenv", "environ", "process.env", "config.", "null", "secret") {
		return rules.Match{}, false
	}
	if !v.quoted && (kinds < 3 && !hasDigit(value) || bytes.ContainsAny(value, "()[]{}") || isReference(value)) {
		return rules.Match{}, false
	}
	if v.quoted && kinds < 3 && !hasDigit(value) && len(value) < 2*newPassword {
		return rules.Match{}, false
	}
	return rules.Match{Start: v.start, End: v.end}, true
}

// plausible reports whether a value is a password and no variable, mask or placeholder.
func plausible(v []byte) bool {
	n := len(v)
	if n == 0 || n > maxPassword || bytes.IndexByte([]byte("$<*"), v[0]) >= 0 || shape.Contains(v, "${", "$(", "{{", "#{", "%(", "***", "...", "<%") ||
		v[0] == '%' && v[n-1] == '%' || v[0] == '<' && v[n-1] == '>' || v[0] == '{' && v[n-1] == '}' || v[0] == '[' && v[n-1] == ']' {
		return false
	}
	for i, c := range v {
		if c <= ' ' || c > '~' || c == '\\' && i+1 < n && bytes.IndexByte([]byte(`unrtx"'\`), v[i+1]) >= 0 { // it is seen once it is decoded
			return false
		}
	}
	return shape.Varied(v) && !shape.HoldsFiller(v) && !typical(v)
}

// escaped reports whether a value holds escapes of a URL. What it says is seen once they are decoded.
func escaped(v []byte) bool {
	for i := 0; i+2 < len(v); i++ {
		if v[i] == '%' && shape.IsHex(v[i+1]) && shape.IsHex(v[i+2]) {
			return true
		}
	}
	return false
}

// typical reports whether a short password is one that documentation shows. Long passwords that contain such a word are real.
func typical(v []byte) bool {
	const short = 12
	return len(v) < short && shape.Contains(bytes.ToLower(v), "pass", "pwd", "123456", "root", "admin", "user", "xxx")
}

// kindsOf counts the kinds of characters in v: lower-case and upper-case letters, digits, and others.
func kindsOf(v []byte) int {
	var seen [4]int
	for _, c := range v {
		switch {
		case shape.IsLower(c):
			seen[0] = 1
		case shape.IsUpper(c):
			seen[1] = 1
		case shape.IsDigit(c):
			seen[2] = 1
		default:
			seen[3] = 1
		}
	}
	return seen[0] + seen[1] + seen[2] + seen[3]
}

func hasDigit(v []byte) bool { return bytes.ContainsAny(v, "0123456789") }

// isReference reports whether a value names something in the code or in the configuration: words with dots between them, or a
// name of words in lower case.
func isReference(v []byte) bool {
	letters := false
	for i, c := range v {
		if !shape.IsNameByte(c) || c == '-' {
			return false
		}
		letters = letters || shape.IsLower(c) && i+1 < len(v) && v[i+1] == '.'
	}
	return letters || !hasDigit(v)
}
