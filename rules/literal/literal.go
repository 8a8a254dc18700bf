// Package literal finds all occurrences of a few strings in one pass. It is the prefilter of the rules, and rejects nearly
// all content.
//
// With AVX2 it looks at 32 bytes at a time, as Hyperscan's Teddy does: four neighboring bytes of each string, its window,
// are looked up by their halves in tables of 16, for all strings at once. Strings are compared only where all lookups
// agree and the hash of the four bytes is the hash of some window. The tables hold up to 256 strings; with more of them,
// nearly every window agrees.
//
// More strings, and more than a few without AVX2 (or with the build tag purego), are found by the hash of three neighboring
// bytes at every other offset, at a fifth of the speed: that takes a scan of a history 1.1 to 1.4 times the CPU time.
package literal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Searcher finds a fixed set of strings. It is immutable.
type Searcher struct {
	texts   []text
	tables  tables
	buckets [windowSize][256]uint8 // by each byte of a window: the buckets that have it there
	byHash  [hashLists][]int       // texts by the hash of the window's bytes
	many    *many                  // if the texts are many, instead of all others
}

// text is one of the strings.
type text struct {
	content []byte
	folded  bool // in lower case, and found in any
	offset  int  // of its window in content
}

// windowSize is how many bytes of a string are looked up, and minSize how many a string must have.
const (
	windowSize = 4
	minSize    = 3
)

const (
	hashBits  = 15
	hashLists = 1 << 10
)

// Check reports a string that no Searcher can find: one that is shorter than three bytes, and so occurs everywhere.
func Check(texts ...string) error {
	for _, content := range texts {
		if len(content) < minSize {
			return fmt.Errorf("literal %q is shorter than %d bytes", content, minSize)
		}
	}
	return nil
}

// Compile makes a Searcher for strings that are found as they are and, numbered after them, for strings in lower case
// that are found in any. Each string must pass Check.
func Compile(exact []string, folded ...string) (*Searcher, error) {
	s := &Searcher{}
	for i, content := range slices.Concat(exact, folded) {
		if err := Check(content); err != nil {
			return nil, fmt.Errorf("compiling literals: %w", err)
		}
		s.texts = append(s.texts, text{content: []byte(content), folded: i >= len(exact)})
	}
	if len(s.texts) == 0 {
		return nil, errors.New("compiling literals: there are no strings")
	}
	if n := len(s.texts); n > few || !wide && n > fewBytewise {
		s.many = newMany(s.texts)
		return s, nil
	}
	s.tabulate()
	return s, nil
}

// tabulate fills the tables.
func (s *Searcher) tabulate() {
	for i, p := range allot(s.texts) {
		s.texts[i].offset = p.offset
		s.add(i, p.bucket)
	}
}

// add puts the window of a text into a bucket.
func (s *Searcher) add(i, bucket int) {
	w := s.texts[i].window(s.texts[i].offset)
	s.tables.masks.add(bucket, w)
	for at, set := range w {
		for _, b := range []byte(set) {
			s.buckets[at][b] |= 1 << bucket
		}
	}
	w.each(min(windowSize, len(s.texts[i].content)), func(bytes []byte) {
		h := hash(bytes)
		s.tables.windows.add(h)
		if list := &s.byHash[h%hashLists]; !slices.Contains(*list, i) {
			*list = append(*list, i)
		}
	})
}

// hash hashes a window, whose last bytes may be missing. The vector code computes the same.
func hash(window []byte) uint32 {
	const odd = 0x9e3779b1
	var four [windowSize]byte
	copy(four[:], window)
	return binary.LittleEndian.Uint32(four[:]) * odd >> (32 - hashBits)
}

// rarities says how rare each printable character is in source code: a digit n means one in 2^n, as counted in 120 MB of
// C, Java, shell and their documentation.
const rarities = "3a699988777a7778889aaaaaaa87988ba898989998ca88889b8889aabab999c6a575646665a856556955468887a9a9b"

// rarityOf returns the rarity of any byte.
func rarityOf(c byte) int {
	const ofTab, ofNewline, ofOthers = 7, 5, 12
	switch {
	case ' ' <= c && c <= '~':
		return hexDigit(rarities[c-' '])
	case c == '\t':
		return ofTab
	case c == '\n':
		return ofNewline
	}
	return ofOthers
}

func hexDigit(c byte) int {
	if c >= 'a' {
		return int(c-'a') + 10
	}
	return int(c - '0')
}

// Each calls visit with the index of a string and its offset, for every occurrence of every string, until visit
// returns false.
func (s *Searcher) Each(content []byte, visit func(text, at int) bool) {
	if s.many != nil {
		s.many.each(s.texts, content, visit)
		return
	}
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

// compare visits the strings whose windows are at an offset: windows of four bytes, and of three for short strings.
func (s *Searcher) compare(content []byte, at int, visit func(text, at int) bool) bool {
	window := content[at:min(len(content), at+windowSize)]
	lists := [...][]int{s.byHash[hash(window)%hashLists], s.byHash[hash(window[:minSize])%hashLists]}
	for l, list := range lists {
		for _, i := range list {
			t := &s.texts[i]
			start := at - t.offset
			if isShort := len(t.content) < windowSize; isShort == (l == 1) && start >= 0 && t.begins(content[start:]) && !visit(i, start) {
				return false
			}
		}
	}
	return true
}

// begins reports whether content begins with the text.
func (t *text) begins(content []byte) bool {
	if !t.folded {
		return bytes.HasPrefix(content, t.content)
	}
	if len(content) < len(t.content) {
		return false
	}
	for i, c := range t.content {
		if c != content[i] && c != lower(content[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// scalar returns the first offset at or after from that may be the window of some string, or -1.
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
	for ; at+minSize <= len(content); at++ { // the end has room for a short string only
		if in[0][content[at]]&in[1][content[at+1]]&in[2][content[at+2]] != 0 {
			return at
		}
	}
	return -1
}

// vector is scalar with vector instructions.
func (s *Searcher) vector(content []byte, from int) int {
	if n := len(content) - from - reads + 1; n > 0 {
		if at := find(&s.tables, &content[from], n); at >= 0 {
			return from + at
		}
		from += (n + step - 1) / step * step
	}
	var tail [2 * (reads + step)]byte
	n := copy(tail[:reads+step], content[min(from, len(content)):])
	if n < minSize {
		return -1
	}
	if at := find(&s.tables, &tail[0], n-minSize+1); at >= 0 && at+minSize <= n {
		return from + at
	}
	return -1
}
