package custom

import (
	"unicode/utf8"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/reason"
)

// search is the search of one rule in one content.
type search struct {
	*finder
	content  []byte
	from, to int // the part of it that is searched
	found    []rules.Match
	any      bool // the expression has matched, whether or not that counts
	cut      bool // it has matched at an end of the part that is not one of the content
	unread   reason.Reason
}

// Package regexp cannot be interrupted, and a large expression can take microseconds for each byte. So it searches a large
// content in pieces. Each is searched with what follows it, so that a match which begins in it is seen whole up to that
// length. An expression that looks for the start or the end of the text may find it at a piece's.
const (
	largeProgram = 200       // instructions
	largeContent = 256 << 10 // bytes
	pieceSize    = 128 << 10
	pieceOverlap = 64 << 10
)

// run searches the part.
func (s *search) run() {
	from, to := s.from, s.to
	if s.size <= largeProgram || to-from <= largeContent {
		s.piece(from, to, to)
		return
	}
	for from < to && s.unread.IsZero() {
		if s.pace.exhausted(&s.used) {
			s.unread = s.tooSlow()
			return
		}
		end := min(from+pieceSize, to)
		from = max(end, s.piece(from, end, min(end+pieceOverlap, to)))
	}
}

// piece adds the matches that begin in content[from:to] and end before end, and returns where the last one ends.
func (s *search) piece(from, to, end int) (last int) {
	s.pace.measure(&s.used, func() {
		locations := s.re.FindAllSubmatchIndex(s.content[from:end], maxMatches)
		if len(locations) == maxMatches {
			s.unread = tooBroad()
		}
		for _, groups := range locations {
			if from+groups[0] >= to && to < end {
				break
			}
			s.any, last = true, from+groups[1]
			s.cut = s.cut || s.isCut(from+groups[0], last)
			s.keep(from, groups)
		}
	})
	return last
}

// isCut reports whether a match is so close to an end of the part that the expression may not match in the whole content.
func (s *search) isCut(from, to int) bool {
	return s.from > 0 && from < s.from+utf8.UTFMax || s.to < len(s.content) && to > s.to-utf8.UTFMax
}

// keep adds a match of the expression in content[from:], if it counts.
func (s *search) keep(from int, groups []int) {
	start, end := s.value(groups)
	if start == end {
		return
	}
	m := match{content: s.content, from: from + groups[0], to: from + groups[1], start: from + start, end: from + end}
	if s.entropy > 0 && entropy(m.value()) <= s.entropy {
		return
	}
	if lists, allowed := s.allowed(m); !allowed {
		s.found = append(s.found, rules.Match{Start: m.start, End: m.end, Where: s.where(lists)})
	}
}
