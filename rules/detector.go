package rules

import "github.com/akguard/akguard/rules/reason"

// Detector finds one kind of value. It is called wherever one of its literals occurs in a content.
//
// What Detect returns must not depend on anything that is more than Part().Reach bytes away from the literal. Where the
// content is cut beyond that, Detect may only accept more than on the whole. That is what allows a history to be scanned
// by what changes in it.
type Detector interface {
	// Part describes the value. It is called once, when a Set is compiled.
	Part() Part
	// Detect returns the value that belongs to the literal at an offset. Only its place and what it says about the value
	// need to be set; Kind, Type and Scheme are those of the Part.
	Detect(content []byte, at int) (Match, bool)
}

// Explainer is a Detector that can say why it rejected something that looks like a value.
type Explainer interface {
	Detector
	// Explain is called where Detect finds nothing. It returns what it rejected and why; the reason is zero where
	// there is nothing to explain.
	Explain(content []byte, at int) (Match, reason.Reason)
}

// Confirmer is a Detector of single values, some of which may belong to something else. A value that is Weak counts only in a
// content that confirms it, wherever in the content that is said. Screen takes it for confirmed, because it sees only a piece.
type Confirmer interface {
	Detector
	// Confirm reports whether values of this kind count in a content.
	Confirm(content []byte) bool
}

// Part describes the values of a Detector.
type Part struct {
	Name     string   // of the detector
	Kind     Kind     // its role in a credential
	Scheme   *Scheme  // how it is joined with other parts; nil for KindValue and KindLabel
	Type     Type     // of the credential, where there is no scheme
	Literals []string // one of them occurs in, or near, every value
	Reach    int      // how far from a literal Detect looks, in bytes
	Encoded  bool     // the value may occur in encoded text, which is worth decoding for what its literals become there
	// Hidden are words that are near the value where it leaks. A content that holds one is worth decoding.
	Hidden []string
}

// Matcher finds all values of one kind in a content at once.
type Matcher interface {
	// Part describes the values. Literals are in lower case, and found in any; without one, the Matcher runs on every
	// content.
	Part() Part
	// Match returns the values. It gets the offsets of all literals in the content, in order. If it stopped before the
	// end, unread says why; otherwise it is zero.
	Match(content []byte, at []int) (found []Match, unread reason.Reason)
	// Screen reports whether Match may find something. Where the content is cut Part().Reach bytes or more away from a
	// place, it answers for that place at least what it answers on the whole. It may rely on literals that are further away
	// only if it is true of every piece that holds one.
	Screen(content []byte, at []int) bool
}

// Kind is the role of a value in a credential.
type Kind uint8

// The kinds.
const (
	KindID     Kind = iota + 1 // the ID of a credential that has a secret
	KindSecret                 // a secret that has an ID
	KindToken                  // the third part of a temporary credential
	KindValue                  // a credential that is one secret value
	KindLabel                  // the only visible part of a credential, such as the ID in a signed URL
)

// Single reports whether a value of this kind is a credential by itself.
func (k Kind) Single() bool { return k == KindValue || k == KindLabel }

// Scheme says how the parts of one sort of credential are joined. Parts of different schemes are never joined.
type Scheme struct {
	Type       Type // of an ID with its secret
	IDType     Type // of an ID whose secret was not seen
	SecretType Type // of a secret whose ID was not seen; "" if a secret alone is not reported
	// Temporary says that a credential has three parts, the third being a token. Its secrets carry no key name that could
	// be scored, so parts are joined by distance alone.
	Temporary bool
	// Near returns the values of a kind that start in content[from:to] and look right without a key name beside them.
	Near func(kind Kind, content []byte, from, to int) []Match
}

// Alone returns the type of credential that a part is reported as where no other part was seen.
func (s *Scheme) Alone(k Kind) Type {
	if k == KindID {
		return s.IDType
	}
	return s.SecretType
}

// Confidence says when a value counts.
type Confidence int8

// The confidences, lowest first. The zero Confidence is Plain.
const (
	Weak    Confidence = iota - 1 // it may be something else: an ID counts only with a secret, a single value where the content confirms it
	Plain                         // it looks right
	Named                         // it looks right, and has a key name beside it
	Certain                       // the key name says whose secret it is, so that it counts without an ID
)

// Length says how usual the length of a value is, for values whose length varies. Text that is joined from pieces can
// make a value longer or shorter than it is; a usual length then shows which reading is right.
type Length uint8

// The lengths.
const (
	FixedLength   Length = iota // all values of the kind have the same length, or any
	UnusualLength               // possible and rare
	UsualLength                 // that of nearly all values of the kind
)

// Match is one value found in a content.
type Match struct {
	Kind       Kind
	Type       Type    // of the credential; with a scheme, the scheme's type
	Scheme     *Scheme // nil for a single value
	Start, End int     // byte offsets: content[Start:End]
	Confidence Confidence
	Length     Length
	Where      PlaceFilter // decides by the place whether the match counts; nil: anywhere
}

// PlaceFilter decides whether a match counts at a path and in a commit. Either may be empty. Its dynamic type is
// comparable.
type PlaceFilter interface {
	Counts(path, commit string) bool
}
