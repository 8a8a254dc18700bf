package rules

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/akguard/akguard/rules/literal"
)

// Set is a collection of rules that is matched in one pass. It is immutable and safe for concurrent use.
type Set struct {
	rules     []Rule
	detectors []detector
	matchers  []matcher
	schemes   []*Scheme
	reach     int
	always    bool // some matcher has no literals

	exact  []string // literals of detectors, then marks
	byText [][]int  // of each: the detectors that it may belong to; none for a mark
	marked []bool   // of each: it says that content may be encoded
	folded []string // literals of matchers
	owners [][]int  // of each: the matchers that it belongs to

	foldedAt map[string]int // the index of each of folded

	// The searcher is compiled when it is first needed, because a scan extends the set by marks first.
	searcher func() *literal.Searcher
	free     *sync.Pool // of *hits
}

// detector is a Detector with its Part, which never changes.
type detector struct {
	Detector
	part Part
}

type matcher struct {
	Matcher
	part Part
}

// Compile checks the rules and makes a Set of them. IDs and types must be unique.
func Compile(list ...Rule) (*Set, error) {
	s := &Set{rules: slices.Clone(list), foldedAt: map[string]int{}, free: &sync.Pool{}}
	slices.SortFunc(s.rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	seen := map[string]bool{}
	for _, r := range s.rules {
		for _, name := range []string{"rule " + r.ID, "type " + string(r.Type)} {
			if seen[name] {
				return nil, fmt.Errorf("compiling rules: %s is defined twice", name)
			}
			seen[name] = true
		}
		if err := s.addRule(r); err != nil {
			return nil, fmt.Errorf("compiling rules: rule %s: %w", r.ID, err)
		}
	}
	if err := literal.Check(slices.Concat(s.exact, s.folded)...); err != nil {
		return nil, fmt.Errorf("compiling rules: %w", err)
	}
	s.searcher = s.lazySearcher()
	return s, nil
}

func (s *Set) addRule(r Rule) error {
	for _, d := range r.Detectors {
		p := d.Part()
		if err := p.check(); err != nil {
			return err
		}
		s.addDetector(d, p)
	}
	for _, m := range r.Matchers {
		s.addMatcher(m, m.Part())
	}
	return nil
}

func (p Part) check() error {
	switch {
	case p.Name == "" || p.Kind == 0 || len(p.Literals) == 0 || p.Reach <= 0:
		return fmt.Errorf("detector %q lacks a name, a kind, literals or a reach", p.Name)
	case p.Kind.Single() && (p.Type == "" || p.Scheme != nil):
		return fmt.Errorf("detector %q finds single values: it needs a type and no scheme", p.Name)
	case !p.Kind.Single() && (p.Scheme == nil || p.Scheme.Near == nil):
		return fmt.Errorf("detector %q finds parts: it needs a scheme", p.Name)
	}
	return nil
}

func (s *Set) addDetector(d Detector, p Part) {
	if slices.ContainsFunc(s.detectors, func(other detector) bool { return other.part.Name == p.Name }) {
		return
	}
	number := len(s.detectors)
	s.detectors = append(s.detectors, detector{d, p})
	s.reach = max(s.reach, p.Reach)
	if p.Scheme != nil && !slices.Contains(s.schemes, p.Scheme) {
		s.schemes = append(s.schemes, p.Scheme)
	}
	for _, text := range p.Literals {
		i := s.addExact(text)
		s.byText[i] = append(s.byText[i], number)
		s.marked[i] = s.marked[i] || p.Encoded
	}
}

// addExact returns the index of a literal.
func (s *Set) addExact(text string) int {
	i := slices.Index(s.exact, text)
	if i < 0 {
		i = len(s.exact)
		s.exact, s.byText, s.marked = append(s.exact, text), append(s.byText, nil), append(s.marked, false)
	}
	return i
}

func (s *Set) addMatcher(m Matcher, p Part) {
	s.always = s.always || len(p.Literals) == 0
	s.reach = max(s.reach, p.Reach)
	for _, text := range p.Literals {
		s.reach = max(s.reach, len(text))
		i, ok := s.foldedAt[text]
		if !ok {
			i = len(s.folded)
			s.foldedAt[text] = i
			s.folded, s.owners = append(s.folded, text), append(s.owners, nil)
		}
		s.owners[i] = append(s.owners[i], len(s.matchers))
	}
	s.matchers = append(s.matchers, matcher{m, p})
}

// lazySearcher returns the function that compiles the literals once. The literals were checked before.
func (s *Set) lazySearcher() func() *literal.Searcher {
	exact, folded := s.exact, s.folded
	return sync.OnceValue(func() *literal.Searcher {
		if len(exact)+len(folded) == 0 {
			return nil
		}
		searcher, err := literal.Compile(exact, folded...)
		if err != nil {
			panic(err) // literal.Check accepted them
		}
		return searcher
	})
}

// WithMarks returns a set of the same rules whose Look also recognizes marks of encoded content. A scan needs one pass
// over a content for both.
func (s *Set) WithMarks(marks ...string) (*Set, error) {
	if err := literal.Check(marks...); err != nil {
		return nil, fmt.Errorf("adding marks: %w", err)
	}
	out := *s
	out.exact, out.byText, out.marked = slices.Clone(s.exact), slices.Clone(s.byText), slices.Clone(s.marked)
	for _, mark := range marks {
		out.marked[out.addExact(mark)] = true
	}
	out.searcher = out.lazySearcher()
	return &out, nil
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

// Scheme returns the scheme whose pairs have type t; nil if there is none.
func (s *Set) Scheme(t Type) *Scheme {
	for _, scheme := range s.schemes {
		if scheme.Type == t {
			return scheme
		}
	}
	return nil
}

// EncodedLiterals returns the literals of the detectors whose values may occur in encoded text.
func (s *Set) EncodedLiterals() []string {
	var out []string
	for _, d := range s.detectors {
		if d.part.Encoded {
			out = append(out, d.part.Literals...)
		}
	}
	return out
}

// HiddenWords returns the words that are near the values of detectors, and show that content is worth decoding.
func (s *Set) HiddenWords() []string {
	var out []string
	for _, d := range s.detectors {
		out = append(out, d.part.Hidden...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Reach is how far from a literal a match can depend on the content, in bytes.
func (s *Set) Reach() int { return s.reach }
