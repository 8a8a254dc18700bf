package rules

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/akguard/akguard/rules/internal/shape"
)

// Secret holds a sensitive value (an ID, a secret or a token) that prints masked wherever it is printed: by fmt with any
// verb, slog, JSON, text templates. It holds only a pointer, because fmt reads unexported fields without calling their
// methods, and then prints an address and not the value. The zero Secret is the empty value.
type Secret struct{ p *string }

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value itself. Nothing else does.
func (s Secret) Reveal() string {
	if s.p == nil {
		return ""
	}
	return *s.p
}

// IsZero reports whether the value is empty.
func (s Secret) IsZero() bool { return s.p == nil }

// String returns the masked value: enough to recognize a known key, too little to use or to guess it.
func (s Secret) String() string { return mask(s.Reveal()) }

// Format writes the masked value for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue keeps the value out of structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the value out of JSON and every other text encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// mask keeps an ID's prefix and its last four characters, and of anything else two characters at each end.
// Short IDs show less, so that at least eight characters stay unknown.
func mask(v string) string {
	head, tail := 2, 2
	if strings.HasPrefix(v, LongTermPrefix) || strings.HasPrefix(v, TemporaryPrefix) {
		head, tail = 6, 4
	}
	if len(v)-head-tail < 12 && head > 4 {
		head = 4
	}
	switch {
	case v == "":
		return ""
	case len(v)-head-tail < 8:
		return "****"
	}
	return v[:head] + "****" + v[len(v)-tail:]
}

// MaskIDs masks every long-term ID in a text, even where no rule would accept it as one.
func MaskIDs(text string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], LongTermPrefix)
		if i < 0 {
			return text
		}
		start := from + i
		end := shape.RunEnd([]byte(text), start, len(text))
		from = end
		if end-start >= MinIDLength {
			masked := mask(text[start:end])
			text = text[:start] + masked + text[end:]
			from = start + len(masked)
		}
	}
}
