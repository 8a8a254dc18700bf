package decode

import (
	"slices"
	"unicode/utf8"
)

// A run is decoded if it becomes text. Random bytes hardly ever do, and what does not become text, images and hashes, holds
// no key.
const (
	minText  = 12 // bytes of ASCII in a text with other bytes around it: shorter ones occur by accident
	minWhole = 8  // the same for a text that is all of the run
	probe    = 4 << 10
)

// codec is a way to write bytes as characters: in characters for each unit of out bytes.
type codec struct {
	in, out  int
	encoding encodings
	decode   func(dst, chars []byte) []byte
}

var (
	codec64 = codec{4, 3, inBase64, decode64}
	codec16 = codec{2, 1, inHex, decode16}
)

// value is a run that is being decoded, with its scratch space.
type value struct {
	lines   []span
	chars   []byte // of all lines
	joined  []byte // the space of chars if there are several lines
	decoded []byte
	text    text

	line, before int // of the last offset: its line, and the characters before that line
}

// gather sets the characters.
func (v *value) gather(content []byte) {
	if len(v.lines) == 1 {
		v.chars = content[v.lines[0].start:v.lines[0].end]
		return
	}
	last := v.lines[len(v.lines)-1]
	v.joined = slices.Grow(v.joined[:0], last.end-v.lines[0].start)
	for _, l := range v.lines {
		v.joined = append(v.joined, content[l.start:l.end]...)
	}
	v.chars = v.joined
}

// decode returns the text of the run, or raw bytes that hold text once they are decoded further.
func (v *value) decode() (t text, raw, ok bool) {
	if prefix, ok := hexDigits(v.chars); ok {
		if v.decoded = decode16(v.decoded[:0], v.chars[prefix:]); v.assemble(codec16, prefix) {
			return v.text, false, true
		}
	}
	if len(v.chars) >= minBase32 && in32(v.chars) {
		if v.decoded = decode32(v.decoded[:0], v.chars); isText(v.decoded) && v.assemble(codec32, 0) {
			return v.text, false, true
		}
	}
	if v.isRaw() {
		v.whole()
		return v.text, true, true
	}
	skip, ok := v.alignment()
	if !ok {
		return text{}, false, false
	}
	v.decoded = decode64(v.decoded[:0], v.chars[skip:])
	if skip == 0 && !isText(v.decoded) && charset(v.decoded) != nil {
		v.whole()
		return v.text, true, true
	}
	return v.text, false, v.assemble(codec64, skip)
}

// isRaw reports whether the run is compressed data, and decodes it if so.
func (v *value) isRaw() bool {
	v.decoded = decode64(v.decoded[:0], v.chars[:minRun])
	if compression(v.decoded) == nil {
		return false
	}
	v.decoded = decode64(v.decoded[:0], v.chars)
	return true
}

// alignment returns how many characters of the run precede the value, because a path or a name may touch it, and whether
// the rest is worth decoding.
func (v *value) alignment() (skip int, ok bool) {
	longest := 0
	for k := range codec64.in {
		chars := v.chars[k:min(len(v.chars), k+probe)]
		if !plausible(chars) {
			continue
		}
		v.decoded = decode64(v.decoded[:0], chars)
		if k == 0 && isText(v.decoded) {
			return 0, true
		}
		for s := nextText(v.decoded, 0); s.len() > 0; s = nextText(v.decoded, s.end) {
			if s.len() > longest {
				longest, skip = s.len(), k
			}
		}
	}
	if longest > 0 {
		return skip, true
	}
	// Text may follow later, in a file that is not text as a whole, or be in another character set.
	return 0, plausible(v.chars)
}

// plausible reports whether chars may encode ASCII text: in three consecutive units, no byte has its highest bit set. It
// saves ordinary long words from being decoded four times.
func plausible(chars []byte) bool {
	row := 0
	for ; len(chars) >= 4; chars = chars[4:] {
		if sextet[chars[0]]&0x20|sextet[chars[1]]&0x08|sextet[chars[2]]&0x02 != 0 {
			row = 0
			continue
		}
		if row++; row == 3 {
			return true
		}
	}
	return false
}

// whole makes everything that was decoded the text.
func (v *value) whole() {
	v.reset(codec64)
	v.add(codec64, 0, span{0, len(v.decoded)})
}

// assemble makes a text of what was decoded after skip characters. Each stretch that is not text becomes one space, which
// separates values as the run's neighbors do.
func (v *value) assemble(c codec, skip int) bool {
	v.reset(c)
	done := 0
	for s := nextText(v.decoded, 0); s.len() > 0; s = nextText(v.decoded, s.end) {
		switch gap := v.source(c, skip, span{done, s.start}); {
		case done == 0 && skip+s.start > 0:
			v.addGap(c, span{0, max(skip, gap.end)})
		case s.start > done:
			v.addGap(c, gap)
		}
		v.add(c, skip, s)
		done = s.end
	}
	last := v.source(c, skip, span{done, len(v.decoded)})
	if done > 0 && (done < len(v.decoded) || last.end < len(v.chars)) {
		v.addGap(c, span{last.start, len(v.chars)})
	}
	return done > 0
}

func (v *value) reset(c codec) {
	v.text.bytes = v.text.bytes[:0]
	v.text.mapping = mapping{pieces: v.text.mapping.pieces[:0]}
	v.text.encodings = c.encoding
	v.line, v.before = 0, 0
}

// source returns the characters that the bytes of s were decoded from, in whole units.
func (v *value) source(c codec, skip int, s span) span {
	end := skip + (s.end+c.out-1)/c.out*c.in
	return span{skip + s.start/c.out*c.in, min(end, len(v.chars))}
}

// add appends decoded bytes to the text.
func (v *value) add(c codec, skip int, s span) {
	v.text.bytes = append(v.text.bytes, v.decoded[s.start:s.end]...)
	for at := s.start; at < s.end; {
		if n := v.unbroken(c, skip, span{at, s.end}); n > 0 {
			v.addUnits(c, n, c.out, v.source(c, skip, span{at, at + c.out}))
			at += n * c.out
			continue
		}
		next := min(s.end, at/c.out*c.out+c.out)
		v.addUnits(c, 1, next-at, v.source(c, skip, span{at, next}))
		at = next
	}
}

// unbroken returns how many whole units at the beginning of s have all their characters on one line.
func (v *value) unbroken(c codec, skip int, s span) int {
	if s.start%c.out != 0 {
		return 0
	}
	char := v.source(c, skip, s).start
	v.offset(char) // moves to its line
	rest := v.before + v.lines[v.line].len() - char
	return min(s.len()/c.out, rest/c.in)
}

func (v *value) addGap(c codec, chars span) {
	v.text.bytes = append(v.text.bytes, ' ')
	v.addUnits(c, 1, 1, chars)
}

// addUnits maps n units of size bytes each to their characters. Chars are those of the first unit.
func (v *value) addUnits(c codec, n, size int, chars span) {
	from, to := v.offset(chars.start), v.offset(chars.end-1)+1
	v.text.mapping.add(n, piece{
		in: int32(from), inUnit: int32(to - from), outUnit: int32(size), encoding: c.encoding,
	})
}

// offset returns the offset of a character. It is fast for a character near the last one.
func (v *value) offset(char int) int {
	for char < v.before {
		v.line--
		v.before -= v.lines[v.line].len()
	}
	for v.line+1 < len(v.lines) && char >= v.before+v.lines[v.line].len() {
		v.before += v.lines[v.line].len()
		v.line++
	}
	return v.lines[v.line].start + char - v.before
}

// nextText returns the next text in b that is long enough, or an empty span.
func nextText(b []byte, from int) span {
	for from < len(b) {
		if len(b) >= minText { // then a text that is long enough has as many bytes
			if from = afterBreak(b, from); from+minText > len(b) {
				return span{}
			}
		}
		s, ascii := textSpan(b, from)
		if ascii >= minText || s.len() == len(b) && ascii >= minWhole {
			return s
		}
		from = s.end
	}
	return span{}
}

// afterBreak returns where the first minText bytes at or after from begin that are all text; near the end, it returns what is
// left. It looks at the last of them first, as Boyer and Moore do: in random bytes, most are not text, so that it reads few.
func afterBreak(b []byte, from int) int {
	for from+minText <= len(b) {
		at := from + minText - 1
		for at >= from && inText(b, at) {
			at--
		}
		if at < from {
			return from
		}
		from = at + 1
	}
	return from
}

// inText reports whether a byte is printable or belongs to a code point. Code points are found from any of their bytes.
func inText(b []byte, at int) bool {
	if b[at] < utf8.RuneSelf {
		return isPrintable(b[at])
	}
	for start := at; start >= 0 && at-start < utf8.UTFMax; start-- {
		if utf8.RuneStart(b[start]) {
			r, size := utf8.DecodeRune(b[start:])
			return r != utf8.RuneError && start+size > at
		}
	}
	return false
}

func isText(b []byte) bool { return nextText(b, 0) == span{0, len(b)} }

// textSpan returns the next text at or after from, and how many bytes of ASCII it has.
func textSpan(b []byte, from int) (s span, ascii int) {
	for s = (span{from, from}); s.end < len(b); {
		size := 1
		if c := b[s.end]; isPrintable(c) {
			ascii++
		} else if c < utf8.RuneSelf {
			size = 0
		} else if r, n := utf8.DecodeRune(b[s.end:]); r == utf8.RuneError {
			size = 0
		} else {
			size = n
		}
		if s.end += size; size > 0 {
			continue
		}
		if s.len() > 0 {
			return s, ascii
		}
		s.start, s.end = s.end+1, s.end+1
	}
	return s, ascii
}

func isPrintable(c byte) bool {
	return ' ' <= c && c <= '~' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// noSextet marks the bytes that are not in the alphabet.
const noSextet = 0xff

// sextet is the value of each character in base64, in the standard alphabet and in that for URLs.
var sextet = func() (t [256]byte) {
	for i := range t {
		t[i] = noSextet
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = t['+'], t['/']
	return t
}()

func inAlphabet(c byte) bool { return sextet[c] != noSextet }

// decode64 decodes characters of the alphabet, without padding. The standard library refuses much that leaks: bits
// left over at the end, and both alphabets in one value.
func decode64(dst, chars []byte) []byte {
	dst = slices.Grow(dst, len(chars)/4*3+2)
	for ; len(chars) >= 4; chars = chars[4:] {
		a, b, c, d := sextet[chars[0]], sextet[chars[1]], sextet[chars[2]], sextet[chars[3]]
		dst = append(dst, a<<2|b>>4, b<<4|c>>2, c<<6|d)
	}
	if len(chars) >= 2 {
		dst = append(dst, sextet[chars[0]]<<2|sextet[chars[1]]>>4)
	}
	if len(chars) == 3 {
		dst = append(dst, sextet[chars[1]]<<4|sextet[chars[2]]>>2)
	}
	return dst
}
