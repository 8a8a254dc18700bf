package accesskey

import (
	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/id"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// idDetector finds long-term IDs: LTAI and 12 or 20 characters. The lengths between occur where somebody mistyped or made
// up an ID, and in random text. A tail that reads like words is most often a name. Both count only with a secret.
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
	m := rules.Match{Start: at, End: idEnd(content, at), Length: rules.UnusualLength}
	if !whyNoID(content, m.Start, m.End).IsZero() {
		return rules.Match{}, false
	}
	if n := m.End - m.Start; n == minIDLength || n == maxIDLength {
		m.Length = rules.UsualLength
	}
	tail := content[at+len(rules.LongTermPrefix) : m.End]
	if m.Length != rules.UsualLength || shape.Wordy(tail) || !shape.Mixed(tail) {
		m.Confidence = rules.Weak
	}
	return m, true
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
