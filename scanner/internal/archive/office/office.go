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
	in   *bufio.Reader
	out  []byte
	over error
}

// NewReader returns a reader of the text of a part.
func NewReader(in io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(in, 64<<10)} }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.over != nil {
			return 0, r.over
		}
		r.over = r.next()
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

// next reads the text to the next tag, and the tag.
func (r *Reader) next() error {
	r.out = r.out[:0]
	text, err := r.in.ReadSlice('<')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		r.out = append(r.out, text...)
		return nil
	case err != nil:
		r.out = appendText(r.out, string(text))
		return err
	}
	r.out = appendText(r.out, string(text[:len(text)-1]))
	return r.tag()
}

// tag reads a tag. Some end a line; the values of its attributes are lines of their own.
func (r *Reader) tag() error {
	var tag []byte
	for {
		part, err := r.in.ReadSlice('>')
		if room := maxTag - len(tag); room > 0 {
			tag = append(tag, part[:min(len(part), room)]...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		r.out = appendTag(r.out, string(tag))
		return err
	}
}

// lines are the tags after which another line begins, without their prefixes.
const lines = " p si row br h tr c list-item table-row table-cell line-break "

// appendTag appends what a tag means for the text.
func appendTag(out []byte, tag string) []byte {
	if strings.HasPrefix(tag, "!") { // a comment, or text in CDATA
		return append(append(append(out, '\n'), strings.TrimSuffix(tag, ">")...), '\n')
	}
	name := strings.TrimLeft(tag, "/")
	if i := strings.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	if _, local, ok := strings.Cut(name, ":"); ok {
		name = local
	}
	closes := strings.HasPrefix(tag, "/") || strings.HasSuffix(tag, "/>")
	switch {
	case name == "tab" && closes:
		out = append(out, '\t')
	case strings.Contains(lines, " "+name+" ") && closes:
		out = append(out, '\n')
	}
	return appendAttributes(out, tag)
}

// minValue is how long the value of an attribute is that is worth a line: keys are longer.
const minValue = 16

func appendAttributes(out []byte, tag string) []byte {
	for {
		i := strings.IndexAny(tag, `"'`)
		if i < 0 {
			return out
		}
		value, rest, ok := strings.Cut(tag[i+1:], tag[i:i+1])
		if !ok {
			return out
		}
		if len(value) >= minValue && !strings.HasPrefix(value, "http://schemas.") && !strings.HasPrefix(value, "urn:") {
			out = append(append(append(out, '\n'), html.UnescapeString(value)...), '\n')
		}
		tag = rest
	}
}

func appendText(out []byte, text string) []byte {
	if strings.TrimSpace(text) == "" && strings.ContainsAny(text, "\r\n") {
		return out // between tags
	}
	return append(out, html.UnescapeString(text)...)
}
