package decode

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// minMark is the shortest mark. Shorter strings occur everywhere by accident.
const minMark = 4

// Marks returns what an ASCII literal looks like when it is encoded. A content without any of them, without the literal
// itself and without an opener need not be decoded for it. They are sorted; LTAI has 23.
//
// Each encoding that changes every byte of the literal has marks: base64 (at each of the three positions that the literal
// can have in a unit, without the characters that depend on its neighbors), base64 of that, base64 of UTF-16LE (which
// PowerShell accepts), UTF-16, hex, and escapes of each character: \u004c, \x4c, \114, %4C, &#76; and &#x4c;. Single escaped
// characters and other chains of encodings have no marks, because nobody hides text that way by accident. An escape next
// to the literal, such as %22, and GBK leave the literal as it is. A short literal may have fewer marks: those that are too
// short to be of use are left out.
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

// Openers returns what base64 of compressed data begins with, encoded once and twice (as Helm stores its releases).
// Compression hides every literal, so a content with an opener must be decoded.
func Openers() []string { return []string{"H4sIA", "SDRzSUFB", "KLUv/"} }

// Zlib reports whether content begins like a zlib stream, which hides every literal, so that it must be decoded.
func Zlib(content []byte) bool { return len(content) >= 4 && isZlib(content) }

func pad(literal string) string {
	var b strings.Builder
	for _, c := range []byte(literal) {
		b.WriteString(string(rune(c)) + "\x00")
	}
	return b.String()
}

// caseless returns the longest stretch of an escaped literal that does not depend on the case of hexadecimal digits. The
// letters that escapes begin with have one case.
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

// base64Marks returns the characters of base64 that depend on the literal alone, for each position in a unit and for both
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
