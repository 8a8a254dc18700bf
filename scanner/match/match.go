// Package match finds the credentials of one content: it rejects most content by its literals, finds values in the rest,
// as it is and decoded, and joins the values that belong together. It knows no sources and no vendor.
package match

import (
	"cmp"
	"slices"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/rules/reason"
)

// Decoder finds what a content says once it is decoded. Package decode does it.
type Decoder interface {
	// Marks returns what shows that a content may contain one of the literals in encoded form, or has one of the words.
	Marks(literals, words []string) Marks
	// Each calls visit for every view of a content. An error says that some of it was not decoded.
	Each(content []byte, visit func(View)) error
}

// Marks show that a content may contain a literal in encoded form. They are safe for concurrent use.
type Marks interface {
	// Texts returns strings, one of which is in the content, unless Other is true of it.
	Texts() []string
	// Holds reports whether one of the strings, or a literal, is more than an accident at an offset of a content.
	Holds(content []byte, text string, at int) bool
	// Other reports whether a content may hold a literal in a way that shows in none of the strings.
	Other(content []byte) bool
	// Hints calls visit with the offset of everything in a piece of content without which Other is false of the whole, until
	// visit returns false. HintSize is how many bytes show it.
	Hints(piece []byte, visit func(at int) bool)
	HintSize() int
}

// View is decoded content that knows where its bytes come from.
type View interface {
	// Bytes returns the decoded content.
	Bytes() []byte
	// EncodingOf returns the encodings that hide Bytes()[start:end], the outermost first; "" if it is not encoded.
	EncodingOf(start, end int) string
	// Origin returns the range of the original content that Bytes()[start:end] was decoded from.
	Origin(start, end int) (from, to int)
	// Seen returns the text that a person sees who opens the original, and the range in it.
	Seen(start, end int) (text []byte, from, to int)
}

// Options are the parts of a Finder. Rules and Decoder are required.
type Options struct {
	Rules         *rules.Set
	Decoder       Decoder
	MaxCandidates int  // secrets kept for one ID; default 5
	Lines         bool // keep the source line of each match
}

// Finder finds matches. It is safe for concurrent use.
type Finder struct {
	set     *rules.Set
	decoder Decoder
	marks   Marks
	most    int
	lines   bool
}

// New returns a Finder. It compiles the literals of the rules and the marks of encoded content into one set.
func New(opts Options) (*Finder, error) {
	marks := opts.Decoder.Marks(opts.Rules.EncodedLiterals(), opts.Rules.HiddenWords())
	texts := slices.Sorted(slices.Values(marks.Texts()))
	set, err := opts.Rules.WithMarks(slices.Compact(texts)...)
	if err != nil {
		return nil, err
	}
	return &Finder{set, opts.Decoder, marks, opts.MaxCandidates, opts.Lines}, nil
}

// Match is one credential at one position of a content.
type Match struct {
	Credential rules.Credential
	Scheme     *rules.Scheme // of its parts; nil for a single value
	Position                 // of the ID, or of a secret without one
	SourceLine Line          // that holds the position
	Secrets    []Secret      // of an ID: its own first, then candidates, best first
	More       bool          // there are more candidates, past the limit
	Basis      pair.Basis
	Decoded    string            // the encodings that hide it, the outermost first
	Expires    time.Time         // when the presigned URL around the ID expires
	Where      rules.PlaceFilter // decides by the place whether the match counts; nil: anywhere
	Generic    bool              // the rule of its type is generic
	// Whole says that the content is one secret and nothing else. Only the name of its file shows that it is one.
	Whole bool
}

// Line is the text of a source line. It prints masked.
type Line = rules.Secret

// Secret is a secret near an ID.
type Secret struct {
	rules.Secret
	Position
	SourceLine Line
	Certain    bool // it counts without its ID, too
}

// Key identifies the credential: it is the ID, or the secret if there is no ID.
func (m *Match) Key() string { return cmp.Or(m.Credential.ID.Reveal(), m.Credential.Secret.Reveal()) }

// parts counts the parts of the credential that were seen.
func (m *Match) parts() int {
	n := 0
	for _, s := range []rules.Secret{m.Credential.ID, m.Credential.Secret, m.Credential.Token} {
		if !s.IsZero() {
			n++
		}
	}
	return n
}

// Section is the part of a content in which the matches begin that Find returns.
type Section struct {
	From, To int
	Part     bool // the content is itself a part of a longer one
}

func (s Section) holds(offset int) bool { return offset >= s.From && offset < s.To }

// Result is what Find found.
type Result struct {
	Matches  []Match // ordered by position
	Unread   []reason.Reason
	searched *search // nil where nothing in the content was worth a search
}

// Find finds the credentials of a content that begin in the section.
func (f *Finder) Find(t Text, section Section) Result {
	if secret, ok := f.set.OnlySecret(t.Content); ok && !section.Part {
		return Result{Matches: []Match{f.whole(t, secret)}}
	}
	matchable, encoded := f.look(t.Content)
	if !matchable && !encoded {
		return Result{}
	}
	s := &search{Finder: f, texts: []Text{t}, section: section, index: map[identity]int{}}
	s.add(t.Content, nil)
	if encoded || len(s.found) > 0 {
		if err := f.decoder.Each(t.Content, func(v View) { s.add(v.Bytes(), v) }); err != nil {
			s.unread = append(s.unread, reason.New("scan.not-decoded", err))
		}
	}
	s.dropPieces()
	s.dropInside()
	s.dropTaken()
	return Result{s.matches(), s.unread, s}
}

// whole is the match of a content that is one secret.
func (f *Finder) whole(t Text, secret rules.Match) Match {
	value := rules.NewSecret(string(t.Content[secret.Start:secret.End]))
	return Match{
		Credential: rules.Credential{Type: secret.Scheme.SecretType, Secret: value},
		Position:   t.forward(secret.Start), SourceLine: f.line(&t, secret.Start), Scheme: secret.Scheme, Whole: true,
	}
}

func (f *Finder) line(t *Text, offset int) Line {
	if !f.lines {
		return Line{}
	}
	return rules.NewSecret(t.line(offset))
}

// look reports, in one pass, whether a content may hold a value, and whether something in it may be encoded.
func (f *Finder) look(content []byte) (matchable, encoded bool) {
	matchable, encoded = f.set.Look(content, f.marks.Holds)
	return matchable, encoded || f.marks.Other(content)
}

// Screen reports whether a piece of content may hold a credential. If the piece is cut at least Reach bytes away from a
// place, it answers for that place at least what it answers on the whole.
func (f *Finder) Screen(piece []byte) bool {
	if _, only := f.set.OnlySecret(piece); only {
		return true
	}
	return f.set.Screen(piece, f.marks.Holds) || f.marks.Other(piece)
}

// Hints are what shows that a content is worth a closer look: Screen is true of none without a hint.
type Hints struct {
	// Each calls visit with the offset of every hint in a piece of content, until visit returns false.
	Each func(piece []byte, visit func(at int) bool)
	// Size is how many bytes show a hint, however long it is. Where pieces without a hint meet, it is enough to look that far.
	Size int
}

// Hints returns what shows that a content may hold a credential: the literals, marks and texts that may be one, and also
// other texts that the caller looks for.
func (f *Finder) Hints(also ...string) (Hints, error) {
	set, err := f.set.WithMarks(also...)
	if err != nil {
		return Hints{}, err
	}
	each := func(piece []byte, visit func(at int) bool) {
		more := true
		if _, only := set.OnlySecret(piece); only {
			more = visit(0)
		}
		if more {
			set.Hints(piece, func(at int) bool {
				more = visit(at)
				return more
			})
		}
		if more {
			f.marks.Hints(piece, visit)
		}
	}
	return Hints{Each: each, Size: max(set.HintSize(), f.marks.HintSize(), rules.MaxOnlySecret)}, nil
}

// Reach is in bytes.
func (f *Finder) Reach() int { return f.set.Reach() }
