package accesskey

import (
	"bytes"
	"fmt"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
)

// The lengths of the secrets of temporary credentials. A value of such a length beside a key name is explained, too.
const minTemporarySecret, maxTemporarySecret = 40, 46

// Explain implements rules.Explainer. It explains a value that is as long as a secret and, where the key name says that a
// secret of Alibaba Cloud's is meant, a placeholder.
func (secretDetector) Explain(content []byte, at int) (rules.Match, string) {
	name, end := shape.KeyName(content, at)
	limit := min(len(content), end+nameReach)
	for from := end; ; {
		start, stop := shape.NextRun(content, from, limit)
		if start >= limit || bytes.Count(content[end:start], []byte{'\n'}) > 1 || holdsSecretWord(content[start:stop]) {
			break
		}
		if reason := whyNoSecret(content, start, stop); reason != "" {
			return rules.Match{Start: start, End: stop, Confidence: rules.Named}, reason
		}
		from = stop
	}
	if !ofVendor(name) {
		return rules.Match{}, ""
	}
	return placeholder(content, end)
}

// whyNoSecret returns why a run is not a secret; "" if nobody would take it for one.
func whyNoSecret(content []byte, start, end int) string {
	n := end - start
	if n != secretLength && (n < minTemporarySecret || n > maxTemporarySecret) {
		return ""
	}
	switch v := content[start:end]; {
	case !shape.StartsValue(content, start):
		return "it is the end of something longer"
	case !shape.EndsValue(content, start, end):
		return "it is masked, cut off, or the beginning of something longer"
	case shape.InBase64(content, start, end):
		return "it is a piece of base64 text"
	case !shape.Random(v):
		return "it looks made up: " + madeUp(v)
	case shape.Wordy(v):
		return "it looks made up: it reads like a name"
	}
	return "it is as long as the secret of a temporary credential, and counts only beside the ID of one"
}

// madeUp returns why a value is not random.
func madeUp(v []byte) string {
	switch {
	case shape.HoldsFiller(v):
		return "it holds a word that people write into placeholders"
	case shape.Repeats(v):
		return "it holds a sequence, or one character many times"
	case !shape.Mixed(v):
		return "it has too few kinds of characters, or reads like a name"
	}
	return "it has too few different characters"
}

// placeholder returns the value of a key name that is meant to have a secret, if it is what people write in place of
// one. Code is not explained: variables, calls, types.
func placeholder(content []byte, nameEnd int) (rules.Match, string) {
	start, end, quoted := valueOf(content, nameEnd)
	value := content[start:end]
	m := rules.Match{Start: start, End: end, Confidence: rules.Certain}
	alnum := len(value) > 0 && shape.RunEnd(value, 0, len(value)) == len(value)
	switch {
	case len(value) < 4, bytes.ContainsAny(value, "([$"):
		return rules.Match{}, ""
	case shape.Contains(value, "***", "...", "…"):
		return m, "it is masked or cut off"
	case quoted && shape.HoldsFiller(value), shape.Contains(bytes.ToLower(value), placeholders()...):
		return m, "it looks made up: " + madeUp([]byte("your"))
	case alnum && len(value) >= minIDLength && len(value) <= 2*secretLength && len(value) != secretLength && shape.Random(value):
		return m, fmt.Sprintf("it has %d characters, and a secret has %d", len(value), secretLength)
	case alnum && quoted && shape.HoldsRun(value, 4, 5):
		return m, "it looks made up: it holds a sequence, or one character many times"
	}
	return rules.Match{}, ""
}

// placeholders are words that make a value a placeholder even where it is not quoted.
func placeholders() []string {
	return []string{"xxx", "your", "example", "placeholder", "changeme", "redacted", "todo", "fake", "dummy"}
}

// maxPlaceholder is how much of a placeholder is reported, in bytes.
const maxPlaceholder = 80

// valueOf returns the value that follows a key name on its line: within quotes or brackets, or up to a space. If there is
// no value, start and end are equal.
func valueOf(content []byte, at int) (start, end int, quoted bool) {
	line := content[at:min(len(content), at+nameReach)]
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	rest := bytes.TrimLeft(line, "\"'`)] \t")
	value := bytes.TrimLeft(rest, ":=>： \t")
	if len(value) == len(rest) {
		return at, at, false // nothing is assigned to the name
	}
	inner := bytes.TrimLeft(value, "\"'`<{\\")
	quoted = len(inner) < len(value)
	n := bytes.IndexAny(inner, "\"'`>}\\,; \t")
	if n < 0 {
		n = len(inner)
	}
	start = at + len(line) - len(inner)
	return start, start + min(n, maxPlaceholder), quoted
}
