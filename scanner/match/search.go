package match

import (
	"cmp"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/pair"
	"github.com/akguard/akguard/rules/presigned"
	"github.com/akguard/akguard/rules/reason"
)

// search finds the credentials of one content, both as it is and decoded.
type search struct {
	*Finder
	texts   []Text // in which a person sees the matches: the content, and what replaces it on a screen
	section Section
	found   []candidate
	index   map[identity]int // of found
	unread  []reason.Reason
}

// candidate is a match whose positions are still offsets.
type candidate struct {
	Match
	at      offset
	secrets []offset // of Match.Secrets
	single  bool     // the credential is one value
	from    int      // where the value of such a credential begins in the content, before it is decoded
	to      int      // where it ends
	length  rules.Length
}

// offset is an offset in one of the texts of a search.
type offset struct{ text, at int }

func compareOffsets(a, b offset) int {
	return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.at, b.at))
}

// identity is what makes two finds of a credential one match: it begins at the same offset of the content, however
// often a view shows it.
type identity struct {
	start int
	key   string
	rule  rules.Type // of a single value, which several rules may find
}

// add finds the credentials of the content or, if v is not nil, of a view of it.
func (s *search) add(content []byte, v View) {
	values, unread := s.set.Find(content)
	s.unread = append(s.unread, unread...)
	if len(values) == 0 {
		return
	}
	joined := pair.Join(content, values, pair.Options{Part: s.section.Part, MaxCandidates: s.most})
	taken := spans(joined)
	for _, j := range joined {
		anchor := j.Anchor()
		start := origin(v, anchor)
		if !s.section.holds(start) {
			continue // it is another window's
		}
		if anchor.Kind.Single() && taken.overlap(anchor) {
			continue // it is a part of a credential that says more
		}
		s.keep(s.candidate(content, v, j), start)
	}
}

// candidate makes a match of a joined credential.
func (s *search) candidate(content []byte, v View, j pair.Joined) candidate {
	anchor := j.Anchor()
	c := candidate{at: s.offset(v, anchor), single: anchor.Kind.Single(), length: anchor.Length, Match: Match{
		Credential: j.Credential, Scheme: anchor.Scheme, Where: anchor.Where, Decoded: chain(v, anchor, j.Secret, j.Token), Basis: j.Basis, More: j.More,
	}}
	if c.single {
		c.from, c.to = anchor.Start, anchor.End
		if v != nil {
			c.from, c.to = v.Origin(anchor.Start, anchor.End)
		}
		rule, _ := s.set.Rule(j.Credential.Type)
		c.Generic = rule.Generic
	}
	if expires, ok := presigned.Expiry(content, anchor.Start, anchor.End); ok {
		c.Expires = expires
	}
	if j.ID.End == 0 || j.Secret.End == 0 {
		return c
	}
	for _, secret := range append([]rules.Match{j.Secret}, j.Candidates...) {
		value := rules.NewSecret(string(content[secret.Start:secret.End]))
		c.Secrets = append(c.Secrets, Secret{Secret: value, Certain: secret.Confidence == rules.Certain})
		c.secrets = append(c.secrets, s.offset(v, secret))
	}
	return c
}

// keep keeps a candidate that begins at an offset of the content. Of several of one credential, the one with the most
// parts wins: an ID in plain text may have its secret in an encoding. Among equals it is the last, where the innermost
// view shows it, if the whole content is decoded; but what is plain stays what the content itself shows.
func (s *search) keep(c candidate, start int) {
	id := identity{start: start, key: c.Key()}
	if c.single {
		id.rule = c.Credential.Type
	}
	i, again := s.index[id]
	switch {
	case !again:
		s.index[id] = len(s.found)
		s.found = append(s.found, c)
	case c.parts() > s.found[i].parts(), c.Decoded != "" && c.parts() == s.found[i].parts() && !s.section.Part:
		s.found[i] = c
	}
}

// dropTaken drops a secret without an ID where another view shows the same one with its ID.
func (s *search) dropTaken() {
	taken := map[offset]string{}
	for _, c := range s.found {
		for i, at := range c.secrets {
			if i == 0 {
				taken[at] = c.Credential.Secret.Reveal()
			}
		}
	}
	s.found = slices.DeleteFunc(s.found, func(c candidate) bool {
		return c.Credential.ID.IsZero() && !c.single && taken[c.at] == c.Credential.Secret.Reveal()
	})
}

// dropInside drops a value that another one of its type shows decoded: both the login of a registry and the password in it.
func (s *search) dropInside() {
	var outer []candidate
	for _, c := range s.found {
		if c.single && c.Decoded == "" {
			outer = append(outer, c)
		}
	}
	slices.SortFunc(outer, func(a, b candidate) int { return cmp.Compare(a.from, b.from) })
	s.found = slices.DeleteFunc(s.found, func(c candidate) bool {
		if !c.single || c.Decoded == "" {
			return false
		}
		i, _ := slices.BinarySearchFunc(outer, c.from+1, func(o candidate, at int) int { return cmp.Compare(o.from, at) })
		return i > 0 && outer[i-1].to >= c.to && outer[i-1].Credential.Type == c.Credential.Type
	})
}

// dropPieces drops an ID that is the beginning of another one at the same offset: the first piece of a string in pieces
// may look like an ID. If only the piece has a usual length, the joined string is dropped instead.
func (s *search) dropPieces() {
	byStart := map[int][]identity{}
	for id := range s.index {
		byStart[id.start] = append(byStart[id.start], id)
	}
	drop := map[identity]bool{}
	for id, i := range s.index {
		for _, other := range byStart[id.start] {
			length := s.found[s.index[other]].length
			switch piece := len(other.key) > len(id.key) && strings.HasPrefix(other.key, id.key); {
			case !piece || length == rules.FixedLength:
			case length == rules.UsualLength || s.found[i].length != rules.UsualLength:
				drop[id] = true
			default:
				drop[other] = true
			}
		}
	}
	if len(drop) == 0 {
		return
	}
	var kept []candidate
	for id, i := range s.index {
		if !drop[id] {
			kept = append(kept, s.found[i])
		}
	}
	s.found = kept
	slices.SortStableFunc(s.found, func(a, b candidate) int {
		return cmp.Or(compareOffsets(a.at, b.at), cmp.Compare(a.Key(), b.Key()))
	})
}

// chain returns the encodings that hide any part of a credential.
func chain(v View, parts ...rules.Match) string {
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

// origin returns where in the content a value begins.
func origin(v View, m rules.Match) int {
	if v == nil {
		return m.Start
	}
	from, _ := v.Origin(m.Start, m.End)
	return from
}

// offset returns where a person sees a value.
func (s *search) offset(v View, m rules.Match) offset {
	if v == nil {
		return offset{0, m.Start}
	}
	seen, from, _ := v.Seen(m.Start, m.End)
	i := slices.IndexFunc(s.texts, func(t Text) bool { return len(t.Content) == len(seen) && &t.Content[0] == &seen[0] })
	if i < 0 {
		i = len(s.texts)
		s.texts = append(s.texts, s.texts[0].beside(seen))
	}
	return offset{i, from}
}

// located is an offset whose position goes to *to.
type located struct {
	offset
	to   *Position
	line *Line
}

// matches gives each candidate its positions, and returns the matches in order.
func (s *search) matches() []Match {
	slices.SortStableFunc(s.found, func(a, b candidate) int { return compareOffsets(a.at, b.at) })
	out := make([]Match, len(s.found))
	var all []located
	for i, c := range s.found {
		out[i] = c.Match
		all = append(all, located{c.at, &out[i].Position, &out[i].SourceLine})
		for k := range c.secrets {
			all = append(all, located{c.secrets[k], &out[i].Secrets[k].Position, &out[i].Secrets[k].SourceLine})
		}
	}
	slices.SortStableFunc(all, func(a, b located) int { return compareOffsets(a.offset, b.offset) })
	for _, l := range all {
		t := &s.texts[l.text]
		*l.to, *l.line = t.forward(l.at), s.line(t, l.at)
	}
	return out
}
