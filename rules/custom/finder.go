package custom

import (
	"bytes"
	"math"
	"regexp"

	"github.com/akguard/akguard/rules"
)

// finder finds the matches of one rule.
type finder struct {
	re      *regexp.Regexp
	group   int
	entropy float64
	path    *regexp.Regexp
	allow   []allowList

	number int   // among the rules that share quiet
	quiet  *memo // where nothing was found

	gate     []string          // one of these stands in every content with a match; none: nothing is known
	literals []string          // one of these stands in every match; nil: nothing is known
	keyword  func([]byte) bool // a keyword stands in the content, which its gate does not tell; nil: it does
	around   around            // how far from a literal a match can go; nil: anywhere
}

// maxMatches is how many matches of its expression a rule looks at in one content, or in the surroundings of one literal.
// What is past it is said to be missing; without it, an expression that matches every character would take a hundred times
// the memory of the content.
const maxMatches = 100_001

// all is the All of the rule's part.
func (f *finder) all(content []byte, at []int) []rules.Match {
	if f.keyword != nil && !f.keyword(content) {
		return nil
	}
	if f.around == nil {
		return f.keep(nil, content, 0, f.re.FindAllSubmatchIndex(content, maxMatches))
	}
	var found []rules.Match
	for i := 0; i < len(at) && len(found) < maxMatches; {
		from, to := f.around(content, at[i])
		for i++; i < len(at); i++ {
			next, end := f.around(content, at[i])
			if next > to {
				break
			}
			to = end
		}
		found = f.inside(found, content, from, to)
	}
	return found
}

// inside adds the matches in the surroundings of literals, where mostly nothing is.
func (f *finder) inside(found []rules.Match, content []byte, from, to int) []rules.Match {
	k := f.quiet.key(f.number, content[from:to])
	if f.quiet.has(k) {
		return found
	}
	locations := f.re.FindAllSubmatchIndex(content[from:to], maxMatches)
	if locations == nil {
		f.quiet.add(k)
	}
	return f.keep(found, content, from, locations)
}

// keep adds the matches of the expression in content[from:] that the rule is about.
func (f *finder) keep(found []rules.Match, content []byte, from int, locations [][]int) []rules.Match {
	for _, groups := range locations {
		start, end := f.value(groups)
		if start == end {
			continue
		}
		m := match{content: content, from: from + groups[0], to: from + groups[1], start: from + start, end: from + end}
		if f.entropy > 0 && entropy(m.value()) <= f.entropy {
			continue
		}
		if marks, allowed := f.allowed(m); !allowed {
			found = append(found, rules.Match{Start: m.start, End: m.end, Marks: marks})
		}
	}
	if len(locations) == maxMatches {
		end := from + locations[maxMatches-1][1]
		found = append(found, rules.Match{Kind: rules.KindRest, Start: end, End: end})
	}
	return found
}

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

// where is the Where of the rule.
func (f *finder) where(path, commit string, marks uint32) bool {
	if f.path != nil && !f.path.MatchString(path) {
		return false
	}
	for i, a := range f.allow {
		if a.place(path, commit, marks&(1<<i) != 0) {
			return false
		}
	}
	return true
}

// allowed reports whether a match is allowed wherever it stands; else marks are the lists that allow it in some places.
func (f *finder) allowed(m match) (marks uint32, allowed bool) {
	for i, a := range f.allow {
		switch {
		case !a.content(m):
		case !a.all || !a.placed():
			return 0, true
		default:
			marks |= 1 << i
		}
	}
	return marks, false
}

// match is one match of the expression, content[from:to], with its value.
type match struct {
	content    []byte
	from, to   int
	start, end int
}

func (m match) value() []byte { return m.content[m.start:m.end] }

// lines returns the lines that the match stands in.
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
