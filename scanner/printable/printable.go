// Package printable makes text from untrusted repositories fit to print. Names, paths and messages may hold terminal
// escapes, line ends, direction overrides, bytes that are not UTF-8, and commands that a CI system reads from its log.
//
// It knows nothing of what a text means to a format: a writer still quotes it as its format needs. The package is a
// leaf.
package printable

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest text that Short leaves whole, and how much of a longer one it keeps at each end, in characters.
const (
	maxShort           = 300
	keepHead, keepTail = 180, 100
)

// Short returns s as Text does, and cuts it in the middle if it is so long that it would drown the rest: a path in a
// repository may be as long as its author likes.
func Short(s string) string {
	if r := []rune(s); len(r) > maxShort {
		return Text(string(r[:keepHead])) + "…" + Text(string(r[len(r)-keepTail:]))
	}
	return Text(s)
}

// Text returns s with every invisible character (controls, terminal escapes, line ends, direction overrides, zero-width
// characters) and every byte that is not UTF-8 written as an escape, and with no command for a CI system in it.
func Text(s string) string {
	if !strings.ContainsFunc(s, hidden) && !strings.Contains(s, "##") && !strings.Contains(s, "::") {
		return s
	}
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
	return defuse(b.String())
}

func hidden(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// command matches where a CI system finds a command: GitHub's runner looks for ##[ anywhere in a line, Azure Pipelines
// for ##vso[, TeamCity for ##teamcity[.
var command = regexp.MustCompile(`##([A-Za-z]*\[)`)

// defuse breaks commands for CI systems: an author named ##[stop-commands]x would switch off every annotation after
// it. GitHub's runner also takes :: at the start of a line, after spaces, and a text may become the start of one.
func defuse(s string) string {
	s = command.ReplaceAllString(s, `#\#$1`)
	if strings.HasPrefix(strings.TrimLeft(s, " "), "::") {
		return `\` + s
	}
	return s
}
