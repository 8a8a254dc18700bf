// Package office reads the text of the XML parts of office documents: Word, Excel and PowerPoint, and OpenDocument. An editor cuts
// a word into runs wherever the spelling, the language or the revision changes, so that a key may be in pieces in the file.
//
// The runs of a paragraph, of a string and of a cell are joined; the values of attributes, such as the address of a link, come one on a
// line each, and so do comments. Nothing that the file says about itself is trusted: tags are skipped, whatever they are.
//
// Limits: what a reader of the document computes, such as the result of a formula, is read only if it is in the file.
package office

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"html"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// Is reports whether a member of an archive, by its name, is a part that has text.
func Is(name string) bool {
	folder, base := path.Split(name)
	top, _, _ := strings.Cut(folder, "/")
	switch {
	case path.Ext(base) != ".xml":
		return false
	case top == "word" || top == "xl" || top == "ppt":
		return true
	}
	return name == "content.xml" // OpenDocument
}

// CompoundMagic begins a compound file: a document of Word, Excel or PowerPoint 97, or an encrypted one of today.
const CompoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// Encrypted reports whether a compound file has the stream of an encrypted document. Its name, in UTF-16, is among the first of the
// directory, of which the header says where it begins.
func Encrypted(at io.ReaderAt) bool {
	var header [512]byte
	if _, err := at.ReadAt(header[:], 0); err != nil {
		return false
	}
	shift, sector := binary.LittleEndian.Uint16(header[30:]), binary.LittleEndian.Uint32(header[48:])
	if shift < 9 || shift > 12 {
		return false
	}
	directory := make([]byte, 16<<10)
	n, _ := at.ReadAt(directory, (int64(sector)+1)<<shift)
	var name []byte
	for _, c := range "EncryptedPackage" {
		name = append(name, byte(c), 0)
	}
	return bytes.Contains(directory[:n], name)
}

const maxTag = 64 << 10 // bytes of a tag that are read

// Reader reads the text of a part.
type Reader struct {
	in    *bufio.Reader
	out   []byte
	given int // bytes of out that were handed out
	over  error
}

// NewReader returns a reader of the text of a part.
func NewReader(in io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(in, maxTag)} }

// enough is the text that is collected before it is handed out: what is between two tags is mostly nothing.
const enough = 4 << 10

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if r.given == len(r.out) {
		r.out, r.given = r.out[:0], 0
		for len(r.out) < enough && r.over == nil {
			r.over = r.next()
		}
		if len(r.out) == 0 {
			return 0, r.over
		}
	}
	n := copy(p, r.out[r.given:])
	r.given += n
	return n, nil
}

// next reads the text to the next tag, and the tag.
func (r *Reader) next() error {
	text, err := r.in.ReadSlice('<')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		r.out = append(r.out, text...)
		return nil
	case err != nil:
		r.out = appendText(r.out, text)
		return err
	}
	r.out = appendText(r.out, text[:len(text)-1])
	return r.tag()
}

// tag reads a tag. Some end a line; the values of its attributes are lines of their own.
func (r *Reader) tag() error {
	part, err := r.in.ReadSlice('>')
	if !errors.Is(err, bufio.ErrBufferFull) {
		r.out = appendTag(r.out, part[:min(len(part), maxTag)])
		return err
	}
	tag := bytes.Clone(part[:min(len(part), maxTag)]) // a long one
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = r.in.ReadSlice('>')
		tag = append(tag, part[:min(len(part), maxTag-len(tag))]...)
	}
	r.out = appendTag(r.out, tag)
	return err
}

// appendTag appends what a tag means for the text.
func appendTag(out, tag []byte) []byte {
	if len(tag) > 0 && tag[0] == '!' { // a comment, or text in CDATA
		return append(append(append(out, '\n'), bytes.TrimSuffix(tag, []byte(">"))...), '\n')
	}
	if closes(tag) {
		switch name := localName(tag); {
		case string(name) == "tab":
			out = append(out, '\t')
		case endsLine(name):
			out = append(out, '\n')
		}
	}
	return appendAttributes(out, tag)
}

// closes reports whether a tag ends an element.
func closes(tag []byte) bool {
	n := len(tag)
	return n > 0 && tag[0] == '/' || n > 1 && tag[n-1] == '>' && tag[n-2] == '/'
}

// localName returns the name of a tag without its prefix.
func localName(tag []byte) []byte {
	start := 0
	for start < len(tag) && tag[start] == '/' {
		start++
	}
	prefixed := false
	for i := start; i < len(tag); i++ {
		switch tag[i] {
		case ' ', '\t', '\r', '\n', '/', '>':
			return tag[start:i]
		case ':':
			if !prefixed {
				start, prefixed = i+1, true
			}
		}
	}
	return tag[start:]
}

// endsLine reports whether another line begins after an element.
func endsLine(name []byte) bool {
	switch string(name) {
	case "p", "si", "row", "br", "h", "tr", "c", "list-item", "table-row", "table-cell", "line-break":
		return true
	}
	return false
}

// minValue is how long the value of an attribute is that is worth a line: keys are longer.
const minValue = 16

func appendAttributes(out, tag []byte) []byte {
	for i := 0; i < len(tag); i++ {
		quote := tag[i]
		if quote != '"' && quote != '\'' {
			continue
		}
		n := bytes.IndexByte(tag[i+1:], quote)
		if n < 0 {
			return out
		}
		if n >= minValue {
			out = appendValue(out, tag[i+1:i+1+n])
		}
		i += n + 1
	}
	return out
}

// appendValue appends the value of an attribute, unless it is the name of a schema, which every part has many of.
func appendValue(out, value []byte) []byte {
	if bytes.HasPrefix(value, []byte("http://schemas.")) || bytes.HasPrefix(value, []byte("urn:")) {
		return out
	}
	return append(appendUnescaped(append(out, '\n'), value), '\n')
}

func appendText(out, text []byte) []byte {
	if len(text) == 0 || (text[0] <= ' ' || text[0] >= utf8.RuneSelf) && len(bytes.TrimSpace(text)) == 0 && bytes.ContainsAny(text, "\r\n") {
		return out // between tags
	}
	return appendUnescaped(out, text)
}

func appendUnescaped(out, text []byte) []byte {
	if bytes.IndexByte(text, '&') < 0 {
		return append(out, text...)
	}
	return append(out, html.UnescapeString(string(text))...)
}
