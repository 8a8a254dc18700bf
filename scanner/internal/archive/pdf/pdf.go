// Package pdf reads the text of a PDF file. In the file itself the text is compressed, and cut into pieces that are placed on the page
// one by one.
//
// It does not follow the objects of the document: it visits every stream, in the order of the file, also those that no page uses
// any more. Of each it returns the content, and the strings in it, joined as they are on the page, one line a line. Where a
// font numbers its characters in its own way, each of the document's character maps is tried, because which map belongs
// to which font is said elsewhere. Nothing that the file says about itself is trusted, not even the lengths of the streams.
//
// Limits: text in images and in fonts without a character map is not read; neither is an encrypted document, nor a stream in a
// rare encoding: that is an error after everything else was read.
package pdf

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/ascii85"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

// Magic begins every PDF file.
const Magic = "%PDF-"

const (
	maxDict = 4 << 10 // how far before a stream its dictionary may begin
	overlap = 1 << 10 // of two parts of a long stream, so that no credential is cut
	// maxStreams is how many streams of a document are visited, each twice. Real documents have some thousands.
	maxStreams = 100_000
	// maxText is how much text a part may become: each character map writes it once more.
	maxText = 16 << 20
	// maxHold is how much of a stream is held, so that its strings are joined. The content of a longer one is returned in parts of
	// this size. Most streams need no more than minHold.
	minHold, maxHold = 64 << 10, 1 << 20
)

// Reader reads the text of a document.
type Reader struct {
	at       io.ReaderAt
	size     int64
	pos      int64 // where the next stream is looked for
	began    bool
	maps     []*charMap
	out      []byte         // the last part of the text
	given    int            // bytes of out that were handed out
	stream   io.Reader      // the one that is being read; nil between two
	held     inflate.Reader // of the streams of a document in memory, one after the other
	heldAt   int64          // where held began
	inflater io.Reader      // of the streams of another document
	unread   error          // a part that was recognized and not read
	consumed int64
	buf      []byte
	kept     int    // bytes at the beginning of buf that are the end of the part before
	whole    []byte // the file, or nil
	window   []byte // a part of the file, or all of it
	base     int64  // where it begins
	streams  int    // that were visited
	end      int64  // where the last word endstream that was looked for is
}

// NewReader returns a reader of the text of a document of a size in bytes. Whole is all of it if it is in memory, where streams are
// decompressed in half of the time; otherwise nil.
func NewReader(at io.ReaderAt, size int64, whole []byte) (*Reader, error) {
	r := &Reader{at: at, size: size, buf: make([]byte, minHold), whole: whole, window: whole}
	if whole == nil {
		r.window = make([]byte, 0, 64<<10)
	}
	if r.encrypted() {
		return nil, codec.Refuse(reason.New("archive.pdf-encrypted"))
	}
	return r, nil
}

// Consumed returns how many bytes of the document were read so far, those read twice counted once.
func (r *Reader) Consumed() int64 { return max(r.consumed, r.pos) }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == len(r.out) {
		r.out, r.given = r.out[:0], 0
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.out[r.given:])
	r.given += n
	return n, nil
}

// next writes the next part of the text to out.
func (r *Reader) next() error {
	if !r.began {
		r.began = true
		if err := r.readMaps(); err != nil {
			return err
		}
	}
	if r.stream == nil {
		content, err := r.find()
		if err != nil {
			return err
		}
		r.stream = content
	}
	n, err := r.fill()
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, zlib.ErrChecksum) && r.unread == nil { // readers of documents check no sums either
		r.unread = reason.NewError("archive.pdf-damaged")
	}
	part := r.buf[:n]
	if n > r.kept {
		r.out = append(append(r.out, part...), '\n')
		var whole bool
		if r.out, whole = writeText(r.out, part, r.maps); !whole {
			r.unread = codec.Refuse(reason.New("archive.pdf-maps"))
		}
	}
	if r.kept = copy(r.buf, part[max(0, len(part)-overlap):]); err != nil { // also damage: what was read until then counts
		r.stream, r.kept = nil, 0
	}
	return nil
}

// fill reads the stream into buf, behind what is kept, until there is as much as may be held. At the end it returns io.EOF, and where
// the content is cut, another error.
func (r *Reader) fill() (n int, err error) {
	for n = r.kept; n < maxHold && err == nil; {
		if n == len(r.buf) {
			r.buf = append(r.buf, make([]byte, min(n, maxHold-n))...)
		}
		var m int
		m, err = r.stream.Read(r.buf[n:])
		n += m
	}
	r.consumed = max(r.consumed, r.heldAt+int64(r.held.Consumed()))
	return n, err
}

// find returns the content of the next stream that may have text. At the end of the file it returns io.EOF, or what was not read.
func (r *Reader) find() (io.Reader, error) {
	for {
		dict, start, err := r.seek()
		if err != nil {
			if errors.Is(err, io.EOF) && r.unread != nil {
				return nil, r.unread
			}
			return nil, err
		}
		content, err := r.decode(dict, start)
		if err != nil {
			r.unread = err
		}
		if content != nil {
			return content, nil
		}
	}
}

// seek finds the next stream, and returns the dictionary before it and where it begins.
func (r *Reader) seek() (dict []byte, start int64, err error) {
	const word = "stream"
	for {
		rest, err := r.load()
		if err != nil {
			return nil, 0, err
		}
		i := bytes.Index(rest, []byte(word))
		switch {
		case i < 0 && r.pos+int64(len(rest)) >= r.size:
			r.pos = r.size
			return nil, 0, io.EOF
		case i < 0:
			r.pos += int64(len(rest) - len(word) + 1)
			continue
		}
		at := r.pos + int64(i)
		r.pos = at + int64(len(word))
		start, ok := r.begins(at)
		if !ok {
			continue
		}
		if r.streams++; r.streams > maxStreams {
			return nil, 0, codec.Refuse(reason.New("archive.pdf-streams", maxStreams))
		}
		return r.dictBefore(at), start, nil
	}
}

// load returns the file from pos on, as far as it is in the window, which is read again when little of it is left.
func (r *Reader) load() ([]byte, error) {
	const little = 16
	from := r.pos - r.base
	if r.whole != nil {
		return r.whole[r.pos:], nil
	}
	if left := int64(len(r.window)) - from; from < 0 || left < little && r.base+int64(len(r.window)) < r.size {
		r.window = r.window[:cap(r.window)]
		n, err := r.at.ReadAt(r.window, r.pos)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if r.window, r.base, from = r.window[:n], r.pos, 0; n == 0 {
			return nil, io.EOF
		}
	}
	return r.window[min(from, int64(len(r.window))):], nil
}

// bytes returns the bytes of the file from an offset to another, as far as they are there.
func (r *Reader) bytes(from, to int64) []byte {
	if r.whole != nil {
		return r.whole[from:min(to, int64(len(r.whole)))]
	}
	b := make([]byte, to-from)
	n, _ := r.at.ReadAt(b, from)
	return b[:n]
}

// begins reports whether the word at an offset begins a stream, and where its content is: endstream has the word too.
func (r *Reader) begins(at int64) (int64, bool) {
	from := max(0, at-3)
	around := r.bytes(from, at+int64(len("stream"))+2)
	before, after := around[:at-from], around[min(len(around), int(at-from)+len("stream")):]
	if bytes.HasSuffix(before, []byte("end")) {
		return 0, false
	}
	start := at + int64(len("stream"))
	switch {
	case bytes.HasPrefix(after, []byte("\r\n")):
		return start + 2, true
	case len(after) > 0 && (after[0] == '\n' || after[0] == '\r'):
		return start + 1, true
	}
	return 0, false
}

// dictBefore returns what is between the beginning of the object and its stream.
func (r *Reader) dictBefore(at int64) []byte {
	dict := r.bytes(max(0, at-maxDict), at)
	if i := bytes.LastIndex(dict, []byte(" obj")); i >= 0 {
		dict = dict[i:]
	}
	return dict
}

// decode returns the content of the stream that begins at an offset. It returns nil for one that has no text, such as an image.
func (r *Reader) decode(dict []byte, start int64) (io.Reader, error) {
	has := func(name string) bool { return bytes.Contains(dict, []byte(name)) }
	for _, name := range []string{"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/Subtype /Image", "/Subtype/Image", "/XRef", "/Length1", "/FontFile"} {
		if has(name) {
			return nil, nil
		}
	}
	for _, name := range []string{"/LZWDecode", "/RunLengthDecode", "/ASCIIHexDecode", "/Crypt"} {
		if has(name) {
			return nil, codec.Refuse(reason.New("archive.pdf-filter", name))
		}
	}
	content := io.Reader(&counting{r, start})
	switch {
	case has("/ASCII85Decode"):
		content = ascii85.NewDecoder(newUntil(content, "~>"))
		if !has("/FlateDecode") {
			return content, nil
		}
	case !has("/FlateDecode"):
		return r.plain(content, start), nil
	case r.whole != nil:
		r.heldAt = start
		return opened(&r.held, r.held.Reset(r.whole[start:]), has("/Length"))
	}
	err := r.inflate(content)
	return opened(r.inflater, err, has("/Length"))
}

// plain returns the content of a stream that is not encoded.
func (r *Reader) plain(content io.Reader, start int64) io.Reader {
	const end = "endstream"
	if r.whole == nil {
		return newUntil(content, end)
	}
	if r.end < start { // the words are looked for once, however many streams begin before one
		r.end = int64(len(r.whole))
		if i := bytes.Index(r.whole[start:], []byte(end)); i >= 0 {
			r.end = start + int64(i)
		}
	}
	r.consumed = max(r.consumed, r.end)
	return bytes.NewReader(r.whole[start:r.end])
}

// opened returns the reader of a stream, or what is wrong with its header.
func opened(stream io.Reader, err error, hasLength bool) (io.Reader, error) {
	switch {
	case err == nil:
		return stream, nil
	case hasLength:
		return nil, reason.NewError("archive.pdf-damaged")
	}
	return nil, nil // the word was in something else
}

// inflate makes inflater read a stream.
func (r *Reader) inflate(in io.Reader) (err error) {
	if again, ok := r.inflater.(zlib.Resetter); ok {
		return again.Reset(in, nil)
	}
	r.inflater, err = zlib.NewReader(in)
	return err
}

// counting reads the document from an offset, and counts how far it was read.
type counting struct {
	r  *Reader
	at int64
}

// Read implements io.Reader.
func (c *counting) Read(p []byte) (int, error) {
	if c.at >= c.r.size {
		return 0, io.EOF
	}
	n, err := c.r.at.ReadAt(p[:min(int64(len(p)), c.r.size-c.at)], c.at)
	c.at += int64(n)
	c.r.consumed = max(c.r.consumed, c.at)
	if n > 0 {
		err = nil
	}
	return n, err
}

// until reads until a word.
type until struct {
	in   *bufio.Reader
	word []byte
	over bool
}

func newUntil(in io.Reader, word string) *until {
	return &until{in: bufio.NewReaderSize(in, 16<<10), word: []byte(word)}
}

// Read implements io.Reader.
func (u *until) Read(p []byte) (int, error) {
	if u.over || len(p) == 0 {
		return 0, io.EOF
	}
	seen, err := u.in.Peek(min(u.in.Size(), len(p)+len(u.word)-1))
	if len(seen) < len(u.word) {
		u.over = true
		n := copy(p, seen)
		return n, cmp.Or(err, io.EOF)
	}
	n := len(seen) - len(u.word) + 1
	if i := bytes.Index(seen, u.word); i >= 0 {
		u.over, n = true, i
	}
	n = copy(p, seen[:n])
	_, _ = u.in.Discard(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// readMaps reads the character maps, wherever they are, and finds out whether the document is encrypted.
func (r *Reader) readMaps() error {
	defer func() { r.pos, r.consumed, r.unread, r.streams, r.end = 0, 0, nil, 0, 0 }()
	for {
		dict, start, err := r.seek()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if bytes.Contains(dict, []byte("/XRef")) && bytes.Contains(dict, []byte("/Encrypt")) {
			return codec.Refuse(reason.New("archive.pdf-encrypted"))
		}
		if len(r.maps) == maxMaps {
			continue
		}
		if content, _ := r.decode(dict, start); content != nil {
			r.readMap(content)
		}
	}
}

// readMap reads a character map, if a stream is one, which its beginning shows.
func (r *Reader) readMap(content io.Reader) {
	head := r.buf[:1<<10]
	n, _ := io.ReadFull(content, head)
	if !bytes.Contains(head[:n], []byte("begincmap")) {
		return
	}
	text := append(make([]byte, 0, maxMap), head[:n]...)
	more, _ := io.ReadFull(content, text[n:maxMap])
	if m := parseMap(text[:n+more]); m != nil {
		r.maps = append(r.maps, m)
	}
}

// encrypted reports whether the end of the file refers to an encryption dictionary.
func (r *Reader) encrypted() bool {
	const tail = 4 << 10
	end := make([]byte, min(tail, r.size))
	n, _ := r.at.ReadAt(end, r.size-int64(len(end)))
	i := bytes.LastIndex(end[:n], []byte("trailer"))
	return i >= 0 && bytes.Contains(end[i:n], []byte("/Encrypt"))
}
