package zipfile

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/xz"
)

// Member is what the header of a member says.
type Member struct {
	Name   string
	Method uint16
	Flags  uint16
	Sum    uint32
	Summed bool  // Sum is known
	Packed int64 // size in the archive; -1 if it follows the data
}

// Encrypted reports whether the member needs a password.
func (m Member) Encrypted() bool { return m.Flags&1 != 0 }

// hasDescriptor reports whether the sizes follow the data.
func (m Member) hasDescriptor() bool { return m.Flags&8 != 0 }

// Methods of compression beyond those of archive/zip.
const (
	methodBzip2 = 12
	methodZstd  = 93
	methodXz    = 95
)

// Decompress returns the reader of a member's content, given its packed bytes.
func Decompress(method uint16, in io.Reader, mem codec.Memory) (out io.ReadCloser, err error) {
	if method == zip.Store {
		return io.NopCloser(in), nil
	}
	buf := bufio.NewReader(in)
	err = codec.Guard(func() error {
		switch method {
		case zip.Deflate:
			out = codec.Deflate(buf)
		case methodBzip2:
			out, err = codec.Bzip2(buf, mem)
		case methodZstd:
			out, err = codec.Zstd(buf, mem)
		case methodXz:
			out = io.NopCloser(xz.NewReader(buf, mem))
		default:
			err = codec.Refuse(reason.New("archive.zip-method"))
		}
		return err
	})
	return out, err
}

// ReadHeader reads the header before a member.
func ReadHeader(in io.Reader) (m Member, err error) {
	var h [30]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return m, err
	}
	word := func(at int) uint16 { return binary.LittleEndian.Uint16(h[at:]) }
	packed, size := binary.LittleEndian.Uint32(h[18:]), binary.LittleEndian.Uint32(h[22:])
	m = Member{Flags: word(6), Method: word(8), Sum: binary.LittleEndian.Uint32(h[14:]), Packed: int64(packed)}
	m.Summed = !m.hasDescriptor()
	text := make([]byte, int(word(26))+int(word(28)))
	if _, err := io.ReadFull(in, text); err != nil {
		return m, err
	}
	m.Name = string(text[:word(26)])
	if packed == 1<<32-1 {
		m.Packed = packedSize64(text[word(26):], size == 1<<32-1)
	}
	if m.hasDescriptor() && packed == 0 {
		m.Packed = -1
	}
	return m, nil
}

// packedSize64 returns the packed size from the extra fields, where the unpacked one precedes it if both are there. It
// returns -1 if there is none.
func packedSize64(extra []byte, both bool) int64 {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break
		}
		field := extra[:n]
		if extra = extra[n:]; id != 1 {
			continue
		}
		if both && len(field) >= 16 {
			field = field[8:]
		}
		if len(field) >= 8 {
			return max(-1, int64(binary.LittleEndian.Uint64(field)))
		}
	}
	return -1
}

// SkipDescriptor skips the sizes after a member. There are four forms, with and without a magic and with 32 or 64 bits;
// what follows shows which it is.
func SkipDescriptor(in *bufio.Reader, m Member) error {
	if !m.hasDescriptor() {
		return nil
	}
	for _, n := range []int{12, 16, 20, 24} {
		if b, _ := in.Peek(n + 4); len(b) == n+4 && (string(b[n:]) == MagicMember || string(b[n:]) == MagicDirectory) {
			_, err := in.Discard(n)
			return err
		}
	}
	return nil
}

// ByteCounter counts the bytes that a decompressor takes from a buffered reader. It has no other methods of bufio.Reader,
// which a decompressor could use to read uncounted.
type ByteCounter struct {
	in *bufio.Reader
	n  int64
}

// NewByteCounter returns a counting reader.
func NewByteCounter(in *bufio.Reader) *ByteCounter { return &ByteCounter{in: in} }

// N is how many bytes were taken.
func (c *ByteCounter) N() int64 { return c.n }

// Read implements io.Reader.
func (c *ByteCounter) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.n += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader.
func (c *ByteCounter) ReadByte() (byte, error) {
	b, err := c.in.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}
