// Package safe makes what a report prints fit to print: text from untrusted repositories loses its power over
// the terminal, and values are masked unless the user asked for them.
//
// It knows nothing of what a text means to a format: a writer still quotes it as its format needs.
package safe

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/scanner/finding"
)

// The longest text that Text leaves whole, and how much of a longer one it keeps at each end, in characters.
const (
	maxText            = 300
	keepHead, keepTail = 180, 100
)

// Text returns s with every character that cannot be seen (controls, terminal escapes, line ends, direction
// overrides, zero-width ones) and every byte that is not UTF-8 written as an escape, and cut in the middle if it
// is so long that it would drown the rest: a path in a repository may be as long as its author likes.
func Text(s string) string {
	if r := []rune(s); len(r) > maxText {
		return escape(string(r[:keepHead])) + "…" + escape(string(r[len(r)-keepTail:]))
	}
	return escape(s)
}

func escape(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return b.String()
}

// Value returns a value as a report shows it: masked, or whole if the user asked for that. A value that was masked in
// the report that it was read from stays as it is.
func Value(s rules.Secret, whole bool) string {
	if whole || finding.IsMasked(s) {
		return s.Reveal()
	}
	return s.String()
}
