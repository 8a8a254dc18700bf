// Package shape holds what the detectors share: where a value begins and ends, which name is beside it, and
// whether it looks random. It works on bytes alone and knows no credential.
package shape

import "bytes"

// IsLower reports whether c is a lower-case ASCII letter.
func IsLower(c byte) bool { return 'a' <= c && c <= 'z' }

// IsUpper reports whether c is an upper-case ASCII letter.
func IsUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// IsDigit reports whether c is an ASCII digit.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsAlnum reports whether c is an ASCII letter or digit.
func IsAlnum(c byte) bool { return IsLower(c) || IsUpper(c) || IsDigit(c) }

// IsHex reports whether c is a hexadecimal digit.
func IsHex(c byte) bool {
	return IsDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// IsBase64 reports whether c may occur in base64 text.
func IsBase64(c byte) bool { return IsAlnum(c) || c == '+' || c == '/' || c == '=' }

// RunEnd returns the end of the alphanumeric run that starts at from. It looks at limit bytes at most.
func RunEnd(content []byte, from, limit int) int {
	end := from
	for end < len(content) && end-from < limit && IsAlnum(content[end]) {
		end++
	}
	return end
}

// NextRun returns the next alphanumeric run that starts in content[from:to], without the letters of an escape
// sequence before it. The run may end after to. If there is no run, start is to.
func NextRun(content []byte, from, to int) (start, end int) {
	for from < to && !IsAlnum(content[from]) {
		from++
	}
	if from >= to {
		return to, to
	}
	end = RunEnd(content, from, len(content))
	start = from
	for at := from; at < min(end, from+8); at++ { // the last escape: %253D is one within another
		if at > 0 && IsAlnum(content[at-1]) && endsEscape(content[max(0, at-12):at]) {
			start = at
		}
	}
	return start, end
}

// StartsValue reports whether a value may start at offset at, that is, whether the byte before it belongs to something
// else. That byte may be a letter or a digit if an escape sequence ends with it: %3D, \n, \u0026, \x3d, a terminal colour.
func StartsValue(content []byte, at int) bool {
	if at == 0 {
		return true
	}
	switch prev := content[at-1]; {
	case prev == '+': // base64, or a space in a URL
		return at >= 2 && !IsAlnum(content[at-2]) && content[at-2] != '/' && content[at-2] != '+'
	case !IsAlnum(prev):
		return true
	}
	return endsEscape(content[max(0, at-12):at])
}

// endsEscape reports whether an escape sequence ends at the end of before.
func endsEscape(before []byte) bool {
	n := len(before)
	last := before[n-1]
	switch {
	case n >= 2 && before[n-2] == '\\' && bytes.IndexByte([]byte("nrtbf"), last) >= 0:
		return true
	case n >= 3 && before[n-3] == '%' && allHex(before[n-2:]):
		return true
	case n >= 5 && string(before[n-5:n-2]) == "%25" && allHex(before[n-2:]): // encoded twice
		return true
	case n >= 4 && before[n-4] == '\\' && before[n-3] == 'x' && allHex(before[n-2:]):
		return true
	case n >= 6 && before[n-6] == '\\' && before[n-5] == 'u' && allHex(before[n-4:]):
		return true
	case last == 'm': // the end of a colour: ESC [ 1 ; 31 m
		open := bytes.LastIndexByte(before, '[')
		return open >= 0 && len(bytes.Trim(before[open+1:n-1], "0123456789;")) == 0
	}
	return false
}

func allHex(digits []byte) bool {
	for _, c := range digits {
		if !IsHex(c) {
			return false
		}
	}
	return true
}

// EndsValue reports whether the value content[start:end] is complete: nothing that belongs to it follows.
func EndsValue(content []byte, start, end int) bool {
	return endsPlain(content, end) || emphasized(content, start, end)
}

// Bounded reports whether content[start:end] is a complete value.
func Bounded(content []byte, start, end int) bool {
	return StartsValue(content, start) && EndsValue(content, start, end)
}

// endsPlain reports whether a value may end at offset end: it is neither cut nor masked there, nor in the middle of
// base64 text or of an identifier.
func endsPlain(content []byte, end int) bool {
	rest := content[end:min(len(content), end+3)]
	switch {
	case len(rest) == 0:
		return true
	case IsAlnum(rest[0]), rest[0] == '+', rest[0] == '*':
		return false
	case string(rest) == "...", string(rest) == "…":
		return false
	case rest[0] == '_' || rest[0] == '-':
		return len(rest) < 2 || !IsAlnum(rest[1])
	}
	return true
}

// emphasized reports whether a value is between asterisks, as emphasized text is in Markdown: as many after it as
// before it. A masked value has more after it.
func emphasized(content []byte, start, end int) bool {
	const most = 3 // asterisks that Markdown gives a meaning to
	n, m := 0, 0
	for n < min(start, most+1) && content[start-1-n] == '*' {
		n++
	}
	for m < min(len(content)-end, most+1) && content[end+m] == '*' {
		m++
	}
	return n > 0 && n == m && n <= most && (end+m == len(content) || !IsAlnum(content[end+m]))
}

// StartsQuoted reports whether a value is a string, or follows a colon or an equals sign. Otherwise it may be a name in
// the code.
func StartsQuoted(content []byte, start int) bool {
	before := bytes.TrimRight(content[max(0, start-4):start], " \t")
	return len(before) > 0 && bytes.IndexByte([]byte("\"'`:=>"), before[len(before)-1]) >= 0
}

// Contains reports whether one of the words occurs in text.
func Contains(text []byte, words ...string) bool {
	for _, w := range words {
		if bytes.Contains(text, []byte(w)) {
			return true
		}
	}
	return false
}

// maxName is how far a key name is read in each direction, in bytes. The longest in use,
// ALIBABA_CLOUD_ACCESS_KEY_SECRET with a prefix of a project's own, has about 40.
const maxName = 48

// KeyName returns the identifier around offset at, in lower case and without separators, and the offset of its end.
func KeyName(content []byte, at int) (string, int) {
	start, end := at, at
	for start > 0 && at-start < maxName && IsNameByte(content[start-1]) {
		start--
	}
	for end < len(content) && end-at < maxName && IsNameByte(content[end]) {
		end++
	}
	plain := bytes.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, bytes.ToLower(content[start:end]))
	return string(plain), end
}

// IsNameByte reports whether c may occur in a key name.
func IsNameByte(c byte) bool { return IsAlnum(c) || c == '_' || c == '-' || c == '.' }
