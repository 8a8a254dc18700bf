package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/akguard/akguard/rules/literal"
)

// Set is a collection of rules that is matched in one go. It is immutable.
type Set struct {
	rules    []Rule
	texts    []string // the literals
	parts    [][]Part // of each literal: every part that it may begin
	wholes   []Part   // parts that are given all places at once
	folded   []string // their literals
	owners   [][]int  // of each of those: the wholes that it belongs to
	always   bool     // some part is without literals
	searcher *literal.Searcher
	reach    int
}

// Compile checks the rules and makes a Set of them. IDs and types must be unique.
func Compile(list ...Rule) (*Set, error) {
	s := &Set{rules: slices.Clone(list)}
	slices.SortFunc(s.rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	seen := map[string]bool{}
	for _, r := range s.rules {
		for _, name := range []string{"rule " + r.ID, "type " + string(r.Type)} {
			if seen[name] {
				return nil, fmt.Errorf("compiling rules: %s is defined twice", name)
			}
			seen[name] = true
		}
		for _, p := range r.Parts {
			if p.All != nil {
				s.addWhole(p)
				continue
			}
			if p.Find == nil || len(p.Literals) == 0 || p.Reach <= 0 {
				return nil, fmt.Errorf("compiling rules: rule %s has a part without literals, Reach or Find", r.ID)
			}
			s.add(p)
		}
	}
	if len(s.texts)+len(s.folded) == 0 {
		return s, nil
	}
	var err error
	if s.searcher, err = literal.Compile(s.texts, s.folded...); err != nil {
		return nil, fmt.Errorf("compiling rules: %w", err)
	}
	return s, nil
}

func (s *Set) add(p Part) {
	s.reach = max(s.reach, p.Reach)
	for _, text := range p.Literals {
		i := slices.Index(s.texts, text)
		if i < 0 {
			i = len(s.texts)
			s.texts, s.parts = append(s.texts, text), append(s.parts, nil)
		}
		if !slices.ContainsFunc(s.parts[i], func(q Part) bool { return q.Kind == p.Kind && q.Type == p.Type }) {
			s.parts[i] = append(s.parts[i], p)
		}
	}
}

func (s *Set) addWhole(p Part) {
	s.always = s.always || len(p.Folded) == 0
	for _, text := range p.Folded {
		s.reach = max(s.reach, len(text))
		i := slices.Index(s.folded, text)
		if i < 0 {
			i = len(s.folded)
			s.folded, s.owners = append(s.folded, text), append(s.owners, nil)
		}
		s.owners[i] = append(s.owners[i], len(s.wholes))
	}
	s.wholes = append(s.wholes, p)
}

// Rules returns the rules in the order of their IDs.
func (s *Set) Rules() []Rule { return slices.Clone(s.rules) }

// Rule returns the rule that reports credentials of type t.
func (s *Set) Rule(t Type) (Rule, bool) {
	for _, r := range s.rules {
		if r.Type == t {
			return r, true
		}
	}
	return Rule{}, false
}

// Literals returns what stands in every content in which Find finds something: one of exact or, in any case, of folded.
// They do not tell if always is true.
func (s *Set) Literals() (exact, folded []string, always bool) {
	return slices.Clone(s.texts), slices.Clone(s.folded), s.always
}

// Hidden returns the literals of the parts that may stand in encoded text.
func (s *Set) Hidden() []string {
	var out []string
	for i, text := range s.texts {
		if slices.ContainsFunc(s.parts[i], func(p Part) bool { return p.Hidden }) {
			out = append(out, text)
		}
	}
	return out
}

// Reach is how far from a literal a match can depend on the content, in bytes.
func (s *Set) Reach() int { return s.reach }

// Screen reports whether Find might find anything. It is as good as Find on any piece of a content that goes on
// for Reach bytes on both sides of a literal.
func (s *Set) Screen(content []byte) bool {
	found := s.always
	s.each(content, func(text, at int) bool {
		if text >= len(s.texts) {
			found = true
			return false
		}
		for _, p := range s.parts[text] {
			if _, ok := p.Find(content, at); ok {
				found = true
				return false
			}
		}
		return true
	})
	return found
}

// Find returns every part in content, ordered by its place, each place once.
func (s *Set) Find(content []byte) []Match {
	var found []Match
	places := make([][]int, len(s.wholes))
	s.each(content, func(text, at int) bool {
		if text >= len(s.texts) {
			for _, i := range s.owners[text-len(s.texts)] {
				places[i] = append(places[i], at)
			}
			return true
		}
		for _, p := range s.parts[text] {
			if m, ok := p.Find(content, at); ok {
				m.Kind, m.Type = p.Kind, p.Type
				found = append(found, m)
			}
		}
		return true
	})
	return inOrder(append(found, s.whole(content, places)...))
}

// whole returns what the parts find that are given all places at once.
func (s *Set) whole(content []byte, places [][]int) []Match {
	var found []Match
	for i, p := range s.wholes {
		if len(places[i]) == 0 && len(p.Folded) > 0 {
			continue
		}
		slices.Sort(places[i])
		for _, m := range p.All(content, slices.Compact(places[i])) {
			if m.Type = p.Type; m.Kind != KindRest {
				m.Kind = p.Kind
			}
			found = append(found, m)
		}
	}
	return found
}

// Rejected is what begins like a part of a credential and is none.
type Rejected struct {
	Match
	Reason string
}

// Explain returns what Find did not take for a part, ordered by its place, and why.
func (s *Set) Explain(content []byte) []Rejected {
	var out []Rejected
	s.each(content, func(text, at int) bool {
		if text >= len(s.texts) {
			return true
		}
		for _, p := range s.parts[text] {
			if m, reason := p.why(content, at); reason != "" {
				m.Kind = p.Kind
				out = append(out, Rejected{m, reason})
			}
		}
		return true
	})
	slices.SortStableFunc(out, func(a, b Rejected) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind)) })
	return slices.CompactFunc(out, func(a, b Rejected) bool { return a.Start == b.Start && a.Kind == b.Kind })
}

// why says why the part does not begin at a literal, or what stands there in its place; "" if there is nothing to say.
func (p Part) why(content []byte, at int) (Match, string) {
	if p.Why == nil && p.WhyNear == nil {
		return Match{}, ""
	}
	m, ok := p.Find(content, at)
	switch {
	case ok:
		return m, ""
	case p.Why != nil:
		return m, p.Why(content, m.Start, m.End)
	}
	return p.WhyNear(content, at)
}

// each calls visit for every literal, until it returns false.
func (s *Set) each(content []byte, visit func(text, at int) bool) {
	if s.searcher != nil {
		s.searcher.Each(content, visit)
	}
}

// inOrder sorts matches by place and merges those of one place: whichever found a key name wins.
func inOrder(found []Match) []Match {
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Type, b.Type), cmp.Compare(b.rank(), a.rank()))
	})
	return slices.CompactFunc(found, func(a, b Match) bool { return a.Start == b.Start && a.Kind == b.Kind && a.Type == b.Type })
}

func (m Match) rank() int {
	switch {
	case m.Weak:
		return -1
	case m.Telling:
		return 2
	case m.Named:
		return 1
	}
	return 0
}
