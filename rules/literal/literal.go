// Package literal finds all occurrences of a few strings in one pass: the prefilter of the rules, which nearly all
// content does not get past.
//
// Where the processor has AVX2 it looks at 32 bytes at a time, in the way of Hyperscan's Teddy: three neighbouring
// bytes of each string are looked up by their halves in tables of 16, all strings at once, and only where all agree
// are the strings compared. Elsewhere it searches for one string after the other. It is made for up to about 20
// strings; more still work, with more comparisons.
package literal

import (
	"bytes"
	"errors"
	"fmt"
)

// Searcher finds a fixed set of strings. It is immutable.
type Searcher struct {
	texts  [][]byte
	window []int // of each text: the offset of the three bytes that are looked up
	masks  masks
}

// windowSize is how many bytes of a string are looked up.
const windowSize = 3

// Compile makes a Searcher. Strings shorter than three bytes are refused: they stand everywhere.
func Compile(list []string) (*Searcher, error) {
	if len(list) == 0 {
		return nil, errors.New("compiling literals: there are none")
	}
	s := &Searcher{}
	for i, text := range list {
		if len(text) < windowSize {
			return nil, fmt.Errorf("compiling literals: %q is shorter than %d bytes", text, windowSize)
		}
		at := rarest(text)
		s.texts = append(s.texts, []byte(text))
		s.window = append(s.window, at)
		s.masks.add(i%buckets, text[at:at+windowSize])
	}
	return s, nil
}

// rarest returns the offset of the three bytes of a string that are least common in text and code.
func rarest(text string) int {
	best, offset := -1, 0
	for i := 0; i+windowSize <= len(text); i++ {
		rarity := 1
		for _, c := range []byte(text[i : i+windowSize]) {
			rarity *= rarityOf(c)
		}
		if rarity > best {
			best, offset = rarity, i
		}
	}
	return offset
}

// rarityOf ranks bytes by how rarely they stand in source code, roughly.
func rarityOf(c byte) int {
	switch {
	case bytes.IndexByte([]byte(" etaoinsr\n"), c) >= 0:
		return 1
	case bytes.IndexByte([]byte("lcdupmhfg_(),.;=\"0"), c) >= 0:
		return 2
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return 4
	case 'A' <= c && c <= 'Z':
		return 6
	}
	return 10
}

// Each calls visit with the index of a string and its offset, for every occurrence of every string, until visit
// returns false.
func (s *Searcher) Each(content []byte, visit func(text, at int) bool) {
	if !wide {
		s.eachAlone(content, visit)
		return
	}
	for from := 0; ; {
		at := s.candidate(content, from)
		if at < 0 {
			return
		}
		for i, text := range s.texts {
			start := at - s.window[i]
			if start >= 0 && bytes.HasPrefix(content[start:], text) && !visit(i, start) {
				return
			}
		}
		from = at + 1
	}
}

// eachAlone searches for one string after the other.
func (s *Searcher) eachAlone(content []byte, visit func(text, at int) bool) {
	for i, text := range s.texts {
		for from := 0; ; from++ {
			at := bytes.Index(content[from:], text)
			if at < 0 {
				break
			}
			if from += at; !visit(i, from) {
				return
			}
		}
	}
}

// candidate returns the first offset at or behind from where the three bytes of some string may stand, or -1.
func (s *Searcher) candidate(content []byte, from int) int {
	if n := len(content) - from - reads + 1; n > 0 {
		if at := find(&s.masks, &content[from], n); at >= 0 {
			return from + at
		}
		from += (n + step - 1) / step * step
	}
	var tail [2 * (reads + step)]byte
	n := copy(tail[:reads+step], content[min(from, len(content)):])
	if n < windowSize {
		return -1
	}
	if at := find(&s.masks, &tail[0], n-windowSize+1); at >= 0 && at+windowSize <= n {
		return from + at
	}
	return -1
}
