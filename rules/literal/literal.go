// Package literal finds all occurrences of a few strings in one pass: the prefilter of the rules, which nearly all
// content does not get past.
//
// Where the processor has AVX2 it looks at 32 bytes at a time, in the way of Hyperscan's Teddy: four neighbouring
// bytes of each string are looked up by their halves in tables of 16, all strings at once, and only where all agree
// are the strings compared. Elsewhere it searches for one string after the other. It is made for up to about 60
// strings; more still work, with more comparisons.
package literal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Searcher finds a fixed set of strings. It is immutable.
type Searcher struct {
	texts  [][]byte
	window []int // of each text: the offset of the bytes that are looked up
	masks  masks
	byHash [hashes][]int // texts by the window's bytes
	short  []int         // texts that are shorter than a window
}

// windowSize is how many bytes of a string are looked up, and minSize how many it must have.
const (
	windowSize = 4
	minSize    = 3
)

const hashes = 256

// Compile makes a Searcher. Strings shorter than three bytes are refused: they stand everywhere.
func Compile(list []string) (*Searcher, error) {
	if len(list) == 0 {
		return nil, errors.New("compiling literals: there are none")
	}
	s := &Searcher{}
	for _, text := range list {
		if len(text) < minSize {
			return nil, fmt.Errorf("compiling literals: %q is shorter than %d bytes", text, minSize)
		}
		s.texts = append(s.texts, []byte(text))
	}
	for i, p := range allot(s.texts) {
		window := windowAt(s.texts[i], p.offset)
		s.window = append(s.window, p.offset)
		s.masks.add(p.bucket, window)
		if len(window) < windowSize {
			s.short = append(s.short, i)
			continue
		}
		h := hash([]byte(window))
		s.byHash[h] = append(s.byHash[h], i)
	}
	return s, nil
}

func hash(window []byte) uint32 {
	const odd = 0x9e3779b1
	return binary.LittleEndian.Uint32(window) * odd >> (32 - 8)
}

// rarityOf says how rarely a byte stands in source code, roughly: one of so many powers of two.
func rarityOf(c byte) int {
	switch {
	case bytes.IndexByte([]byte(" etaoinsr\n"), c) >= 0:
		return 5
	case bytes.IndexByte([]byte("lcdupmhfg_(),.;=\"0"), c) >= 0:
		return 6
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return 8
	case 'A' <= c && c <= 'Z':
		return 9
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
		if !s.compare(content, at, visit) {
			return
		}
		from = at + 1
	}
}

// compare visits the strings whose windows stand at an offset.
func (s *Searcher) compare(content []byte, at int, visit func(text, at int) bool) bool {
	lists := [...][]int{s.short, nil}
	if at+windowSize <= len(content) {
		lists[1] = s.byHash[hash(content[at:])]
	}
	for _, list := range lists {
		for _, i := range list {
			start := at - s.window[i]
			if start >= 0 && bytes.HasPrefix(content[start:], s.texts[i]) && !visit(i, start) {
				return false
			}
		}
	}
	return true
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

// candidate returns the first offset at or behind from where the window of some string may stand, or -1.
func (s *Searcher) candidate(content []byte, from int) int {
	if n := len(content) - from - reads + 1; n > 0 {
		if at := find(&s.masks, &content[from], n); at >= 0 {
			return from + at
		}
		from += (n + step - 1) / step * step
	}
	var tail [2 * (reads + step)]byte
	n := copy(tail[:reads+step], content[min(from, len(content)):])
	if n < minSize {
		return -1
	}
	if at := find(&s.masks, &tail[0], n-minSize+1); at >= 0 && at+minSize <= n {
		return from + at
	}
	return -1
}
