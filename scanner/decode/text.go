package decode

import (
	"bytes"
	"encoding/binary"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// transcoder turns a content into UTF-8.
type transcoder struct {
	encoding encodings
	bom      int // bytes
	// next decodes the next code point and returns its size in bytes, which is at least one.
	next func(content []byte) (rune, int)
}

// charset returns the transcoder for content; nil if it is UTF-8 or not text.
func charset(content []byte) *transcoder {
	if t := wide(content); t != nil {
		return t
	}
	if looksGB18030(content) {
		return &transcoder{inGB18030, 0, gb18030}
	}
	return nil
}

// wide returns the transcoder for content whose characters have two or four bytes; nil for other content.
func wide(content []byte) *transcoder {
	zeros := bytes.IndexByte(content[:min(len(content), sample)], 0) >= 0 // as in all ASCII of two or four bytes
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe\x00\x00")) && looksUTF32(content[4:], binary.LittleEndian):
		return &transcoder{inUTF32LE, 4, little32}
	case bytes.HasPrefix(content, []byte("\x00\x00\xfe\xff")) && looksUTF32(content[4:], binary.BigEndian):
		return &transcoder{inUTF32BE, 4, big32}
	case zeros && looksUTF32(content, binary.LittleEndian):
		return &transcoder{inUTF32LE, 0, little32}
	case zeros && looksUTF32(content, binary.BigEndian):
		return &transcoder{inUTF32BE, 0, big32}
	case bytes.HasPrefix(content, []byte("\xff\xfe")) && !bytes.HasPrefix(content, []byte("\xff\xfe\x00\x00")):
		return &transcoder{inUTF16LE, 2, littleEndian}
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		return &transcoder{inUTF16BE, 2, bigEndian}
	case zeros && looksUTF16(content, 1):
		return &transcoder{inUTF16LE, 0, littleEndian}
	case zeros && looksUTF16(content, 0):
		return &transcoder{inUTF16BE, 0, bigEndian}
	}
	return nil
}

// sample is how much of a content is looked at to recognize its character set, in bytes.
const sample = 4 << 10

// looksUTF16 reports whether a content without a byte order mark is UTF-16 whose higher bytes have offset high in their
// unit: a quarter of the units is ASCII, hardly any is ASCII in the other byte order, and there are no zeros.
func looksUTF16(content []byte, high int) bool {
	content = content[:min(len(content), sample)&^1]
	ascii, swapped := 0, 0
	for i := 0; i < len(content); i += 2 {
		hi, lo := content[i+high], content[i+1-high]
		switch {
		case hi == 0 && !isPrintable(lo) && lo < 0xa0:
			return false
		case hi == 0:
			ascii++
		case lo == 0 && isPrintable(hi):
			swapped++ // or a Chinese character: the code of the numeral one, U+4E00, ends in 00
		}
	}
	return ascii >= 4 && ascii*8 >= len(content) && swapped*8 <= ascii
}

// looksUTF32 reports whether the beginning of a content is code points of four bytes, at least half of them printable ASCII. Four
// of them are enough: nothing else has three zeros in each unit.
func looksUTF32(content []byte, order binary.ByteOrder) bool {
	content = content[:min(len(content), sample)&^3]
	ascii := 0
	for at := 0; at < len(content); at += 4 {
		switch r := rune(order.Uint32(content[at:])); {
		case 0 <= r && r < utf8.RuneSelf && isPrintable(byte(r)):
			ascii++
		case r < utf8.RuneSelf || !utf8.ValidRune(r):
			return false
		}
	}
	return ascii >= 4 && ascii*8 >= len(content)
}

func little32(b []byte) (rune, int) { return nextUTF32(b, binary.LittleEndian) }
func big32(b []byte) (rune, int)    { return nextUTF32(b, binary.BigEndian) }

func nextUTF32(b []byte, order binary.ByteOrder) (rune, int) {
	if len(b) < 4 {
		return utf8.RuneError, len(b)
	}
	if n := order.Uint32(b); n <= utf8.MaxRune {
		return rune(n), 4
	}
	return utf8.RuneError, 4
}

func littleEndian(b []byte) (rune, int) { return nextUTF16(b, 0) }
func bigEndian(b []byte) (rune, int)    { return nextUTF16(b, 1) }

// nextUTF16 decodes one code point. The lower byte of a unit has offset low.
func nextUTF16(b []byte, low int) (rune, int) {
	if len(b) < 2 {
		return utf8.RuneError, 1
	}
	r := rune(b[low]) | rune(b[1-low])<<8
	if utf16.IsSurrogate(r) && len(b) >= 4 {
		if full := utf16.DecodeRune(r, rune(b[2+low])|rune(b[3-low])<<8); full != utf8.RuneError {
			return full, 4
		}
	}
	return r, 2
}

// looksGB18030 reports whether content is text in GBK or GB18030: it has no zeros, most of it above ASCII is not valid
// UTF-8, and nearly all of it is valid GB18030. Text in other old character sets may be taken for it. Its ASCII is decoded
// correctly, except for a letter after a character above ASCII.
func looksGB18030(content []byte) bool {
	if utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return false
	}
	valid, invalid := countUTF8(content)
	if valid > invalid {
		return false
	}
	good, bad := 0, 0
	for len(content) > 0 {
		n := ascii(content)
		if content = content[n:]; len(content) == 0 {
			break
		}
		r, size := gb18030(content)
		if r == utf8.RuneError {
			bad++
		} else {
			good++
		}
		content = content[size:]
	}
	return good > 0 && bad <= 1+good/16
}

// countUTF8 counts the code points above ASCII and the bytes that belong to none.
func countUTF8(content []byte) (valid, invalid int) {
	for len(content) > 0 {
		n := ascii(content)
		if content = content[n:]; len(content) == 0 {
			break
		}
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 {
			invalid++
		} else {
			valid++
		}
		content = content[size:]
	}
	return valid, invalid
}

// ascii returns how many bytes of ASCII content begins with.
func ascii(content []byte) int {
	for i, c := range content {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(content)
}

// gbPairs is the code point of each pair of bytes of GBK. The library decodes only whole texts and keeps no offsets, so its
// table is read once by decoding every pair.
var gbPairs = sync.OnceValue(func() []rune {
	var pairs []byte
	for c := range 126 * 256 {
		pairs = append(pairs, byte(0x81+c>>8), gbTrail(byte(c)))
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(pairs)
	if err != nil {
		return make([]rune, 126*256) // it reports no errors: it writes U+FFFD
	}
	return []rune(string(decoded))
})

// gbTrail returns c if it can be the second byte of a pair, and otherwise a byte that can.
func gbTrail(c byte) byte {
	if c < 0x40 || c == 0x7f || c == 0xff {
		return 0x40
	}
	return c
}

func gb18030(b []byte) (rune, int) {
	if b[0] < utf8.RuneSelf {
		return rune(b[0]), 1
	}
	if b[0] == 0x80 || b[0] == 0xff || len(b) < 2 {
		return utf8.RuneError, 1
	}
	if b[1] == gbTrail(b[1]) {
		return gbPairs()[int(b[0]-0x81)<<8|int(b[1])], 2
	}
	if len(b) < 4 || !isDigit(b[1]) || b[2] < 0x81 || b[2] == 0xff || !isDigit(b[3]) {
		return utf8.RuneError, 1
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b[:4])
	r, size := utf8.DecodeRune(decoded)
	if err != nil || size != len(decoded) {
		return utf8.RuneError, 1
	}
	return r, 4
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// transcode returns content in UTF-8.
func (d *decoder) transcode(content []byte, c *transcoder) text {
	t := text{encodings: c.encoding, bytes: make([]byte, 0, min(len(content)+len(content)/8, d.left))}
	for at := c.bom; at < len(content); {
		r, size := c.next(content[at:])
		before := len(t.bytes)
		t.bytes = utf8.AppendRune(t.bytes, r)
		if len(t.bytes) > d.left {
			t.bytes = t.bytes[:before]
			d.large = ErrTooLarge
			break
		}
		t.mapping.add(1, piece{
			in: int32(at), inUnit: int32(size), outUnit: int32(len(t.bytes) - before), encoding: c.encoding,
		})
		at += size
	}
	return t
}
