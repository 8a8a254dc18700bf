package archive

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

const errSevenMethod = refusal("is packed in 7z by a method or filter that akguard cannot undo: unpack it and scan what it holds")

// The methods of 7z that can be undone, and the one that needs a password.
const (
	sevenCopy    = "\x00"
	sevenLzma    = "\x03\x01\x01"
	sevenLzma2   = "\x21"
	sevenDeflate = "\x04\x01\x08"
	sevenBzip2   = "\x04\x02\x02"
	sevenZstd    = "\x04\xf7\x11\x01"
	sevenAES     = "\x06\xf1\x07\x01"
)

// unsevenZip returns the reader of what a folder holds.
func unsevenZip(f sevenFolder, in *counter, mem *memory) (out io.ReadCloser, err error) {
	for _, c := range f.coders {
		if c.method == sevenAES {
			return nil, errEncrypted
		}
	}
	if len(f.coders) != 1 { // with a filter, such as one for programs
		return nil, errSevenMethod
	}
	err = guard(func() error {
		out, err = unsevenMethod(f, in, mem)
		return err
	})
	return out, err
}

func unsevenMethod(f sevenFolder, in *counter, mem *memory) (io.ReadCloser, error) {
	c, buf := f.coders[0], bufio.NewReader(in)
	switch c.method {
	case sevenCopy:
		return io.NopCloser(in), nil
	case sevenLzma:
		return newSevenLzma(c.properties, f.size, buf, mem)
	case sevenLzma2:
		return newSevenLzma2(c.properties, f.size, buf, mem)
	case sevenDeflate:
		return newFlate(buf), nil
	case sevenBzip2:
		return newBzip2(buf, mem)
	case sevenZstd:
		return newZstd(buf, mem)
	}
	return nil, errSevenMethod
}

// newSevenLzma gives the library the header that it wants before the data. No dictionary is larger than what is unpacked.
func newSevenLzma(properties string, size int64, in *bufio.Reader, mem *memory) (io.ReadCloser, error) {
	if len(properties) != 5 {
		return nil, errSeven
	}
	dictionary := min(int64(binary.LittleEndian.Uint32([]byte(properties[1:]))), size)
	dictionary = max(dictionary, lzma.MinDictCap)
	if err := mem.grow(dictionary); err != nil {
		return nil, err
	}
	header := []byte{properties[0]}
	header = binary.LittleEndian.AppendUint32(header, uint32(dictionary))
	header = binary.LittleEndian.AppendUint64(header, uint64(size))
	r, err := lzma.NewReader(&headed{header, in})
	if err != nil {
		return nil, err
	}
	return io.NopCloser(r), nil
}

func newSevenLzma2(properties string, size int64, in *bufio.Reader, mem *memory) (io.ReadCloser, error) {
	if len(properties) != 1 {
		return nil, errSeven
	}
	dictionary, err := lzma.DecodeDictCap(properties[0])
	if err != nil {
		return nil, errSeven
	}
	dictionary = max(min(dictionary, size), lzma.MinDictCap)
	if err := mem.grow(dictionary); err != nil {
		return nil, err
	}
	r, err := lzma.Reader2Config{DictCap: int(dictionary)}.NewReader2(in)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(r), nil
}

// headed reads a header before what follows it. The library reads by the byte, which io.MultiReader cannot.
type headed struct {
	header []byte
	in     *bufio.Reader
}

// Read implements io.Reader.
func (h *headed) Read(b []byte) (int, error) {
	if len(h.header) == 0 {
		return h.in.Read(b)
	}
	n := copy(b, h.header)
	h.header = h.header[n:]
	return n, nil
}

// ReadByte implements io.ByteReader.
func (h *headed) ReadByte() (byte, error) {
	if len(h.header) == 0 {
		return h.in.ReadByte()
	}
	b := h.header[0]
	h.header = h.header[1:]
	return b, nil
}
