package decode

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// minMark is the shortest mark. Shorter strings occur everywhere by accident.
const minMark = 4

// Marks are what ASCII literals look like when they are encoded. A content without any of them, without a literal itself and
// without an opener need not be decoded for the literals. LTAI has 38.
//
// Each encoding that changes every byte of a literal has marks: base64 (at each of the three positions that the literal
// can have in a unit, without the characters that depend on its neighbors), base64 of that, base64 of UTF-16LE (which
// PowerShell accepts), UTF-16, hex, and escapes of each character: \u004c, \x4c, \114, %4C, &#76; and &#x4c;. Of the first,
// second and fourth, a single escaped character is a mark too. Other chains of encodings have no marks, because nobody hides text that way by accident. An escape next
// to the literal, such as %22, and GBK leave the literal as it is. A short literal may have fewer marks: those that are too
// short to be of use are left out.
type Marks struct {
	texts    []string
	base64   map[string][]mark
	literals map[string]bool
	pairs    [1 << 16 / 64]uint64 // the neighbors in marks of base64, as bits
	lefts    [1 << 8]bool         // the first ones of such neighbors
	longest  int                  // of the marks of base64
	inBase64 []string
}

// NewMarks returns the marks of literals, and those of words. A word is a mark as it is, because what is near it may be encoded
// where the word is not.
func NewMarks(literals []string, words ...string) *Marks {
	m := &Marks{base64: map[string][]mark{}, literals: map[string]bool{}, texts: slices.Clone(words)}
	for _, literal := range literals {
		m.literals[literal] = true
		m.add(literal)
	}
	m.inBase64 = slices.Sorted(maps.Keys(m.base64))
	m.texts = append(m.texts, m.inBase64...)
	slices.Sort(m.texts)
	m.texts = slices.Compact(slices.DeleteFunc(m.texts, func(text string) bool { return len(text) < minMark }))
	return m
}

func (m *Marks) add(literal string) {
	little := pad(literal)
	m.texts = append(m.texts, little[:len(little)-1]) // which UTF-16 has in both byte orders
	for _, format := range []string{"%02x", `\u%04x`, `\x%02x`, `\%03o`, "%%%02x", "&#x%x;"} {
		m.texts = append(m.texts, caseless(each(literal, format)))
	}
	m.texts = append(m.texts, each(literal, "&#%d;"))
	for i := range literal {
		for _, format := range []string{`\u%04x`, `\u%04X`, `\x%02x`, `\x%02X`, "%%%02x", "%%%02X"} {
			m.texts = append(m.texts, literal[:i]+fmt.Sprintf(format, literal[i])+literal[i+1:])
		}
	}
	m.addBase64(base64Marks(little))
	for _, once := range base64Marks(literal) {
		m.addBase64([]mark{once})
		m.addBase64(base64Marks(once.text))
	}
}

func (m *Marks) addBase64(list []mark) {
	for _, mark := range list {
		if len(mark.text) < minMark || slices.Contains(m.base64[mark.text], mark) {
			continue
		}
		m.base64[mark.text] = append(m.base64[mark.text], mark)
		m.longest = max(m.longest, len(mark.text))
		for i := 1; i < len(mark.text); i++ {
			bit := pairOf(mark.text[i-1], mark.text[i])
			m.pairs[bit/64] |= 1 << (bit % 64)
			m.lefts[mark.text[i-1]] = true
		}
	}
}

func pairOf(a, b byte) int { return int(a)<<8 | int(b) }

// Texts returns the marks, sorted.
func (m *Marks) Texts() []string { return m.texts }

// Openers returns what base64 of compressed data begins with, encoded once and twice (as Helm stores its releases): what follows
// depends on the flags and the time in the header. They also are the name of the encoding of mails, and what says that a file of
// Kubernetes is a Secret, all of whose values are base64. Each hides every literal, so a content with an opener must be decoded.
func Openers() []string {
	return []string{"H4sI", "SDRzS", "KLUv/", printable, "kind: Secret", `kind":"Secret`, `kind": "Secret`}
}

// Wide reports whether content is text whose characters have two or four bytes, in which every literal is hidden.
func Wide(content []byte) bool {
	const begin = 64
	first := content[:min(len(content), begin)]
	return (bytes.IndexByte(first, 0) >= 0 || len(first) > 1 && (first[0] == 0xff || first[0] == 0xfe)) && wide(content) != nil
}

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

// mark is a literal in base64: the characters that depend on the literal alone. The bits of the character before them and of
// that after them depend on it in part. They tell most of what looks like a mark by accident, which is often in random data:
// four characters are in one of 16 MB of it.
type mark struct {
	text            string
	left, right     byte // the known bits of the neighbors
	inLeft, inRight byte // which ones are known
}

// at reports whether the neighbors of the mark at an offset fit. A line end, an escape or the end of the value may be there
// instead.
func (m mark) at(content []byte, at int) bool {
	return (fits(content, at-1, m.left, m.inLeft) || afterEscape(content, at)) && fits(content, at+len(m.text), m.right, m.inRight)
}

// afterEscape reports whether what is before an offset may belong to an escape, such as %0A or \u000a.
func afterEscape(content []byte, at int) bool {
	const longest = 6
	return bytes.ContainsAny(content[max(0, at-longest):at], `\%`)
}

func fits(content []byte, at int, want, known byte) bool {
	if at < 0 || at >= len(content) {
		return true
	}
	value := sextet[content[at]]
	return value == noSextet || value&known == want
}

// base64Marks returns a literal in base64, for each position in a unit and for both alphabets.
func base64Marks(literal string) []mark {
	var list []mark
	for before := range 3 {
		from, to := (8*before+5)/6, 8*(before+len(literal))/6
		known, rest := 6*from-8*before, 8*(before+len(literal))-6*to // bits of the neighbors
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + literal))
			m := mark{text: encoded[from:to], inLeft: 1<<known - 1, inRight: (1<<rest - 1) << (6 - rest)}
			if known > 0 {
				m.left = sextet[encoded[from-1]] & m.inLeft
			}
			if rest > 0 {
				m.right = sextet[encoded[to]]
			}
			list = append(list, m)
		}
	}
	return list
}
