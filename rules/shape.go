package rules

import "bytes"

// The prefixes that Alibaba Cloud gives its IDs.
const (
	longTermPrefix = "LTAI"
	stsPrefix      = "STS."
	tokenPrefix    = "CAIS"
)

// Lengths of values, from the service's formats and from what leaks in practice.
const (
	minIDLen, maxIDLen               = 16, 24 // nearly all have either
	secretLen                        = 30
	minSTSTail, maxSTSTail           = 20, 30
	minSTSSecretLen, maxSTSSecretLen = 40, 46
	minTokenLen, maxTokenLen         = 80, 8192
)

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlnum(c byte) bool { return isLower(c) || isUpper(c) || isDigit(c) }
func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// runEnd returns the end of the alphanumeric run that starts at from, looking at most limit bytes ahead.
func runEnd(content []byte, from, limit int) int {
	end := from
	for end < len(content) && end-from < limit && isAlnum(content[end]) {
		end++
	}
	return end
}

// startsValue reports whether a value may start at offset at: the byte before it does not belong to it. That
// byte may be a letter or digit where it ends an escape: %3D, \n, \u0026, \x3d, or a terminal colour.
func startsValue(content []byte, at int) bool {
	if at == 0 {
		return true
	}
	switch prev := content[at-1]; {
	case prev == '+': // base64, or a space in a URL
		return at >= 2 && !isAlnum(content[at-2]) && content[at-2] != '/' && content[at-2] != '+'
	case !isAlnum(prev):
		return true
	}
	return endsEscape(content[max(0, at-12):at])
}

func endsEscape(before []byte) bool {
	n := len(before)
	hexTail := func(k int) bool {
		for _, c := range before[n-k:] {
			if !isHex(c) {
				return false
			}
		}
		return true
	}
	last := before[n-1]
	switch {
	case n >= 2 && before[n-2] == '\\' && bytes.IndexByte([]byte("nrtbf"), last) >= 0:
		return true
	case n >= 3 && before[n-3] == '%' && hexTail(2):
		return true
	case n >= 4 && before[n-4] == '\\' && before[n-3] == 'x' && hexTail(2):
		return true
	case n >= 6 && before[n-6] == '\\' && before[n-5] == 'u' && hexTail(4):
		return true
	case last == 'm':
		open := bytes.LastIndexByte(before, '[')
		return open >= 0 && len(bytes.Trim(before[open+1:n-1], "0123456789;")) == 0
	}
	return false
}

// emphasised reports whether a value stands between asterisks, as bold text does in Markdown: as many behind it as before it.
// What is masked has more behind it.
func emphasised(content []byte, start, end int) bool {
	const most = 3
	n, m := 0, 0
	for n < min(start, most+1) && content[start-1-n] == '*' {
		n++
	}
	for m < min(len(content)-end, most+1) && content[end+m] == '*' {
		m++
	}
	return n > 0 && n == m && n <= most && (end+m == len(content) || !isAlnum(content[end+m]))
}

// ends reports whether a value may end where it does.
func ends(content []byte, start, end int) bool {
	return endsValue(content, end) || emphasised(content, start, end)
}

// endsValue reports whether a value may end at offset end: it is neither cut nor masked there, nor the middle of
// base64 or of an identifier.
func endsValue(content []byte, end int) bool {
	rest := content[end:min(len(content), end+3)]
	switch {
	case len(rest) == 0:
		return true
	case isAlnum(rest[0]), rest[0] == '+', rest[0] == '*':
		return false
	case string(rest) == "...", string(rest) == "…":
		return false
	case rest[0] == '_' || rest[0] == '-':
		return len(rest) < 2 || !isAlnum(rest[1])
	}
	return true
}
