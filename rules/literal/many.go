package literal

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// few is up to how many strings the tables of find are selective: the built-in rules have 170 with their marks, and are searched at
// ten times the speed of a hash. Of the 1,000 of a large rule file, comparisons made four fifths of the cost. More are looked up
// by a hash.
const few = 256

// fewBytewise is the same without vectors: a search byte by byte takes twice the time of a hash as soon as strings differ.
const fewBytewise = 4

// many finds hundreds of strings. Three neighboring bytes of a content, a gram, are looked up in a table of bits by their hash,
// at every other offset: each string is found by two grams that are neighbors, of which one is at such an offset. It costs
// less than a nanosecond a byte, however many strings there are.
type many struct {
	bits    [1 << (gramBits - 6)]uint64 // by the hash of a gram: some string has it
	lists   [gramLists + 1]uint32       // by a part of the hash: where its entries begin; they end where the next begin
	entries []entry
}

// entry says which string has a gram.
type entry struct {
	gram, text uint32
	offset     int32 // of the gram in the string
}

const (
	gramSize  = 3
	gramBits  = 16
	gramLists = 1 << 10
	word      = 8                  // bytes that are loaded at once
	stride    = 2                  // from one gram that is looked up to the next
	perWord   = 3 * stride         // offsets whose grams are in a word
	lowerCase = 0x2020202020202020 // makes letters lower case, and mixes up a few other characters
)

// gramHash hashes the gram in the upper three bytes of x.
func gramHash(x uint32) uint16 {
	const odd = 0x9e3779b1
	return uint16(x & 0xffffff00 * odd >> (32 - gramBits))
}

// gramOf returns the gram at the start of a text, in the upper three bytes.
func gramOf(text []byte) uint32 {
	return (uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24) | lowerCase&0xffffff00
}

func newMany(texts []text) *many {
	m := &many{}
	var byList [gramLists][]entry
	add := func(g uint32, text, offset int) {
		h := gramHash(g)
		m.bits[h>>6] |= 1 << (h & 63)
		list := &byList[h%gramLists]
		if e := (entry{g, uint32(text), int32(offset)}); !slices.Contains(*list, e) {
			*list = append(*list, e)
		}
	}
	for i := range texts {
		content := texts[i].content
		if len(content) == gramSize { // its other gram begins with the byte before it
			add(gramOf(content), i, 0)
			for before := range 256 {
				add(gramOf([]byte{byte(before), content[0], content[1]}), i, -1)
			}
			continue
		}
		offset := rarestGrams(content)
		for n := range stride {
			add(gramOf(content[offset+n:]), i, offset+n)
		}
	}
	for i, list := range byList {
		m.entries = append(m.entries, list...)
		m.lists[i+1] = uint32(len(m.entries))
	}
	return m
}

// pairs says how rare each pair of characters is in source code: a digit of base 36, n, means one in 2^n, as counted in 34 MB
// of Java, C, Go, TypeScript and their documentation. There are 32 classes of characters: see classOf.
const pairs = "" +
	"e999ec9gahc898e9g887bbccbeacbecaaeef9fghbchagfbggacdahihbjdbdfba9dbf9dg9ch99de7efab8bfhfdiacbddaaccb8eef9gfcdcacgbbcbefecj8cbeb9" +
	"9b88a9bdbce897ba9777baa8bh7cac97aeeebbeg9egbdd9fjbbcaijhdk9ccfeacfcf8eccajhddccfhabccdhkgi9fcea99gde8fig9jhfdfaeibeabghkfiaedfda" +
	"bb89a99jgif9978bga88hahcjacgefdbdjiibkjkifiigiajjhclejjkikedfifddfeg9gegckidfegfegcfdehjijbfdfdb8dda8eee8if9de9cgd9a9cegbh9dcea9" +
	"9cee8gggaigcbf99bgbdcffieiafcfba9d988a8daeccdb9bgd87acdicj8fcdb9b999daadafaa87a9j7a99baeeiagdecb9fdc8fgeajg9ee9bh8b9aehfcjbebeca" +
	"gfdiiijjhlidjihekggh9ijklkfgfhcd9daa7cad8jccb98dh999aaeiaj8ebca8aeab7cca9icbcdaafc879edhbd8ead988cac7cd78gebac8af8999dcc9g7baca8" +
	"babd8ccjbjk999gak999hhkeggdffhgc9hff8ifhbkjgbcbgliegbijiildcecebagffbhgbajiffccgkbcfhgdkkjbhegecdfcfceihdkieggf9jgfajhjdficcceeb" +
	"eedfdegheihcdccajdbcgffgdg9fcecaekiiagjjfjjhggfkjigiekkjfgfhfhid898988aa7ab99899c887a99ecd38cac5ccccccfffdfeeffdgfefdfgcgg96cda8" +
	"bcbbbcccafdcbbcbfbaacddgieedbkicdddedeffeiheefeeieddgfehjhbbkaiaacacbcacbdebbbcbfbaaccdgfg9aekcaaa9aaabaadcaaabada99bacdee48bc95"

const classes = 32

// classOf returns the class of a character: a letter in any case, white space, a digit, three other characters, or any other.
func classOf(c byte) int {
	const white, digit, underscore, dash, dot, other = 26, 27, 28, 29, 30, 31
	switch {
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return int(c | 0x20 - 'a')
	case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		return white
	case '0' <= c && c <= '9':
		return digit
	case c == '_':
		return underscore
	case c == '-':
		return dash
	case c == '.':
		return dot
	}
	return other
}

// rarityOfPair returns how rare it is that one character follows another.
func rarityOfPair(a, b byte) int {
	const ten = 10
	c := pairs[classOf(a)*classes+classOf(b)]
	if c >= 'a' {
		return int(c-'a') + ten
	}
	return int(c - '0')
}

// rarestGrams returns the offset of the two neighboring grams that are rarest in source code.
func rarestGrams(content []byte) int {
	best, most := 0, -1
	for offset := range len(content) - gramSize {
		if rarity := min(rarityOfGram(content[offset:]), rarityOfGram(content[offset+1:])); rarity > most {
			best, most = offset, rarity
		}
	}
	return best
}

func rarityOfGram(g []byte) int {
	return rarityOfPair(g[0], g[1]) + rarityOfPair(g[1], g[2]) - rarityOf(g[1])
}

func (m *many) has(x uint64) uint64 {
	h := gramHash(uint32(x))
	return m.bits[h>>6] >> (h & 63) & 1
}

// each calls visit as Searcher.Each does.
func (m *many) each(texts []text, content []byte, visit func(text, at int) bool) {
	at := 0
	for ; at+word <= len(content); at += perWord {
		w := binary.LittleEndian.Uint64(content[at:]) | lowerCase
		hits := m.has(w<<8) | m.has(w>>8)<<2 | m.has(w>>24)<<4
		for ; hits != 0; hits &= hits - 1 {
			n := bits.TrailingZeros64(hits)
			if !m.compare(texts, content, at+n, uint32(bits.RotateLeft64(w, 8-8*n)), visit) {
				return
			}
		}
	}
	var tail [word + gramSize]byte // zeros follow the content
	for n := copy(tail[:], content[at:]); n > 1; at, n = at+stride, n-stride {
		if g := gramOf(tail[:]); m.has(uint64(g)) != 0 && !m.compare(texts, content, at, g, visit) {
			return
		}
		copy(tail[:], tail[stride:])
	}
}

// compare visits the strings whose gram is at an offset.
func (m *many) compare(texts []text, content []byte, at int, gram uint32, visit func(text, at int) bool) bool {
	gram &= 0xffffff00
	list := gramHash(gram) % gramLists
	for _, e := range m.entries[m.lists[list]:m.lists[list+1]] {
		if e.gram != gram {
			continue
		}
		if start := at - int(e.offset); start >= 0 && start < len(content) && texts[e.text].begins(content[start:]) && !visit(int(e.text), start) {
			return false
		}
	}
	return true
}
