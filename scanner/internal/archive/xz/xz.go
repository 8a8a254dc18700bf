// Package xz reads the xz format (https://tukaani.org/xz/xz-file-format.txt) around the LZMA2 data that a library
// unpacks. The library's own reader would allocate, for each block, the dictionary that the block asks for: up to 4 GiB.
//
// Limits: LZMA2 without other filters. The sizes in block headers and in the index are not compared with the data.
package xz

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/ulikunitz/xz/lzma"
)

// Magic is how every xz file begins.
const Magic = "\xfd7zXZ\x00"

var (
	errFormat   = reason.NewError("archive.xz-format")
	errChecksum = reason.NewError("archive.checksum")
)

// Reader reads an xz file: all blocks of all its streams.
type Reader struct {
	in    *byteCounter
	mem   codec.Memory
	check byte      // the kind of checksum of blocks in this stream
	block io.Reader // nil between blocks
	sum   hash.Hash // of the block; nil for a kind that is not checked
	open  bool      // a stream has begun
}

// NewReader returns the reader of an xz file.
func NewReader(in *bufio.Reader, mem codec.Memory) *Reader {
	return &Reader{in: &byteCounter{Reader: in}, mem: mem}
}

// byteCounter counts what is read, for the padding after a block.
type byteCounter struct {
	*bufio.Reader
	n int64
}

// Read implements io.Reader.
func (c *byteCounter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader.
func (c *byteCounter) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// Read implements io.Reader.
func (x *Reader) Read(b []byte) (int, error) {
	for {
		if x.block == nil {
			if err := x.next(); err != nil {
				return 0, err
			}
			continue
		}
		n, err := x.block.Read(b)
		if x.sum != nil {
			x.sum.Write(b[:n])
		}
		if errors.Is(err, io.EOF) {
			err = x.endBlock()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next goes one step towards the next block. It returns io.EOF at the end of the file.
func (x *Reader) next() error {
	if !x.open {
		return x.streamHeader()
	}
	size, err := x.in.ReadByte()
	if err != nil {
		return codec.NoEOF(err)
	}
	if size == 0 { // the index, after the last block
		x.open = false
		return codec.NoEOF(x.skipIndex())
	}
	return codec.NoEOF(x.blockHeader(size))
}

// streamHeader begins a stream. Zeros may precede it.
func (x *Reader) streamHeader() error {
	var h [12]byte
	for {
		if _, err := io.ReadFull(x.in, h[:4]); err != nil {
			return err // io.EOF at the end
		}
		if h[0]|h[1]|h[2]|h[3] != 0 {
			break
		}
	}
	if _, err := io.ReadFull(x.in, h[4:]); err != nil {
		return codec.NoEOF(err)
	}
	if string(h[:6]) != Magic || crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return errFormat
	}
	x.check, x.open = h[7]&0xf, true
	return nil
}

func (x *Reader) blockHeader(size byte) error {
	h := make([]byte, (int(size)+1)*4)
	h[0] = size
	if _, err := io.ReadFull(x.in, h[1:]); err != nil {
		return err
	}
	body, sum := h[:len(h)-4], h[len(h)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errFormat
	}
	dictionary, err := dictionarySize(body[1], bytes.NewReader(body[2:]))
	if err != nil {
		return err
	}
	if err := x.mem.Grow(dictionary); err != nil {
		return err
	}
	x.sum = newSum(x.check)
	x.in.n = 0
	x.block, err = lzma.Reader2Config{DictCap: int(max(dictionary, lzma.MinDictCap))}.NewReader2(x.in)
	return err
}

// dictionarySize reads the rest of a block header.
func dictionarySize(flags byte, in *bytes.Reader) (int64, error) {
	for _, bit := range []byte{0x40, 0x80} { // optional sizes, which cannot be relied on
		if flags&bit != 0 {
			if _, err := binary.ReadUvarint(in); err != nil {
				return 0, err
			}
		}
	}
	var filter [3]byte
	if _, err := io.ReadFull(in, filter[:]); err != nil {
		return 0, err
	}
	if flags&3 != 0 || filter[0] != 0x21 || filter[1] != 1 { // more than one filter, or another than LZMA2
		return 0, codec.Refuse(reason.New("archive.xz-filter"))
	}
	size, err := lzma.DecodeDictCap(filter[2])
	if err != nil {
		return 0, errFormat
	}
	return size, nil
}

func newSum(check byte) hash.Hash {
	switch check {
	case 1:
		return crc32.NewIEEE()
	case 4:
		return crc64.New(crc64.MakeTable(crc64.ECMA))
	case 10:
		return sha256.New()
	}
	return nil
}

// endBlock reads the padding and the checksum after a block.
func (x *Reader) endBlock() error {
	x.block = nil
	size := [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[x.check]
	tail := make([]byte, int(-x.in.n&3)+size)
	if _, err := io.ReadFull(x.in, tail); err != nil {
		return codec.NoEOF(err)
	}
	if x.sum == nil {
		return nil
	}
	want, got := tail[len(tail)-size:], x.sum.Sum(nil)
	if size < 16 { // CRCs are stored little-endian, and hash.Hash returns them big-endian
		for i, j := 0, len(got)-1; i < j; i, j = i+1, j-1 {
			got[i], got[j] = got[j], got[i]
		}
	}
	if !bytes.Equal(want, got) {
		return errChecksum
	}
	return nil
}

// skipIndex skips the index and the footer after the last block.
func (x *Reader) skipIndex() error {
	x.in.n = 1
	records, err := binary.ReadUvarint(x.in)
	for ; err == nil && records > 0; records-- {
		if _, err = binary.ReadUvarint(x.in); err == nil {
			_, err = binary.ReadUvarint(x.in)
		}
	}
	if err != nil {
		return err
	}
	tail := make([]byte, -x.in.n&3+4+12)
	if _, err := io.ReadFull(x.in, tail); err != nil {
		return err
	}
	if string(tail[len(tail)-2:]) != "YZ" {
		return errFormat
	}
	return nil
}
