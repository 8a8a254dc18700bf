package accesskey

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/id"
	"github.com/akguard/akguard/rules/internal/sample"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// idDetector finds long-term IDs: LTAI and 12 or 20 characters. The lengths between occur where somebody mistyped or made
// up an ID, and in random text. A tail that reads like words is most often a name. Both count only with a secret.
//
// IDs of 24 characters that were issued begin with one of three forms, and are base58 then: no 0, O, I or l. So much occurs
// by chance in nothing, and counts whatever is around it. Other IDs of that length count only with a secret.
type idDetector struct{}

// Part implements rules.Detector.
func (idDetector) Part() rules.Part {
	return rules.Part{
		Name: "accesskey-id", Kind: rules.KindID, Scheme: &scheme, Literals: []string{rules.LongTermPrefix},
		Reach: shape.BlockReach + 64, Encoded: true,
	}
}

// Detect implements rules.Detector.
func (idDetector) Detect(content []byte, at int) (rules.Match, bool) {
	if end, ok := issued(content, at); ok && !sample.Is(content[at:end]) {
		return rules.Match{Start: at, End: end, Length: rules.UsualLength}, true
	}
	m := rules.Match{Start: at, End: idEnd(content, at), Length: rules.UnusualLength}
	if !whyNoID(content, m.Start, m.End).IsZero() {
		return rules.Match{}, false
	}
	if n := m.End - m.Start; n == minIDLength || n == maxIDLength {
		m.Length = rules.UsualLength
	}
	tail := content[at+len(rules.LongTermPrefix) : m.End]
	if m.End-m.Start != minIDLength || shape.Wordy(tail) || !shape.Mixed(tail) || inName(content, at) {
		m.Confidence = rules.Weak
	}
	return m, true
}

// issuedForms are the beginnings of the IDs of 24 characters that were issued, as far as leaks show. They are followed by 18
// characters.
var issuedForms = [...]string{"LTAI5t", "LTAI4G", "LTAI4F"}

// issued returns the end of an ID that begins like those that were issued, and is not made up.
func issued(content []byte, at int) (end int, ok bool) {
	end = at + maxIDLength
	if end > len(content) || at > 0 && content[at-1] == '+' && !shape.StartsValue(content, at) { // a plus sign is a space in a form
		return 0, false
	}
	id := content[at:end]
	for _, form := range issuedForms {
		ok = ok || string(id[:len(form)]) == form
	}
	tail := id[len(issuedForms[0]):]
	return end, ok && base58(tail) && shape.Mixed(tail) && shape.Varied(tail) && !shape.Repeats(tail) && !masked(content[end:]) &&
		!shape.InBase64Block(content, at, end)
}

func base58(v []byte) bool {
	for _, c := range v {
		if !shape.IsAlnum(c) || c == '0' || c == 'O' || c == 'I' || c == 'l' {
			return false
		}
	}
	return true
}

// masked reports whether asterisks follow, in place of the rest of a value.
func masked(rest []byte) bool { return bytes.HasPrefix(rest, []byte("**")) }

// inName reports whether an ID is behind an underscore or a hyphen in a longer name, as in the name of an image.
func inName(content []byte, at int) bool {
	return at > 1 && (content[at-1] == '_' || content[at-1] == '-') && shape.IsAlnum(content[at-2])
}

// Explain implements rules.Explainer.
func (idDetector) Explain(content []byte, at int) (rules.Match, reason.Reason) {
	end := idEnd(content, at)
	return rules.Match{Start: at, End: end}, whyNoID(content, at, end)
}

// idEnd returns the end of what may be an ID, or one byte past the longest ID, which shows that it is not one.
func idEnd(content []byte, at int) int { return shape.RunEnd(content, at, maxIDLength+1) }

// whyNoID returns why the run that starts with the prefix is not an ID; zero if it is one.
func whyNoID(content []byte, start, end int) reason.Reason {
	switch n := end - start; {
	case n < minIDLength:
		return reason.New("rules.too-short")
	case n > maxIDLength:
		return reason.New("rules.too-long")
	}
	return id.Why(content, start, end, len(rules.LongTermPrefix))
}
