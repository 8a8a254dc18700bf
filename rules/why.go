package rules

import (
	"bytes"
	"fmt"
)

// whyNoSecret returns what findNamedSecret passed over behind a key name, and why: a value as long as a secret is or, where
// the name tells that a secret is meant, one that only stands in for a secret. The reason is "" where there is neither.
func whyNoSecret(content []byte, at int) (Match, string) {
	name, end := keyName(content, at)
	limit := min(len(content), end+nameReach)
	for from := end; ; {
		start, stop := nextRun(content, from, limit)
		if start >= limit || bytes.Count(content[end:start], []byte{'\n'}) > 1 || names(content[start:stop], "ecret", "ECRET") {
			break
		}
		if reason := whyNoSecretRun(content, start, stop); reason != "" {
			return Match{Start: start, End: stop, Named: true}, reason
		}
		from = stop
	}
	if !telling(name) {
		return Match{}, ""
	}
	return standIn(content, end)
}

func whyNoSecretRun(content []byte, start, end int) string {
	n := end - start
	if n != secretLen && (n < minSTSSecretLen || n > maxSTSSecretLen) {
		return ""
	}
	switch v := content[start:end]; {
	case !startsValue(content, start):
		return "it is the end of something longer"
	case !ends(content, start, end):
		return "it is masked, cut, or the beginning of something longer"
	case inBase64(content, start, end):
		return "it is a piece of base64 text"
	case !random(v):
		return "it looks made up: " + madeUp(v)
	case wordy(v):
		return "it looks made up: it reads like a name"
	}
	return "it is as long as a temporary secret, and counts only beside the ID of one"
}

// madeUp says why a value is not random.
func madeUp(v []byte) string {
	switch {
	case holdsFiller(v):
		return "it holds a word that stands in for a value"
	case repeats(v):
		return "it holds a sequence, or one character many times"
	case !mixed(v):
		return "it has too few kinds of characters, or reads like a name"
	}
	return "it has too few different characters"
}

// standIn returns the value of a key name that tells that a secret is meant, if it is no secret but what people write in
// the place of one. What is code is none: a variable, a call, a type.
func standIn(content []byte, nameEnd int) (Match, string) {
	start, end, quoted := valueOf(content, nameEnd)
	value := content[start:end]
	m := Match{Start: start, End: end, Named: true, Telling: true}
	alnum := len(value) > 0 && runEnd(value, 0, len(value)) == len(value)
	switch {
	case len(value) < 4, bytes.ContainsAny(value, "([$"):
		return Match{}, ""
	case names(value, "***", "...", "…"):
		return m, "it is masked or cut"
	case quoted && holdsFiller(value), names(bytes.ToLower(value), "xxx", "your", "example", "placeholder", "changeme", "redacted", "todo", "fake", "dummy"):
		return m, "it looks made up: " + madeUp([]byte("your"))
	case alnum && len(value) >= minIDLen && len(value) <= 2*secretLen && len(value) != secretLen && random(value):
		return m, fmt.Sprintf("it has %d characters, and a secret has %d", len(value), secretLen)
	case alnum && quoted && runs(value, 4, 5):
		return m, "it looks made up: it holds a sequence, or one character many times"
	}
	return Match{}, ""
}

// maxStandIn is how long what stands in for a secret may be.
const maxStandIn = 80

// valueOf returns the value behind a key name, on its line: within quotes or brackets, or up to a space. Start and end are
// equal if there is none.
func valueOf(content []byte, at int) (start, end int, quoted bool) {
	line := content[at:min(len(content), at+nameReach)]
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	rest := bytes.TrimLeft(line, "\"'`)] \t")
	value := bytes.TrimLeft(rest, ":=>： \t")
	if len(value) == len(rest) {
		return at, at, false // nothing is given to the name
	}
	inner := bytes.TrimLeft(value, "\"'`<{\\")
	quoted = len(inner) < len(value)
	n := bytes.IndexAny(inner, "\"'`>}\\,; \t")
	if n < 0 {
		n = len(inner)
	}
	start = at + len(line) - len(inner)
	return start, start + min(n, maxStandIn), quoted
}
