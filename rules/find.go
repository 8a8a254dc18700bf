package rules

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules/reason"
)

// Look reports, in one pass that allocates nothing, whether a content holds a literal of some rule, so that Find may find
// something, and whether it holds a mark of encoded content that counts; nil counts all.
func (s *Set) Look(content []byte, counts func(content []byte, text string, at int) bool) (literal, mark bool) {
	literal = s.always
	s.each(content, func(text, at int) bool {
		if text >= len(s.exact) {
			literal = true
		} else {
			literal = literal || len(s.byText[text]) > 0
			mark = mark || s.marked[text] && (counts == nil || counts(content, s.exact[text], at))
		}
		return !literal || !mark
	})
	return literal, mark
}

// Hints calls visit with the offset of every literal and mark in a content, in order, until visit returns false. In a
// content without any, Find and Look find nothing.
func (s *Set) Hints(content []byte, visit func(at int) bool) {
	if s.always && !visit(0) {
		return
	}
	s.each(content, func(_, at int) bool { return visit(at) })
}

// HintSize is the length of the longest literal or mark, in bytes.
func (s *Set) HintSize() int {
	longest := 0
	for _, text := range slices.Concat(s.exact, s.folded) {
		longest = max(longest, len(text))
	}
	return longest
}

// Screen reports whether Find might find anything, or a mark of encoded content counts; nil counts all. On a piece of a
// content that goes on for Reach bytes on both sides of a literal, its answer is as good as Find's on the whole.
func (s *Set) Screen(content []byte, counts func(content []byte, text string, at int) bool) bool {
	found := s.always
	h := s.hits()
	defer s.free.Put(h)
	s.each(content, func(text, at int) bool {
		found = found || s.hit(h, content, text, at, counts)
		return !found
	})
	for _, i := range h.matchers {
		found = found || s.matchers[i].Screen(content, h.of(i))
	}
	return found
}

// hit reports whether a detector finds something at a literal, or it is a mark that counts. It notes the literals of matchers.
func (s *Set) hit(h *hits, content []byte, text, at int, counts func(content []byte, text string, at int) bool) bool {
	if text >= len(s.exact) {
		h.add(s.owners[text-len(s.exact)], at)
		return false
	}
	if s.marked[text] && (counts == nil || counts(content, s.exact[text], at)) {
		return true
	}
	return slices.ContainsFunc(s.byText[text], func(i int) bool {
		_, ok := s.detectors[i].Detect(content, at)
		return ok
	})
}

// Find returns every value in content, each once, ordered by place. A rule that matches too often, or takes too long, stops
// before the end of the content; unread says why.
func (s *Set) Find(content []byte) (found []Match, unread []reason.Reason) {
	h := s.hits()
	defer s.free.Put(h)
	var asked confirmed
	s.each(content, func(text, at int) bool {
		if text >= len(s.exact) {
			h.add(s.owners[text-len(s.exact)], at)
			return true
		}
		for _, i := range s.byText[text] {
			if m, ok := s.detectors[i].Detect(content, at); ok && asked.counts(&s.detectors[i], i, content, m) {
				found = append(found, s.detectors[i].part.complete(m))
			}
		}
		return true
	})
	found, unread = s.match(content, h, found)
	return inOrder(found), unread
}

// confirmed is what the detectors said about a content, each of them once, however many values it has.
type confirmed map[int]bool

// counts reports whether a value of the detector with an index counts in the content.
func (c *confirmed) counts(d *detector, index int, content []byte, m Match) bool {
	if m.Confidence != Weak || !d.part.Kind.Single() {
		return true
	}
	answer, known := (*c)[index]
	if !known {
		confirmer, ok := d.Detector.(Confirmer)
		answer = ok && confirmer.Confirm(content)
		if *c == nil {
			*c = confirmed{}
		}
		(*c)[index] = answer
	}
	return answer
}

// complete fills in what a part says about all its values.
func (p *Part) complete(m Match) Match {
	m.Kind, m.Type, m.Scheme = p.Kind, p.Type, p.Scheme
	if p.Scheme != nil {
		m.Type = p.Scheme.Type
	}
	return m
}

// match adds the values of the matchers whose literals occur.
func (s *Set) match(content []byte, h *hits, found []Match) ([]Match, []reason.Reason) {
	var unread []reason.Reason
	if s.always {
		for i := range s.matchers {
			if len(s.matchers[i].part.Literals) == 0 {
				h.matchers = append(h.matchers, i)
			}
		}
	}
	slices.Sort(h.matchers)
	for _, i := range h.matchers {
		m := &s.matchers[i]
		list, why := m.Match(content, h.of(i))
		if !why.IsZero() {
			unread = append(unread, why)
		}
		for _, value := range list {
			found = append(found, m.part.complete(value))
		}
	}
	return found, unread
}

// hits are the places of the literals of matchers in one content.
type hits struct {
	at       [][]int // by matcher
	matchers []int   // those that have some
}

// hits returns empty hits. They belong to a pool: most contents have few.
func (s *Set) hits() *hits {
	h, ok := s.free.Get().(*hits)
	if !ok {
		return &hits{at: make([][]int, len(s.matchers))}
	}
	for _, i := range h.matchers {
		h.at[i] = h.at[i][:0]
	}
	h.matchers = h.matchers[:0]
	return h
}

func (h *hits) add(matchers []int, at int) {
	for _, i := range matchers {
		if len(h.at[i]) == 0 {
			h.matchers = append(h.matchers, i)
		}
		h.at[i] = append(h.at[i], at)
	}
}

// of returns the places of a matcher in order.
func (h *hits) of(matcher int) []int {
	at := h.at[matcher]
	slices.Sort(at)
	return slices.Compact(at)
}

// MaxOnlySecret is how long a content may be that is one secret and nothing else. Files of a secrets directory hold a
// value and perhaps the end of a line.
const MaxOnlySecret = 40

// OnlySecret reports whether a content is one secret and nothing else, as in a file of a secrets directory, and where
// the secret starts and ends. Only the name of the file, or an ID in a file beside it, shows whether it is a secret at all.
func (s *Set) OnlySecret(content []byte) (Match, bool) {
	if len(content) > MaxOnlySecret {
		return Match{}, false
	}
	value := bytes.TrimSpace(content)
	for _, scheme := range s.schemes {
		if scheme.SecretType == "" {
			continue
		}
		near := scheme.Near(KindSecret, content, 0, len(content))
		if len(near) == 1 && near[0].End-near[0].Start == len(value) {
			near[0].Kind, near[0].Type, near[0].Scheme = KindSecret, scheme.Type, scheme
			return near[0], true
		}
	}
	return Match{}, false
}

// Rejected is what looks like a value of a detector and is not one.
type Rejected struct {
	Match
	Reason reason.Reason
}

// Explain returns what the detectors rejected, ordered by place, and why.
func (s *Set) Explain(content []byte) []Rejected {
	var out []Rejected
	s.each(content, func(text, at int) bool {
		if text >= len(s.exact) {
			return true
		}
		for _, i := range s.byText[text] {
			if r, ok := s.detectors[i].explain(content, at); ok {
				out = append(out, r)
			}
		}
		return true
	})
	slices.SortStableFunc(out, func(a, b Rejected) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Type, b.Type))
	})
	return slices.CompactFunc(out, func(a, b Rejected) bool { return a.samePlace(b.Match) })
}

func (d *detector) explain(content []byte, at int) (Rejected, bool) {
	explainer, ok := d.Detector.(Explainer)
	if !ok {
		return Rejected{}, false
	}
	if _, found := d.Detect(content, at); found {
		return Rejected{}, false
	}
	m, why := explainer.Explain(content, at)
	return Rejected{d.part.complete(m), why}, !why.IsZero()
}

// each calls visit for every literal and every mark, until it returns false.
func (s *Set) each(content []byte, visit func(text, at int) bool) {
	if searcher := s.searcher(); searcher != nil {
		searcher.Each(content, visit)
	}
}

// inOrder sorts matches by place and merges those of one value at one place. The one that knows most wins.
func inOrder(found []Match) []Match {
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Type, b.Type),
			cmp.Compare(b.Confidence, a.Confidence))
	})
	return slices.CompactFunc(found, Match.samePlace)
}

// samePlace reports whether two matches are one value at one place.
func (m Match) samePlace(other Match) bool {
	return m.Start == other.Start && m.Kind == other.Kind && m.Type == other.Type
}
