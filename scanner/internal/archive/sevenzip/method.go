package sevenzip

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/ulikunitz/xz/lzma"
)

// The methods that Open supports, and AES, which needs a password.
const (
	methodCopy    = "\x00"
	methodLzma    = "\x03\x01\x01"
	methodLzma2   = "\x21"
	methodDeflate = "\x04\x01\x08"
	methodBzip2   = "\x04\x02\x02"
	methodZstd    = "\x04\xf7\x11\x01"
	methodAES     = "\x06\xf1\x07\x01"
)

// Open returns the reader of a folder's unpacked data, given its packed bytes.
func (f Folder) Open(in io.Reader, mem codec.Memory) (out io.ReadCloser, err error) {
	for _, c := range f.coders {
		if c.method == methodAES {
			return nil, codec.Refuse(reason.New("archive.encrypted"))
		}
	}
	if len(f.coders) != 1 { // a filter before the compression, such as the one for executables
		return nil, errMethod()
	}
	err = codec.Guard(func() error {
		out, err = f.open(in, mem)
		return err
	})
	return out, err
}

func errMethod() error { return codec.Refuse(reason.New("archive.7z-method")) }

func (f Folder) open(in io.Reader, mem codec.Memory) (io.ReadCloser, error) {
	c, buf := f.coders[0], bufio.NewReader(in)
	switch c.method {
	case methodCopy:
		return io.NopCloser(in), nil
	case methodLzma:
		return newLzma(c.properties, f.Size, buf, mem)
	case methodLzma2:
		return newLzma2(c.properties, f.Size, buf, mem)
	case methodDeflate:
		return codec.Deflate(buf), nil
	case methodBzip2:
		return codec.Bzip2(buf, mem)
	case methodZstd:
		return codec.Zstd(buf, mem)
	}
	return nil, errMethod()
}

// newLzma puts the header of a .lzma file, which the library expects, before the data. The dictionary need not be larger
// than the unpacked data, whatever the properties say.
func newLzma(properties string, size int64, in *bufio.Reader, mem codec.Memory) (io.ReadCloser, error) {
	if len(properties) != 5 {
		return nil, errFormat
	}
	dictionary := min(int64(binary.LittleEndian.Uint32([]byte(properties[1:]))), size)
	dictionary = max(dictionary, lzma.MinDictCap)
	if err := mem.Grow(dictionary); err != nil {
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

func newLzma2(properties string, size int64, in *bufio.Reader, mem codec.Memory) (io.ReadCloser, error) {
	if len(properties) != 1 {
		return nil, errFormat
	}
	dictionary, err := lzma.DecodeDictCap(properties[0])
	if err != nil {
		return nil, errFormat
	}
	dictionary = max(min(dictionary, size), lzma.MinDictCap)
	if err := mem.Grow(dictionary); err != nil {
		return nil, err
	}
	r, err := lzma.Reader2Config{DictCap: int(dictionary)}.NewReader2(in)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(r), nil
}

// headed reads a header and then what follows it. The library needs an io.ByteReader, which io.MultiReader is not.
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
