// Package literal finds all occurrences of a few strings in one pass: the prefilter of the rules, which nearly all
// content does not get past.
//
// Where the processor has AVX2 it looks at 32 bytes at a time, in the way of Hyperscan's Teddy: four neighbouring
// bytes of each string are looked up by their halves in tables of 16, all strings at once, and only where all agree
// are the strings compared. Elsewhere it does the same byte by byte, at a tenth of the speed. It is made for up to about
// 100 strings; more still work, with more comparisons.
package literal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Searcher finds a fixed set of strings. It is immutable.
type Searcher struct {
	texts   [][]byte
	window  []int // of each text: the offset of the bytes that are looked up
	masks   masks
	buckets [windowSize][256]uint8 // by each byte of a window: the buckets that have it there
	byHash  [hashes][]int          // texts by the window's bytes
	short   []int                  // texts that are shorter than a window
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
		s.add(p.bucket, window)
		if len(window) < windowSize {
			s.short = append(s.short, i)
			continue
		}
		h := hash([]byte(window))
		s.byHash[h] = append(s.byHash[h], i)
	}
	return s, nil
}

// add puts the window of a string into a bucket. Any byte will do behind a shorter one.
func (s *Searcher) add(bucket int, window string) {
	for i := range s.buckets {
		for b := range s.buckets[i] {
			if i >= len(window) || window[i] == byte(b) {
				s.buckets[i][b] |= 1 << bucket
			}
		}
	}
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
	candidate := s.scalar
	if wide {
		candidate = s.vector
	}
	s.each(content, candidate, visit)
}

func (s *Searcher) each(content []byte, candidate func(content []byte, from int) int, visit func(text, at int) bool) {
	for from := 0; ; {
		at := candidate(content, from)
		if at < 0 || !s.compare(content, at, visit) {
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

// scalar returns the first offset at or behind from where the window of some string may stand, or -1.
func (s *Searcher) scalar(content []byte, from int) int {
	in := &s.buckets
	at := from
	for ; at+windowSize <= len(content); at++ {
		if found := in[0][content[at]] & in[1][content[at+1]]; found == 0 {
			continue
		} else if found&in[2][content[at+2]]&in[3][content[at+3]] != 0 {
			return at
		}
	}
	for ; at+minSize <= len(content); at++ { // where a short one may still stand
		if in[0][content[at]]&in[1][content[at+1]]&in[2][content[at+2]] != 0 {
			return at
		}
	}
	return -1
}

// vector is scalar with vector instructions.
func (s *Searcher) vector(content []byte, from int) int {
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
