package accesskey

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/sample"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// The lengths of the secrets of temporary credentials. A value of such a length beside a key name is explained too.
const minTemporarySecret, maxTemporarySecret = 40, 46

// Explain implements rules.Explainer. It explains a value that is as long as a secret and, where the key name says that a
// secret of Alibaba Cloud's is meant, a placeholder.
func (secretDetector) Explain(content []byte, at int) (rules.Match, reason.Reason) {
	name, end := shape.KeyName(content, at)
	limit := min(len(content), end+nameReach)
	for from := end; ; {
		start, stop := shape.NextRun(content, from, limit)
		if start >= limit || bytes.Count(content[end:start], []byte{'\n'}) > 1 || holdsSecretWord(content[start:stop]) {
			break
		}
		if why := whyNoSecret(content, start, stop); !why.IsZero() {
			return rules.Match{Start: start, End: stop, Confidence: rules.Named}, why
		}
		from = stop
	}
	if !ofVendor(name) {
		return rules.Match{}, reason.Reason{}
	}
	return placeholder(content, end)
}

// whyNoSecret returns why a run is not a secret; zero if it does not even look like one.
func whyNoSecret(content []byte, start, end int) reason.Reason {
	n := end - start
	if n != secretLength && (n < minTemporarySecret || n > maxTemporarySecret) {
		return reason.Reason{}
	}
	switch v := content[start:end]; {
	case !shape.StartsValue(content, start):
		return reason.New("rules.end-of-longer")
	case !shape.EndsValue(content, start, end):
		return reason.New("rules.start-of-longer")
	case shape.InBase64(content, start, end):
		return reason.New("rules.base64")
	case !shape.Random(v):
		return reason.New("rules.made-up", madeUp(v))
	case shape.Wordy(v):
		return reason.New("rules.made-up", reason.New("rules.like-a-name"))
	}
	if from, ok := sample.Of(content[start:end]); ok {
		return reason.New("rules.sample", from)
	}
	return reason.New("rules.temporary-length")
}

// madeUp returns why a value is not random.
func madeUp(v []byte) reason.Reason {
	switch {
	case shape.HoldsFiller(v):
		return reason.New("rules.placeholder-word")
	case shape.Repeats(v):
		return reason.New("rules.sequence")
	case !shape.Mixed(v):
		return reason.New("rules.few-kinds")
	}
	return reason.New("rules.few-different")
}

// placeholder returns the placeholder that a key name has for a value in place of a secret. Code is not explained:
// variables, calls, types.
func placeholder(content []byte, nameEnd int) (rules.Match, reason.Reason) {
	start, end, quoted := valueOf(content, nameEnd)
	value := content[start:end]
	m := rules.Match{Start: start, End: end, Confidence: rules.Certain}
	alnum := len(value) > 0 && shape.RunEnd(value, 0, len(value)) == len(value)
	switch {
	case len(value) < 4, bytes.ContainsAny(value, "([$"):
		return rules.Match{}, reason.Reason{}
	case shape.Contains(value, "***", "...", "…"):
		return m, reason.New("rules.masked")
	case quoted && shape.HoldsFiller(value), shape.Contains(bytes.ToLower(value), placeholders()...):
		return m, reason.New("rules.made-up", reason.New("rules.placeholder-word"))
	case alnum && len(value) >= minIDLength && len(value) <= 2*secretLength && len(value) != secretLength && shape.Random(value):
		return m, reason.New("rules.wrong-length", len(value), secretLength)
	case alnum && quoted && shape.HoldsRun(value, 4, 5):
		return m, reason.New("rules.made-up", reason.New("rules.sequence"))
	}
	return rules.Match{}, reason.Reason{}
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
