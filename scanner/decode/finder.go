package decode

import (
	"bytes"
	"strings"
)

// segment is one encoded value. Its text is valid until the next segment is found.
type segment struct {
	text
	start, end int  // its range in the content
	raw        bool // it must be decoded further to be text
}

// span is a range of offsets.
type span struct{ start, end int }

func (s span) len() int { return s.end - s.start }

// marks are the bytes that escapes begin with. Their decoders return where they stopped reading, after the mark, and the
// zero escaped if there is no escape.
var marks = [...]struct {
	char     byte
	encoding encodings
	decode   func(content []byte, at int) (out escaped, end int)
	likely   func(content []byte, at int) bool // rules out most bytes that begin no escape; nil if few do not
}{
	{'\\', inEscapes, backslash, nil},
	{'%', inPercent, percent, nil},
	{'&', inEntities, entity, nil},
	{'"', inStrings, concat, endsPiece},
	{'\'', inStrings, concat, endsPiece},
	{'=', inPrintable, quotedPrintable, nil},
}

// finder finds the encoded values of a content in order. Escapes are found by their marks, with vector
// instructions; values in base64 and hex are runs, which are found by looking at every sixteenth byte.
type finder struct {
	content []byte
	at      int             // everything before it is done
	marks   [len(marks)]int // the next offset of each mark; out of date if it is before at
	run     span            // the next run, likewise

	single int // runs that begin before it are single lines, because joined they were not text
	glued  int // a run that begins here is the rest of a value that an escape cut

	value value // scratch space
	found segment
	short [8]byte
	piece [1]piece
}

func newFinder(content []byte) *finder {
	f := &finder{content: content, run: span{start: -1}, glued: -1}
	for i := range f.marks {
		f.marks[i] = -1
	}
	if !isPrintableText(content) {
		f.marks[equals] = len(content)
	}
	return f
}

// next returns the next segment.
func (f *finder) next() (*segment, bool) {
	for {
		f.look()
		at, which := f.run.start, -1
		for i, mark := range f.marks {
			if mark < at {
				at, which = mark, i
			}
		}
		if at >= len(f.content) {
			return nil, false
		}
		ok := false
		if which < 0 {
			ok = f.decodeRun()
		} else {
			ok = f.decodeEscape(at, which)
		}
		if ok {
			return &f.found, true
		}
	}
}

// look finds the next offset of each mark and of a run, where the known one is out of date.
func (f *finder) look() {
	for i, mark := range f.marks {
		if mark < f.at {
			f.marks[i] = nextMark(f.content, f.at, i)
		}
	}
	if f.run.start < f.at {
		f.run = nextRun(f.content, f.at)
	}
}

// nextMark returns the offset of the next likely mark, or the end of the content.
func nextMark(content []byte, from, which int) int {
	likely := marks[which].likely
	for {
		n := bytes.IndexByte(content[from:], marks[which].char)
		if n < 0 {
			return len(content)
		}
		if from += n; likely == nil || likely(content, from) {
			return from
		}
		from++
	}
}

func (f *finder) decodeEscape(at, which int) bool {
	out, end := marks[which].decode(f.content, at)
	f.at = end
	if out.isNone() {
		return false
	}
	encoding := marks[which].encoding
	if out.size == 1 && inAlphabet(out.bytes[0]) || out.empty && encoding != inStrings {
		f.glued = end
	}
	f.found = segment{start: at, end: end, text: text{bytes: append(f.short[:0], out.bytes[:out.size]...), encodings: encoding}}
	if !out.empty {
		f.piece[0] = piece{in: int32(at), outUnit: int32(out.size), inUnit: int32(end - at), encoding: encoding}
		f.found.mapping = mapping{f.piece[:], out.size}
	}
	return true
}

// decodeRun decodes the next run. A run that an escape cuts, such as \/ or %3D, is left for the next depth, where the escape
// is decoded. It is a segment all the same, because the next depth must see all of it.
func (f *finder) decodeRun() bool {
	run := f.run
	if run.start == f.glued || f.cut(run.end) {
		f.at, f.glued = run.end, -1
		f.found = segment{start: run.start, end: run.end, text: text{bytes: f.content[run.start:run.end]}}
		f.found.mapping.verbatim(run.start, run.len())
		return true
	}
	f.value.lines = append(f.value.lines[:0], run)
	if run.start >= f.single {
		f.value.lines = joinLines(f.content, f.value.lines)
	}
	if f.decodeLines() {
		return true
	}
	if n := len(f.value.lines); n > 1 {
		f.single = f.value.lines[n-1].end // one by one now
		return false
	}
	f.at = run.end
	return false
}

// cut reports whether the escape at an offset expands to a character that belongs to the run before it.
func (f *finder) cut(at int) bool {
	for i, mark := range f.marks {
		if mark == at && at < len(f.content) {
			out, _ := marks[i].decode(f.content, at)
			return out.size == 1 && (inAlphabet(out.bytes[0]) || out.bytes[0] == '=') || out.empty && marks[i].encoding != inStrings
		}
	}
	return false
}

// decodeLines decodes f.value.
func (f *finder) decodeLines() bool {
	v := &f.value
	v.gather(f.content)
	lines := v.lines
	t, raw, ok := v.decode()
	if !ok {
		return false
	}
	end := lines[len(lines)-1].end
	padding := 2
	if t.encodings == inBase32 {
		padding = 6
	}
	for range padding {
		if end < len(f.content) && f.content[end] == '=' {
			end++
		}
	}
	f.at = end
	f.found = segment{text: t, start: lines[0].start, end: end, raw: raw}
	return true
}

// minRun is the shortest run that is decoded, in characters. The shortest ID has 22 in base64.
const minRun = 16

// nextRun returns the next run of base64 characters at or after from. If there is no run, it starts at the end.
func nextRun(content []byte, from int) span {
	for at := from + minRun - 1; at < len(content); {
		if !inAlphabet(content[at]) {
			at += minRun
			continue
		}
		s := span{at, at + 1}
		for s.start > from && inAlphabet(content[s.start-1]) {
			s.start--
		}
		for s.end < len(content) && inAlphabet(content[s.end]) {
			s.end++
		}
		if s.len() >= minRun {
			return s
		}
		at = s.end + minRun
	}
	return span{len(content), len(content)}
}

// minWrapped is about the shortest line that encoders wrap at. Shorter lines are values of their own: two keys, one below
// the other, must not be joined.
const minWrapped = 44

// joinLines appends the lines in which a run continues. All but the last have the same length.
func joinLines(content []byte, lines []span) []span {
	width := lines[0].len()
	if width < minWrapped {
		return lines
	}
	for last := lines[0]; last.len() == width; {
		start, ok := nextLine(content, last.end)
		if !ok {
			break
		}
		last = span{start, start}
		for last.end < len(content) && last.len() <= width && inAlphabet(content[last.end]) {
			last.end++
		}
		if last.len() == 0 || last.len() > width || startsOther(content[last.end:]) {
			break
		}
		lines = append(lines, last)
	}
	return lines
}

// startsOther reports whether what follows a line shows that the line is no part of a value, but begins a name or a sentence.
func startsOther(rest []byte) bool {
	return len(rest) > 0 && strings.IndexByte(":.( ", rest[0]) >= 0
}

// nextLine returns where the text continues that is interrupted at an offset: after a line end and indentation, after a
// line end that is written \n, or after a quote, a line end and another quote.
func nextLine(content []byte, at int) (int, bool) {
	quote := byte(0)
	if at < len(content) && (content[at] == '"' || content[at] == '\'') {
		quote = content[at]
		at = skip(content, at+1, " \t+.&,\\")
	}
	end, ok := lineEnd(content, skip(content, at, " \t"))
	if !ok {
		return 0, false
	}
	if quote == 0 {
		return skip(content, end, " \t"), true
	}
	if end = skip(content, end, " \t+.&"); end < len(content) && content[end] == quote {
		return end + 1, true
	}
	return 0, false
}

// lineEnd returns what follows a line end, which may be written as an escape.
func lineEnd(content []byte, at int) (int, bool) {
	rest := content[at:min(len(content), at+16)]
	size := len(rest)
	rest = trimEnd(trimEnd(rest, '\r', 'r'), '\n', 'n')
	return at + size - len(rest), len(rest) < size
}

// trimEnd drops char from the beginning, or its escape: backslashes and a letter.
func trimEnd(rest []byte, char, letter byte) []byte {
	if len(rest) > 0 && rest[0] == char {
		return rest[1:]
	}
	escape := bytes.TrimLeft(rest, `\`)
	if len(escape) < len(rest) && len(escape) > 0 && escape[0] == letter {
		return escape[1:]
	}
	return rest
}

// skip returns the first offset at or after at whose byte is not in set. It looks 64 bytes ahead at most.
func skip(content []byte, at int, set string) int {
	for limit := min(len(content), at+64); at < limit && strings.IndexByte(set, content[at]) >= 0; at++ {
	}
	return at
}
