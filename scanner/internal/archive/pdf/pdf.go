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
	maxHold = 1 << 20 // of a stream whose strings are joined; the content of a longer one is returned in parts of this size
)

// Reader reads the text of a document.
type Reader struct {
	at       io.ReaderAt
	size     int64
	pos      int64 // where the next stream is looked for
	began    bool
	maps     []charMap
	out      bytes.Buffer
	stream   io.Reader // the one that is being read; nil between two
	inflater io.Reader // of the streams, one after the other
	unread   error     // a part that was recognized and not read
	consumed int64
	buf      []byte
	kept     int    // bytes at the beginning of buf that are the end of the part before
	window   []byte // a part of the file
	base     int64  // where it begins
	streams  int    // that were visited
}

// NewReader returns a reader of the text of a document of a size in bytes.
func NewReader(at io.ReaderAt, size int64) (*Reader, error) {
	r := &Reader{at: at, size: size, buf: make([]byte, maxHold), window: make([]byte, 0, 64<<10)}
	if r.encrypted() {
		return nil, codec.Refuse(reason.New("archive.pdf-encrypted"))
	}
	return r, nil
}

// Consumed returns how many bytes of the document were read so far, those read twice counted once.
func (r *Reader) Consumed() int64 { return max(r.consumed, r.pos) }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for r.out.Len() == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	return r.out.Read(p)
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
	n, err := fill(r.stream, r.buf[r.kept:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, zlib.ErrChecksum) && r.unread == nil { // readers of documents check no sums either
		r.unread = reason.NewError("archive.pdf-damaged")
	}
	part := r.buf[:r.kept+n]
	if n > 0 {
		r.out.Write(part)
		r.out.WriteByte('\n')
		if !writeText(&r.out, part, r.maps) {
			r.unread = codec.Refuse(reason.New("archive.pdf-maps"))
		}
	}
	if r.kept = copy(r.buf, part[max(0, len(part)-overlap):]); err != nil { // also damage: what was read until then counts
		r.stream, r.kept = nil, 0
	}
	return nil
}

// fill reads until a buffer is full. At the end it returns io.EOF, and where the content is cut, another error.
func fill(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = in.Read(buf[n:])
		n += m
	}
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

// begins reports whether the word at an offset begins a stream, and where its content is: endstream has the word too.
func (r *Reader) begins(at int64) (int64, bool) {
	around := make([]byte, 3+len("stream")+2)
	from := max(0, at-3)
	n, _ := r.at.ReadAt(around, from)
	around = around[:n]
	before, after := around[:at-from], around[min(n, int(at-from)+len("stream")):]
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
	from := max(0, at-maxDict)
	dict := make([]byte, at-from)
	n, _ := r.at.ReadAt(dict, from)
	dict = dict[:n]
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
	case !has("/FlateDecode"):
		return newUntil(content, "endstream"), nil
	}
	if !has("/FlateDecode") {
		return content, nil
	}
	err := r.inflate(content)
	if err != nil && has("/Length") {
		return nil, reason.NewError("archive.pdf-damaged")
	}
	if err != nil {
		return nil, nil // the word was in something else
	}
	return r.inflater, nil
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
	defer func() { r.pos, r.consumed, r.unread, r.streams = 0, 0, nil, 0 }()
	head := make([]byte, maxMap)
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
		content, _ := r.decode(dict, start)
		if content == nil || len(r.maps) == maxMaps {
			continue
		}
		n, _ := io.ReadFull(content, head[:1<<10])
		if !bytes.Contains(head[:n], []byte("begincmap")) {
			continue
		}
		more, _ := io.ReadFull(content, head[n:])
		if m, ok := parseMap(head[:n+more]); ok {
			r.maps = append(r.maps, m)
		}
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
