package custom

import (
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/dfa"
	"github.com/akguard/akguard/rules/reason"
)

// How far an automaton looks for the end of a match, in bytes. Beyond, the expression has to say how long a match can be.
const (
	matchReach  = 4 << 10
	screenReach = 512 // no more than the built-in detectors, so that rules of a configuration do not make pieces longer
)

// reach returns how far a rule looks at a piece of a content. Surroundings that are longer are not judged by a piece.
func (a around) reach() int { return min(screenReach, add(a.size, 2*utf8.UTFMax)) }

// parts are the parts of a content around literals, where a rule searches.
type parts struct {
	*finder
	content []byte
	at      []int // of the literals to come
	limit   int   // how far the automaton looks
	all     bool  // it is not asked
	looked  int   // bytes that it has read
}

// next returns the surroundings of the next literals where a match is possible. They hold all matches that contain one of
// these literals.
func (p *parts) next() (from, to int, ok bool) {
	for !ok && len(p.at) > 0 {
		from, to, ok = p.span(p.at[0])
		p.at = p.at[1:]
	}
	for ok && len(p.at) > 0 && p.around.before(p.content, p.at[0]) <= to {
		if _, end, possible := p.span(p.at[0]); possible {
			to = max(to, end)
		}
		p.at = p.at[1:]
	}
	return from, to, ok
}

// span returns the surroundings of one literal, if a match is possible there.
func (p *parts) span(at int) (from, to int, possible bool) {
	end := dfa.Unknown
	if tail := p.tail(); tail != nil && !p.all {
		end, possible = tail.Run(p.content, at, p.limit)
		if end == dfa.Unknown {
			p.looked += p.limit
		} else {
			p.looked += end - at + 1
		}
		if !possible {
			return 0, 0, false
		}
	}
	from = p.around.before(p.content, at)
	if end == dfa.Unknown {
		return from, p.around.after(p.content, at), true
	}
	return from, min(len(p.content), end+utf8.UTFMax), true
}

// search finds the matches at the places. It gives up and reports cut where the end of some surroundings may have made a match
// that the whole content does not have: a literal at which no match is possible can be close to the end of the surroundings
// of another one.
func (p *parts) search() (found []rules.Match, unread reason.Reason, cut bool) {
	defer func() { p.pace.charge(&p.used, p.looked) }()
	checked := p.keyword == nil
	for {
		from, to, ok := p.next()
		if !ok || !checked && !p.hasKeyword(p.content) {
			return found, reason.Reason{}, false
		}
		if checked = true; len(found) >= maxMatches {
			return found, tooBroad(), false
		}
		s := p.inside(from, to)
		if s.cut && !p.all {
			return nil, reason.Reason{}, true
		}
		found = append(found, s.found...)
		if !s.unread.IsZero() {
			return found, s.unread, false
		}
	}
}

// inside searches the surroundings of literals. Most hold nothing that counts, and are remembered.
func (p *parts) inside(from, to int) search {
	s := search{finder: p.finder, content: p.content, from: from, to: to}
	k := p.quiet.key(p.number, p.content[from:to])
	if p.quiet.has(k) {
		return s
	}
	s.run()
	if s.unread.IsZero() && !s.cut && (!s.any || p.local && len(s.found) == 0) {
		p.quiet.add(k)
	}
	return s
}

// Screen implements rules.Matcher.
func (f *finder) Screen(content []byte, at []int) bool {
	f.pace.offer(&f.used, len(content))
	if f.literals == nil || f.pace.exhausted(&f.used) {
		return true
	}
	p := parts{finder: f, content: content, at: at, limit: f.around.reach()}
	defer func() { f.pace.charge(&f.used, p.looked) }()
	for {
		from, to, ok := p.next()
		if !ok {
			return false
		}
		if to-from > p.limit {
			return true
		}
		if s := p.inside(from, to); len(s.found) > 0 || s.cut || s.any && !f.local || !s.unread.IsZero() {
			return true
		}
	}
}
