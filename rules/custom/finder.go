package custom

import (
	"bytes"
	"math"
	"regexp"
	"slices"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/dfa"
	"github.com/akguard/akguard/rules/reason"
)

// finder finds the matches of one rule. It implements rules.Matcher.
type finder struct {
	id      string
	re      *regexp.Regexp
	group   int
	entropy float64
	path    *regexp.Regexp
	allow   []allowList

	number int   // among the rules that share quiet
	quiet  *memo // where nothing was found
	pace   *pace // of the rules together
	used   usage
	size   int     // of the compiled expression
	states *states // of the rules together

	gate     []string              // one of these occurs in every content with a match; none: nothing is known
	literals []string              // one of these occurs in every match; nil: nothing is known
	keyword  func([]byte) bool     // reports whether a keyword occurs in the content, if the gate does not imply it; nil: it does
	around   around                // how far from a literal a match can go
	tail     func() *dfa.Automaton // of what follows a literal, beginning with it
	whole    func() *dfa.Automaton // of the expression, if it implies no literals
	local    bool                  // what a match counts for depends on the match alone, and not on its line
}

// maxMatches is how many matches of its expression a rule looks at in one content, or in the surroundings of one literal.
// Without it, an expression that matches every character would take a hundred times the memory of the content. Matches past
// the limit are reported as not read.
const maxMatches = 100_001

// Part implements rules.Matcher.
func (f *finder) Part() rules.Part {
	return rules.Part{Name: f.id, Kind: rules.KindValue, Type: rules.Type(f.id), Literals: f.gate, Reach: f.around.reach()}
}

// Match implements rules.Matcher.
func (f *finder) Match(content []byte, at []int) (found []rules.Match, unread reason.Reason) {
	f.pace.offer(&f.used, len(content))
	if f.pace.exhausted(&f.used) {
		return nil, f.tooSlow()
	}
	if f.literals == nil {
		if f.keyword != nil && !f.hasKeyword(content) {
			return nil, reason.Reason{}
		}
		if !f.anywhere(content) {
			return nil, reason.Reason{}
		}
		s := search{finder: f, content: content, to: len(content)}
		s.run()
		return s.found, s.unread
	}
	p := parts{finder: f, content: content, at: at, limit: matchReach}
	found, unread, cut := p.search()
	if cut {
		p = parts{finder: f, content: content, at: at, all: true}
		found, unread, _ = p.search()
	}
	return found, unread
}

// anywhere reports whether the expression may match in a content.
func (f *finder) anywhere(content []byte) bool {
	whole := f.whole()
	if whole == nil {
		return true
	}
	f.pace.charge(&f.used, len(content))
	return whole.Anywhere(content)
}

func (f *finder) hasKeyword(content []byte) (has bool) {
	f.pace.measure(&f.used, func() { has = f.keyword(content) })
	return has
}

func (f *finder) tooSlow() reason.Reason { return reason.New("scan.rule-too-slow", f.id) }

func tooBroad() reason.Reason { return reason.New("scan.rule-too-broad") }

// value returns the place of the value among the places of the groups.
func (f *finder) value(groups []int) (start, end int) {
	if f.group > 0 {
		return groups[2*f.group], groups[2*f.group+1]
	}
	for i := 2; i < len(groups); i += 2 {
		if groups[i] < groups[i+1] {
			return groups[i], groups[i+1]
		}
	}
	return groups[0], groups[1]
}

// place is the rules.PlaceFilter of a match.
type place struct {
	finder *finder
	lists  uint32 // bit i: allow list i allows the content of the match, and asks for a place too
}

// where returns the filter of a match; nil if the rule and its allow lists ask for no place.
func (f *finder) where(lists uint32) rules.PlaceFilter {
	if f.path == nil && !slices.ContainsFunc(f.allow, allowList.placed) {
		return nil
	}
	return place{f, lists}
}

// Counts implements rules.PlaceFilter.
func (p place) Counts(path, commit string) bool {
	if p.finder.path != nil && !p.finder.path.MatchString(path) {
		return false
	}
	for i, a := range p.finder.allow {
		if a.place(path, commit, p.lists&(1<<i) != 0) {
			return false
		}
	}
	return true
}

// allowed reports whether a match is allowed wherever it is. Otherwise lists are the allow lists that allow it in some
// places.
func (f *finder) allowed(m match) (lists uint32, allowed bool) {
	for i, a := range f.allow {
		switch {
		case !a.content(m):
		case !a.all || !a.placed():
			return 0, true
		default:
			lists |= 1 << i
		}
	}
	return lists, false
}

// match is one match of the expression, content[from:to], with its value.
type match struct {
	content    []byte
	from, to   int
	start, end int
}

func (m match) value() []byte { return m.content[m.start:m.end] }

// lines returns the lines that the match is on.
func (m match) lines() []byte {
	from := bytes.LastIndexByte(m.content[:m.from], '\n') + 1
	to := len(m.content)
	if i := bytes.IndexByte(m.content[m.to:], '\n'); i >= 0 {
		to = m.to + i
	}
	return m.content[from:to]
}

// entropy returns the Shannon entropy of a value, in bits per byte.
func entropy(value []byte) float64 {
	var count [256]int
	for _, c := range value {
		count[c]++
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
