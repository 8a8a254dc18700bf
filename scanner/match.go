package scanner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/rules/presigned"
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/decode"
	"github.com/akguard/akguard/scanner/finding"
)

// withMarks returns the rules with the marks of encoded content, so that one pass over a content finds both.
func withMarks(set *rules.Set) (*rules.Set, error) {
	marks := decode.Openers()
	for _, text := range set.EncodedLiterals() {
		marks = append(marks, decode.Marks(text)...)
	}
	slices.Sort(marks)
	return set.WithMarks(slices.Compact(marks)...)
}

// look reports, in one pass, whether a content may hold a match, and whether something in it may be encoded.
func look(set *rules.Set, content []byte) (matchable, encoded bool) {
	matchable, encoded = set.Look(content)
	return matchable, encoded || decode.Zlib(content)
}

// sighting is a credential where it was seen.
type sighting struct {
	hit
	at      spot
	secrets []spot // of hit.secrets
}

// spot is a place in one of the texts of a matching.
type spot struct{ text, offset int }

// matching finds the credentials of one content: as it is, and as it reads once it is decoded.
type matching struct {
	set   *rules.Set
	texts []text // in which a person would see them: the content, and what takes its place on a screen
	cut   section
	found []sighting
	seen  map[known]int // indexes into found
	rest  bool          // some rule has not looked at everything
}

// known is a credential that begins at an offset of the content.
type known struct {
	start int
	key   string
	rule  rules.Type // for one value, which several rules may find
}

// placeName is how a Skip names a place.
func placeName(p finding.Place) string { return cmp.Or(p.Path, p.Blob, p.Commit, p.Source) }

// section is the part of a content in which credentials are to begin.
type section struct {
	from, to int
	part     bool // the content is itself a part of a longer one
}

// match finds the credentials of a content that begin in the section.
func (c *collector) match(place finding.Place, t text, cut section) {
	if secret, ok := c.set.OnlySecret(t.content); ok && !cut.part {
		c.keep([]hit{bareHit(place, t, secret)})
		return
	}
	matchable, encoded := look(c.set, t.content)
	if !matchable && !encoded {
		return
	}
	m := matching{set: c.set, texts: []text{t}, cut: cut, seen: map[known]int{}}
	m.add(t.content, nil)
	if encoded || len(m.found) > 0 {
		if err := decode.Each(t.content, c.decoding, func(v *decode.View) { m.add(v.Content, v) }); err != nil {
			c.Skip(finding.Skip{Path: placeName(place), Reason: reason.Text(fmt.Sprintf("not all of it was decoded: %v", err))})
		}
	}
	if m.rest {
		c.Skip(finding.Skip{Path: placeName(place), Reason: reason.Text("a rule matches so often that not all of it was looked at: make the rule narrower")})
	}
	m.dropPieces()
	c.explain(place, t, cut, m.found)
	c.keep(m.hits(place))
}

func bareHit(place finding.Place, t text, secret rules.Match) hit {
	t.forward(secret.Start)
	value := rules.NewSecret(string(t.content[secret.Start:secret.End]))
	return hit{
		place: place, line: max(1, t.line), column: t.column, bare: true,
		credential: rules.Credential{Type: rules.AccessKeySecret, Secret: value},
	}
}

// add finds the credentials of the content or, if v is not nil, of a view of it.
func (m *matching) add(content []byte, v *decode.View) {
	parts, complete := m.set.Find(content)
	m.rest = m.rest || !complete
	if len(parts) == 0 {
		return
	}
	joined := pair.Join(content, parts, pair.Options{Part: m.cut.part})
	taken := spans(joined)
	for _, j := range joined {
		anchor := j.Anchor()
		start := origin(v, anchor)
		if start < m.cut.from || start >= m.cut.to {
			continue // of another window
		}
		if anchor.Kind.Single() && taken.overlap(anchor) {
			continue // it is a part of what says more
		}
		m.keep(m.sighting(content, v, j, anchor), start)
	}
}

// sighting is what was joined, as it was seen. Anchor is its first part.
func (m *matching) sighting(content []byte, v *decode.View, j pair.Joined, anchor rules.Match) sighting {
	s := sighting{at: m.spot(v, anchor), hit: hit{
		credential: j.Credential, single: anchor.Kind.Single(), where: anchor.Where, length: anchor.Length,
		decoded: chain(v, anchor, j.Secret, j.Token),
	}}
	if s.single {
		rule, _ := m.set.Rule(j.Credential.Type)
		s.generic = rule.Generic
	}
	if expires, ok := presigned.Expiry(content, anchor.Start, anchor.End); ok {
		s.expires = expires
	}
	if j.ID.End == 0 || j.Secret.End == 0 {
		return s
	}
	for _, secret := range append([]rules.Match{j.Secret}, j.Candidates...) {
		s.hit.secrets = append(s.hit.secrets, secretAt{Secret: rules.NewSecret(string(content[secret.Start:secret.End]))})
		s.secrets = append(s.secrets, m.spot(v, secret))
	}
	return s
}

// keep keeps a sighting that begins at an offset of the content. Of several of one credential, the one that knows most is
// kept: an ID that stands as it is may have its secret in an encoding. Else it is the last, which is where a person sees
// it, if the whole content is decoded; but of what stands as it is, the content knows more than a view.
func (m *matching) keep(s sighting, start int) {
	k := known{start: start, key: s.key()}
	if s.single {
		k.rule = s.credential.Type
	}
	i, again := m.seen[k]
	switch {
	case !again:
		m.seen[k] = len(m.found)
		m.found = append(m.found, s)
	case s.decoded == "":
	case s.parts() > m.found[i].parts(), s.parts() == m.found[i].parts() && !m.cut.part:
		m.found[i] = s
	}
}

// dropPieces drops an ID that is the beginning of another in the same place: of a string in pieces, the first piece may
// look like an ID. It is the other way round if only the piece has a usual length. Then the joined string is dropped.
func (m *matching) dropPieces() {
	byStart := map[int][]known{}
	for k := range m.seen {
		byStart[k.start] = append(byStart[k.start], k)
	}
	drop := map[known]bool{}
	for k, i := range m.seen {
		for _, other := range byStart[k.start] {
			length := m.found[m.seen[other]].length
			switch piece := len(other.key) > len(k.key) && strings.HasPrefix(other.key, k.key); {
			case !piece || length == rules.FixedLength:
			case length == rules.UsualLength || m.found[i].length != rules.UsualLength:
				drop[k] = true
			default:
				drop[other] = true
			}
		}
	}
	if len(drop) == 0 {
		return
	}
	var kept []sighting
	for k, i := range m.seen {
		if !drop[k] {
			kept = append(kept, m.found[i])
		}
	}
	m.found = kept
	slices.SortStableFunc(m.found, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.at.text, b.at.text), cmp.Compare(a.at.offset, b.at.offset), cmp.Compare(a.key(), b.key()))
	})
}

// chain returns the encodings that hide any part of a credential.
func chain(v *decode.View, parts ...rules.Match) string {
	if v == nil {
		return ""
	}
	for _, p := range parts {
		if p.End > 0 {
			if encoding := v.EncodingOf(p.Start, p.End); encoding != "" {
				return encoding
			}
		}
	}
	return ""
}

// origin returns where in the content a match begins.
func origin(v *decode.View, m rules.Match) int {
	if v == nil {
		return m.Start
	}
	from, _ := v.Origin(m.Start, m.End)
	return from
}

// spot returns where a person sees a match.
func (m *matching) spot(v *decode.View, match rules.Match) spot {
	if v == nil {
		return spot{0, match.Start}
	}
	seen, from, _ := v.Seen(match.Start, match.End)
	i := slices.IndexFunc(m.texts, func(t text) bool { return len(t.content) == len(seen) && &t.content[0] == &seen[0] })
	if i < 0 {
		i = len(m.texts)
		m.texts = append(m.texts, m.texts[0].beside(seen))
	}
	return spot{i, from}
}

// hits gives each sighting its line and column.
func (m *matching) hits(place finding.Place) []hit {
	slices.SortStableFunc(m.found, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.at.text, b.at.text), cmp.Compare(a.at.offset, b.at.offset))
	})
	out := make([]hit, 0, len(m.found))
	for _, s := range m.found {
		t := &m.texts[s.at.text]
		t.forward(s.at.offset)
		s.place, s.line, s.column = place, max(1, t.line), t.column
		for i, at := range s.secrets {
			s.hit.secrets[i].line = max(1, m.texts[at.text].lineAt(at.offset))
		}
		out = append(out, s.hit)
	}
	return out
}

// parts counts the parts of the credential that stand there.
func (h hit) parts() int {
	n := 0
	for _, s := range []rules.Secret{h.credential.ID, h.credential.Secret, h.credential.Token} {
		if !s.IsZero() {
			n++
		}
	}
	return n
}

// key tells credentials apart: by the ID, or by a secret that stands without one.
func (h hit) key() string { return cmp.Or(h.credential.ID.Reveal(), h.credential.Secret.Reveal()) }
