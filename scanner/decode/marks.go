package decode

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// minMark is the shortest mark: shorter ones stand everywhere by accident.
const minMark = 4

// Marks returns what a literal of ASCII looks like when it is hidden, so that a content without any of them, without
// the literal itself and without an opener need not be decoded for it. They are sorted; LTAI has 23.
//
// Each encoding that changes every byte of it has its marks: base64 (at each of the three places that the literal can
// have in a unit, without the characters that its neighbours have a part in), base64 of that, base64 of UTF-16LE (what
// PowerShell takes), UTF-16, hex, and escapes of each character: \u004c, \x4c, \114, %4C, &#76; and &#x4c;. Single characters
// that are escaped, and other chains of encodings, have none, since nobody hides text that way by accident;
// what only touches the literal, such as %22 or GBK, leaves it as it is. A short literal may have fewer marks, but those
// it lacks were no use.
func Marks(literal string) []string {
	little := pad(literal)
	list := []string{little[:len(little)-1]} // which UTF-16 has in both byte orders
	for _, format := range []string{"%02x", `\u%04x`, `\x%02x`, `\%03o`, "%%%02x", "&#x%x;"} {
		list = append(list, caseless(each(literal, format)))
	}
	list = append(list, each(literal, "&#%d;"))
	list = append(list, base64Marks(little)...)
	for _, once := range base64Marks(literal) {
		list = append(list, once)
		list = append(list, base64Marks(once)...)
	}
	list = slices.DeleteFunc(list, func(m string) bool { return len(m) < minMark })
	slices.Sort(list)
	return slices.Compact(list)
}

// Openers returns what base64 of compressed data begins with, once and twice encoded (as Helm stores its
// releases). Nothing inside can be seen from outside, so that a content with one of them must be decoded too.
func Openers() []string { return []string{"H4sIA", "SDRzSUFB", "KLUv/"} }

// Zlib reports whether content begins like a zlib stream, which hides everything: it must be decoded too.
func Zlib(content []byte) bool { return len(content) >= 4 && isZlib(content) }

func pad(literal string) string {
	var b strings.Builder
	for _, c := range []byte(literal) {
		b.WriteString(string(rune(c)) + "\x00")
	}
	return b.String()
}

// caseless returns the longest stretch of an escaped literal without a hexadecimal digit that may be in either case. The
// letters that escapes begin with are in one.
func caseless(escaped string) string {
	longest := ""
	for _, stretch := range strings.FieldsFunc(escaped, func(r rune) bool { return 'a' <= r && r <= 'f' }) {
		if len(stretch) > len(longest) {
			longest = stretch
		}
	}
	return longest
}

func each(literal, format string) string {
	var b strings.Builder
	for _, c := range []byte(literal) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// base64Marks returns the characters of base64 that depend on the literal alone, at each place in a unit and in both
// alphabets.
func base64Marks(literal string) []string {
	var list []string
	for before := range 3 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + literal))
			from, to := (8*before+5)/6, 8*(before+len(literal))/6
			list = append(list, encoded[from:to])
		}
	}
	return list
}
