package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
)

// Lengths of passwords that the services accept.
const minPassword, maxPassword = 6, 128

// password returns the value at an offset, up to one of the bytes of ends or the end of the line, unless it is a
// variable, masked, or a placeholder.
func password(content []byte, start int, ends string) (rules.Match, bool) {
	end := start
	for end < len(content) && end-start <= maxPassword && bytes.IndexByte([]byte(ends+"\r\n"), content[end]) < 0 {
		end++
	}
	v := bytes.Trim(content[start:end], "\"'")
	n := len(v)
	if n < minPassword || n > maxPassword || bytes.ContainsAny(v, "${<*%") || !shape.Varied(v) || shape.HoldsFiller(v) || sample(v) {
		return rules.Match{}, false
	}
	start += bytes.Index(content[start:end], v)
	return rules.Match{Start: start, End: start + n}, true
}

// sample reports whether a short password is one that documentation shows. Long passwords that contain such a word are real.
func sample(v []byte) bool {
	const short = 12
	return len(v) < short && shape.Contains(bytes.ToLower(v), "pass", "pwd", "123456", "root", "admin", "user", "xxx")
}
