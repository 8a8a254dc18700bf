package custom

import (
	"math"
	"math/bits"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the analysis of expressions.
const (
	minLiteral  = 3  // shorter strings occur everywhere, and literal.Check refuses them
	longEnough  = 8  // a longer literal is hardly rarer
	maxLiterals = 80 // of one expression
	smallClass  = 16 // characters of a class that are listed one by one
	largeClass  = 40 // the same in a second attempt, where the first found nothing
)

// unbounded is the length of an expression without a longest match.
const unbounded = math.MaxInt

// needs is what every match of an expression contains, in lower case.
type needs struct {
	exact  []string // if not nil, every match is one of these
	begins []string // if not nil, every match begins with one of these
	inside held     // what every match contains
}

// held is a list of strings. Every match contains one of them, with at most lead bytes of the match before it, and the rest of
// the match, from that string on, matches tail.
type held struct {
	list []string // nil: nothing is known
	lead int
	tail *syntax.Regexp
}

// start returns a list of strings. Every match begins with one of them.
func (n needs) start() []string {
	if n.exact != nil {
		return n.exact
	}
	return n.begins
}

// literals returns a list of strings, in lower case. Every match of the expression contains one of them, in any case.
//
// Case is folded as in ASCII: the Kelvin sign and the long s, which an expression that ignores case accepts for k and s,
// are not found.
func literals(re *syntax.Regexp) held {
	if h := analysis(smallClass).literals(re); h.list != nil {
		return h
	}
	return analysis(largeClass).literals(re)
}

// analysis finds out what every match of an expression contains. Its value is how many characters of a class it lists.
type analysis int

func (a analysis) literals(re *syntax.Regexp) held { return a.needs(re).held(re) }

// held returns what every match of the expression contains.
func (n needs) held(re *syntax.Regexp) held {
	return better(n.inside, held{list: n.start(), tail: re})
}

// better returns the more selective of two.
func better(a, b held) held {
	switch x, y := worth(a.list), worth(b.list); {
	case x == 0 && y == 0:
		return held{}
	case y > x:
		return b
	}
	return a
}

// worth rates how selective a list is: the longer its shortest string, the better, and the fewer strings the better. One
// more byte in the shortest string outweighs up to four times as many strings. A list with a string that is too short is
// worth nothing.
func worth(list []string) int {
	shortest := longEnough
	for _, text := range list {
		shortest = min(shortest, len(text))
	}
	if len(list) == 0 || len(list) > maxLiterals || shortest < minLiteral {
		return 0
	}
	const ofOneMore, ofTwiceAsMany = 8, 3
	return shortest*ofOneMore - bits.Len(uint(len(list)))*ofTwiceAsMany
}

func (a analysis) needs(re *syntax.Regexp) needs {
	switch re.Op {
	case syntax.OpLiteral:
		if text := strings.ToLower(string(re.Rune)); isASCII(text) {
			return needs{exact: []string{text}}
		}
	case syntax.OpCharClass:
		return needs{exact: a.members(re.Rune)}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return needs{exact: []string{""}}
	case syntax.OpCapture:
		return a.needs(re.Sub[0])
	case syntax.OpQuest:
		if n := a.needs(re.Sub[0]); n.exact != nil {
			return needs{exact: append([]string{""}, n.exact...)}
		}
	case syntax.OpPlus:
		n := a.needs(re.Sub[0])
		return needs{begins: n.start(), inside: n.held(re.Sub[0]).before(again(re))}
	case syntax.OpRepeat:
		return a.repeated(re)
	case syntax.OpConcat:
		return a.oneAfterOther(re.Sub)
	case syntax.OpAlternate:
		return a.oneOf(re.Sub)
	}
	return needs{}
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// members returns the characters of a small class, in lower case.
func (a analysis) members(ranges []rune) []string {
	const longS, kelvin = '\u017f', '\u212a'
	var out []string
	seen := map[rune]bool{}
	for i := 0; i < len(ranges); i += 2 {
		if r := ranges[i]; r == ranges[i+1] && (r == longS || r == kelvin) {
			continue // of a class that ignores case
		}
		if ranges[i+1] >= utf8.RuneSelf || ranges[i+1]-ranges[i] > 2*rune(a) {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if low := unicode.ToLower(r); !seen[low] {
				seen[low] = true
				out = append(out, string(low))
			}
		}
	}
	if len(out) > int(a) {
		return nil
	}
	return out
}

func (a analysis) repeated(re *syntax.Regexp) needs {
	if re.Min == 0 {
		return needs{}
	}
	sub := a.needs(re.Sub[0])
	if re.Min != re.Max || sub.exact == nil {
		return needs{begins: sub.start(), inside: sub.inside.before(again(re))}
	}
	out := needs{exact: []string{""}}
	for range re.Min {
		product := cross(out.exact, sub.exact)
		if product == nil {
			return needs{begins: out.exact}
		}
		out.exact = product
	}
	return out
}

// cross returns every string of a followed by every string of b; nil if they are too many.
func cross(a, b []string) []string {
	if len(a)*len(b) > maxLiterals {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

func (a analysis) oneAfterOther(list []*syntax.Regexp) needs {
	var out needs
	run := held{list: []string{""}, tail: sequence(list...)} // exact strings one after the other
	before := 0
	for i, sub := range list {
		n := a.needs(sub)
		if product := cross(run.list, n.exact); n.exact != nil && product != nil {
			run.list, before = product, add(before, longest(sub))
			continue
		}
		begun := run
		if product := cross(run.list, n.start()); n.start() != nil && product != nil {
			begun.list = product
		}
		if out.begins == nil {
			out.begins = begun.list
		}
		out.inside = better(better(out.inside, begun), n.inside.behind(before).before(list[i+1:]...))
		if run = (held{n.exact, before, sequence(list[i:]...)}); run.list == nil {
			run = held{[]string{""}, add(before, longest(sub)), sequence(list[i+1:]...)}
		}
		before = add(before, longest(sub))
	}
	if out.begins == nil {
		return needs{exact: run.list}
	}
	out.inside = better(out.inside, run)
	return out
}

// behind returns what is held where up to n more bytes precede it.
func (h held) behind(n int) held { return held{h.list, add(h.lead, n), h.tail} }

// before returns what is held where other expressions follow.
func (h held) before(list ...*syntax.Regexp) held {
	if h.list == nil {
		return held{}
	}
	return held{h.list, h.lead, sequence(append([]*syntax.Regexp{h.tail}, list...)...)}
}

// again matches what can follow a part of a repetition: more of it.
func again(re *syntax.Regexp) *syntax.Regexp {
	return &syntax.Regexp{Op: syntax.OpStar, Sub: re.Sub}
}

// sequence matches expressions one after the other.
func sequence(list ...*syntax.Regexp) *syntax.Regexp {
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: list}
}

func (a analysis) oneOf(list []*syntax.Regexp) needs {
	exact, begins, inside := []string{}, []string{}, held{list: []string{}}
	for _, sub := range list {
		n := a.needs(sub)
		h := n.held(sub)
		exact = union(exact, n.exact)
		begins = union(begins, n.start())
		inside = held{union(inside.list, h.list), max(inside.lead, h.lead), anyOf(inside.tail, h.tail)}
	}
	if exact != nil {
		return needs{exact: exact}
	}
	return needs{begins: begins, inside: inside}
}

// anyOf matches what one of two expressions matches. The first may be nil.
func anyOf(a, b *syntax.Regexp) *syntax.Regexp {
	if a == nil {
		return b
	}
	return &syntax.Regexp{Op: syntax.OpAlternate, Sub: []*syntax.Regexp{a, b}}
}

// union returns all strings of both lists; nil if one is nil, or they are too many.
func union(a, b []string) []string {
	if a == nil || b == nil || len(a)+len(b) > maxLiterals {
		return nil
	}
	return append(a, b...)
}

// longest returns how many bytes the longest match of the expression has, or unbounded.
func longest(re *syntax.Regexp) int {
	return most(re, func(re *syntax.Regexp) int {
		n := 0
		switch re.Op {
		case syntax.OpLiteral:
			for _, r := range re.Rune {
				n += widest(r, re.Flags&syntax.FoldCase != 0)
			}
		case syntax.OpCharClass:
			n = 1
			for _, r := range re.Rune {
				n = max(n, utf8.RuneLen(r))
			}
		case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			n = utf8.UTFMax
		}
		return n
	})
}

// newlines returns how many newlines can occur in a match of the expression, or unbounded.
func newlines(re *syntax.Regexp) int {
	return most(re, func(re *syntax.Regexp) int {
		n := 0
		switch re.Op {
		case syntax.OpLiteral:
			n = strings.Count(string(re.Rune), "\n")
		case syntax.OpCharClass:
			for i := 0; i < len(re.Rune); i += 2 {
				if re.Rune[i] <= '\n' && '\n' <= re.Rune[i+1] {
					n = 1
				}
			}
		case syntax.OpAnyChar:
			n = 1
		}
		return n
	})
}

// most returns the largest sum, over one match, of what count returns for the parts of an expression that match characters.
func most(re *syntax.Regexp, count func(*syntax.Regexp) int) int {
	n := count(re)
	switch re.Op {
	case syntax.OpCapture, syntax.OpQuest:
		n = most(re.Sub[0], count)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n = add(n, most(sub, count))
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, most(sub, count))
		}
	case syntax.OpStar, syntax.OpPlus:
		n = times(most(re.Sub[0], count), -1)
	case syntax.OpRepeat:
		n = times(most(re.Sub[0], count), re.Max)
	}
	return n
}

// widest returns the size of a character in bytes or, if case is ignored, that of the largest of its cases.
func widest(r rune, fold bool) int {
	n := utf8.RuneLen(r)
	for f := unicode.SimpleFold(r); fold && f != r; f = unicode.SimpleFold(f) {
		n = max(n, utf8.RuneLen(f))
	}
	return n
}

func add(a, b int) int {
	if a == unbounded || b == unbounded {
		return unbounded
	}
	return a + b
}

// times returns the length of n repetitions; of any number if n is negative.
func times(length, n int) int {
	switch {
	case length == 0:
		return 0
	case length == unbounded || n < 0:
		return unbounded
	}
	return length * n
}
