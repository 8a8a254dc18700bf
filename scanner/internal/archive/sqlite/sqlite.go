// Package sqlite reads the rows of an SQLite database, as text: one row a line, its columns divided by tabs. In the file the
// columns of a row lie one behind the other without anything between, and a long row is divided over pages that may be far
// apart.
//
// It knows nothing of tables and types: it visits every page that looks like a leaf, in the order of the file, also pages
// that no table uses any more. Nothing that the file says about itself is trusted. Numbers are left out.
//
// Limits: what was deleted within a page is not a row; the bytes of the file have it all the same. Encrypted databases do
// not begin with the magic.
package sqlite

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// Magic begins every database.
const Magic = "SQLite format 3\x00"

const (
	headerSize  = 100
	minPage     = 512
	maxPage     = 64 << 10
	maxRow      = 1 << 20 // bytes of a row that are read
	maxColumns  = 2000    // as SQLite's own limit is by default
	leafTable   = 0x0d
	leafIndex   = 0x0a
	cellPointer = 8 // where the pointers to the cells of a leaf begin
)

// Reader reads the rows of a database.
type Reader struct {
	at     io.ReaderAt
	pages  int64
	page   int64 // the next one, from 0
	size   int   // of a page
	usable int   // bytes of a page, without those reserved for extensions
	buf    []byte
	extra  []byte // a page of overflow
	row    []byte
	out    []byte // rows of the current page that were not read yet
	read   int64
}

// ErrHeader says that the header is not one of a database.
var ErrHeader = errors.New("the header of the SQLite database is damaged")

// NewReader returns a reader of the rows of a database of a size in bytes.
func NewReader(at io.ReaderAt, size int64) (*Reader, error) {
	var head [headerSize]byte
	if _, err := at.ReadAt(head[:], 0); err != nil {
		return nil, ErrHeader
	}
	page := int(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = maxPage
	}
	usable := page - int(head[20])
	if string(head[:len(Magic)]) != Magic || page < minPage || page&(page-1) != 0 || usable < 480 {
		return nil, ErrHeader
	}
	return &Reader{at: at, size: page, usable: usable, pages: (size + int64(page) - 1) / int64(page), buf: make([]byte, page), extra: make([]byte, page)}, nil
}

// Consumed returns how many bytes of the database were read so far, those read twice counted once.
func (r *Reader) Consumed() int64 { return r.read }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.page == r.pages {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

// next reads the rows of the next page.
func (r *Reader) next() error {
	n, err := r.at.ReadAt(r.buf, r.page*int64(r.size))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	clear(r.buf[n:])
	r.read += int64(n)
	r.page++
	r.out = r.row[:0]
	from := 0
	if r.page == 1 {
		from = headerSize
	}
	kind := r.buf[from]
	if kind != leafTable && kind != leafIndex {
		return nil
	}
	cells := int(binary.BigEndian.Uint16(r.buf[from+3:]))
	for i := range min(cells, (r.size-from-cellPointer)/2) {
		r.cell(int(binary.BigEndian.Uint16(r.buf[from+cellPointer+2*i:])), kind)
	}
	r.row = r.out
	return nil
}

// cell appends the row at an offset of the page.
func (r *Reader) cell(at int, kind byte) {
	if at >= r.usable {
		return
	}
	length, n := varint(r.buf[at:r.usable])
	at += n
	if kind == leafTable {
		_, id := varint(r.buf[at:r.usable])
		at += id
	}
	if n == 0 || length <= 0 || at >= r.usable {
		return
	}
	r.columns(r.payload(at, length, kind))
}

// payload returns the bytes of a row, with those on overflow pages.
func (r *Reader) payload(at int, length int64, kind byte) []byte {
	here := r.local(length, kind)
	if at+here > r.usable {
		return nil
	}
	if int64(here) == length {
		return r.buf[at : at+here]
	}
	if at+here+4 > r.usable {
		return r.buf[at : at+here]
	}
	out := append(make([]byte, 0, min(length, maxRow)), r.buf[at:at+here]...)
	page := int64(binary.BigEndian.Uint32(r.buf[at+here:]))
	for left := min(length, maxRow) - int64(here); left > 0 && page > 0 && page <= r.pages; {
		n, err := r.at.ReadAt(r.extra, (page-1)*int64(r.size))
		if err != nil && !errors.Is(err, io.EOF) || n < r.usable {
			break
		}
		take := min(left, int64(r.usable-4))
		out = append(out, r.extra[4:4+take]...)
		left -= take
		page = int64(binary.BigEndian.Uint32(r.extra))
	}
	return out
}

// local returns how many bytes of a row are on the page itself, as the file format defines it.
func (r *Reader) local(length int64, kind byte) int {
	most := r.usable - 35
	if kind == leafIndex {
		most = (r.usable-12)*64/255 - 23
	}
	if length <= int64(most) {
		return int(length)
	}
	least := (r.usable-12)*32/255 - 23
	here := least + int((length-int64(least))%int64(r.usable-4))
	if here > most {
		return least
	}
	return here
}

// columns appends the texts and blobs of a row.
func (r *Reader) columns(row []byte) {
	header, n := varint(row)
	if n == 0 || header > int64(len(row)) || header < int64(n) {
		return
	}
	types, values := row[n:header], row[header:]
	for i := 0; len(types) > 0 && i < maxColumns; i++ {
		kind, n := varint(types)
		if n == 0 {
			break
		}
		types = types[n:]
		size := sizeOf(kind)
		if i > 0 {
			r.out = append(r.out, '\t')
		}
		if kind >= 12 {
			r.out = append(r.out, values[:min(size, int64(len(values)))]...)
		}
		values = values[min(size, int64(len(values))):]
	}
	r.out = append(r.out, '\n')
}

// sizeOf returns the size of a value of a serial type, in bytes.
func sizeOf(kind int64) int64 {
	switch {
	case kind < 0:
		return math.MaxInt32
	case kind >= 12:
		return (kind - 12) / 2
	}
	return [...]int64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0}[kind]
}

// varint reads a number of up to nine bytes. The size is 0 if it does not end.
func varint(b []byte) (v int64, size int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | int64(b[i]), 9
		}
		v = v<<7 | int64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
