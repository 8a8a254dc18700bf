package archive

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

	"github.com/ulikunitz/xz/lzma"
)

// xzReader reads the xz format (https://tukaani.org/xz/xz-file-format.txt) around the LZMA2 data that the library
// unpacks. The library's own reader would allocate, for each block, the dictionary that the block asks for: up to 4 GiB.
type xzReader struct {
	in    *byteCounter
	mem   *memory
	check byte      // how blocks are summed up, in this stream
	block io.Reader // or nil between blocks
	sum   hash.Hash // of the block, or nil
	open  bool      // a stream has begun
}

func newXz(in *bufio.Reader, mem *memory) *xzReader {
	return &xzReader{in: &byteCounter{Reader: in}, mem: mem}
}

// byteCounter counts what is read of a bufio.Reader.
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

var errXz = errors.New("xz: wrong format")

// Read implements io.Reader.
func (x *xzReader) Read(b []byte) (int, error) {
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

// next goes to the next block, or one step towards it. It returns io.EOF at the end of the file.
func (x *xzReader) next() error {
	if !x.open {
		return x.header()
	}
	size, err := x.in.ReadByte()
	if err != nil {
		return noEOF(err)
	}
	if size == 0 {
		x.open = false
		return noEOF(x.index())
	}
	return noEOF(x.blockHeader(size))
}

// header begins a stream. Zeros may stand before it.
func (x *xzReader) header() error {
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
		return noEOF(err)
	}
	if string(h[:6]) != "\xfd7zXZ\x00" || crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return errXz
	}
	x.check, x.open = h[7]&0xf, true
	return nil
}

func (x *xzReader) blockHeader(size byte) error {
	h := make([]byte, (int(size)+1)*4)
	h[0] = size
	if _, err := io.ReadFull(x.in, h[1:]); err != nil {
		return err
	}
	body, sum := h[:len(h)-4], h[len(h)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errXz
	}
	dictionary, err := dictionarySize(body[1], bytes.NewReader(body[2:]))
	if err != nil {
		return err
	}
	if err := x.mem.grow(dictionary); err != nil {
		return err
	}
	x.sum = newSum(x.check)
	x.in.n = 0
	x.block, err = lzma.Reader2Config{DictCap: int(max(dictionary, lzma.MinDictCap))}.NewReader2(x.in)
	return err
}

// dictionarySize reads what is left of a block's header.
func dictionarySize(flags byte, in *bytes.Reader) (int64, error) {
	for _, bit := range []byte{0x40, 0x80} { // sizes, not to be relied on
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
	if flags&3 != 0 || filter[0] != 0x21 || filter[1] != 1 {
		return 0, refusal("is compressed by xz with a filter that akguard cannot undo: unpack it and scan the result")
	}
	size, err := lzma.DecodeDictCap(filter[2])
	if err != nil {
		return 0, errXz
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

// endBlock reads the padding and the sum behind a block.
func (x *xzReader) endBlock() error {
	x.block = nil
	size := [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[x.check]
	tail := make([]byte, int(-x.in.n&3)+size)
	if _, err := io.ReadFull(x.in, tail); err != nil {
		return noEOF(err)
	}
	if x.sum == nil {
		return nil
	}
	want, got := tail[len(tail)-size:], x.sum.Sum(nil)
	if size < 16 { // checksums are little endian, and hash.Hash gives them big endian
		for i, j := 0, len(got)-1; i < j; i, j = i+1, j-1 {
			got[i], got[j] = got[j], got[i]
		}
	}
	if !bytes.Equal(want, got) {
		return errors.New("xz: wrong checksum")
	}
	return nil
}

// index skips the index and the footer behind the last block.
func (x *xzReader) index() error {
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
		return errXz
	}
	return nil
}

// noEOF is for where a file may not end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
