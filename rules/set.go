package rules

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// Set is a collection of rules that is matched in one go. It is immutable.
type Set struct {
	rules    []Rule
	literals []literal
}

// literal is one string to search for, with every part that it may begin.
type literal struct {
	text  []byte
	parts []Part
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
			if p.Find == nil || len(p.Literals) == 0 {
				return nil, fmt.Errorf("compiling rules: rule %s has a part without literals or Find", r.ID)
			}
			s.add(p)
		}
	}
	return s, nil
}

func (s *Set) add(p Part) {
	for _, text := range p.Literals {
		i := slices.IndexFunc(s.literals, func(l literal) bool { return string(l.text) == text })
		if i < 0 {
			i = len(s.literals)
			s.literals = append(s.literals, literal{text: []byte(text)})
		}
		if !slices.ContainsFunc(s.literals[i].parts, func(q Part) bool { return q.Kind == p.Kind }) {
			s.literals[i].parts = append(s.literals[i].parts, p)
		}
	}
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

// Find returns every part in content, ordered by its place, each place once.
func (s *Set) Find(content []byte) []Match {
	var found []Match
	for _, l := range s.literals {
		for at := 0; ; {
			i := bytes.Index(content[at:], l.text)
			if i < 0 {
				break
			}
			at += i
			for _, p := range l.parts {
				if m, ok := p.Find(content, at); ok {
					found = append(found, m)
				}
			}
			at += len(l.text)
		}
	}
	return inOrder(found)
}

// inOrder sorts matches by place and merges those of one place: whichever found a key name wins.
func inOrder(found []Match) []Match {
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.rank(), a.rank()))
	})
	return slices.CompactFunc(found, func(a, b Match) bool { return a.Start == b.Start && a.Kind == b.Kind })
}

func (m Match) rank() int {
	switch {
	case m.Telling:
		return 2
	case m.Named:
		return 1
	}
	return 0
}
