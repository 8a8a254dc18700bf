package packfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/zlibstream"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

// StreamReader reads a pack that arrives as a stream. What it has read it writes to a file, adds to the checksum of the pack
// and to that of the entry. Entries are inflated by the decoder for content in memory, which is several times as fast
// as one for streams: the reader hands it what has arrived, and reads on if that was not enough.
type StreamReader struct {
	format object.Format
	in     io.Reader
	out    io.Writer // buffered by the caller

	buf        []byte // what was read and not consumed is buf[start:end]
	start, end int
	consumed   int64 // bytes before buf[start]
	left       int64 // bytes that may still be read

	sum      hash.Hash
	entrySum uint32
}

// BufferSize is the size, in bytes, of the buffers for packs that are read or written in order.
const BufferSize = 1 << 20

// NewStreamReader returns a reader of the pack that in delivers, which has at most maxSize bytes. It writes the pack to out.
func NewStreamReader(in io.Reader, out io.Writer, f object.Format, maxSize int64) *StreamReader {
	return &StreamReader{format: f, in: in, out: out, buf: make([]byte, BufferSize), left: maxSize, sum: f.New()}
}

// errPackEnds is the error for a stream that ends within the pack.
var errPackEnds = reason.NewError("git.pack-stream-ends")

// fill reads until n bytes are there, or the end.
func (p *StreamReader) fill(n int) error {
	if n > len(p.buf)-p.start {
		grown := p.buf
		if n > len(p.buf) {
			grown = make([]byte, max(n, 2*len(p.buf)))
		}
		copy(grown, p.buf[p.start:p.end])
		p.buf, p.end, p.start = grown, p.end-p.start, 0
	}
	for p.end-p.start < n {
		if p.left <= 0 {
			return reason.NewError("git.pack-too-large-stream")
		}
		m, err := p.in.Read(p.buf[p.end:min(int64(len(p.buf)), int64(p.end)+p.left)])
		p.end, p.left = p.end+m, p.left-int64(m)
		if err != nil && p.end-p.start < n {
			return err
		}
	}
	return nil
}

// Peek returns the next n bytes, or fewer with an error.
func (p *StreamReader) Peek(n int) ([]byte, error) {
	err := p.fill(n)
	return p.buf[p.start:min(p.end, p.start+n)], err
}

// Offset is the position in the pack.
func (p *StreamReader) Offset() int64 { return p.consumed }

// Begin begins an entry: its checksum starts here.
func (p *StreamReader) Begin() { p.entrySum = 0 }

// CRC is the checksum of the entry, as a pack index has it.
func (p *StreamReader) CRC() uint32 { return p.entrySum }

// Skip consumes n bytes that are in the buffer.
func (p *StreamReader) Skip(n int) {
	b := p.buf[p.start : p.start+n]
	_, _ = p.sum.Write(b) // never fails
	p.entrySum = crc32.Update(p.entrySum, crc32.IEEETable, b)
	p.start += n
	p.consumed += int64(n)
	_, err := p.out.Write(b)
	if err != nil {
		p.in = failing{fmt.Errorf("writing the pack: %w", err)}
		p.end = p.start
	}
}

// failing is a reader that fails, so that an error of the output ends the input.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Header consumes the header of the pack and returns the number of objects.
func (p *StreamReader) Header() (count int, err error) {
	head, err := p.Peek(HeaderSize)
	switch {
	case errors.Is(err, io.EOF):
		return 0, errPackEnds
	case err != nil:
		return 0, err
	case !bytes.HasPrefix(head, []byte("PACK")):
		return 0, reason.NewError("git.pack-header")
	}
	if version := binary.BigEndian.Uint32(head[4:]); version != 2 && version != 3 {
		return 0, reason.NewError("git.pack-version", version)
	}
	count = int(binary.BigEndian.Uint32(head[8:]))
	p.Skip(HeaderSize)
	return count, nil
}

// Trailer compares the checksum at the end, and returns the size of the pack.
func (p *StreamReader) Trailer() (size int64, err error) {
	want := p.sum.Sum(nil)
	got, err := p.Peek(p.format.Size())
	if err != nil {
		return 0, orEnds(err)
	}
	if !bytes.Equal(got, want) {
		return 0, reason.NewError("git.pack-checksum")
	}
	p.Skip(p.format.Size())
	if f, failed := p.in.(failing); failed {
		return 0, f.err
	}
	return p.consumed, nil
}

func orEnds(err error) error {
	if errors.Is(err, io.EOF) {
		return errPackEnds
	}
	return err
}

// Inflate consumes a stream of size bytes into dst[:0].
func (p *StreamReader) Inflate(dst []byte, f *zlibstream.Inflater, size int64) ([]byte, error) {
	for want := minReadAhead; ; want = 2 * (p.end - p.start) {
		want = min(want, maxReadAhead(size))
		readErr := p.fill(want)
		out, n, err := f.Decoder.Zlib(dst, p.buf[p.start:p.end], int(size))
		switch {
		case err == nil:
			p.Skip(n)
			return out, nil
		case !errors.Is(err, inflate.ErrTruncated):
			return nil, reason.NewError("git.inflating", err)
		case readErr != nil:
			return nil, orEnds(readErr)
		case want >= maxReadAhead(size):
			return nil, reason.NewError("git.inflating", err)
		}
	}
}

// minReadAhead is as much as most objects take.
const minReadAhead = 1 << 10

// maxReadAhead is more than the stream of an object of this size takes.
func maxReadAhead(size int64) int { return int(MaxDeflated(size)) + 1024 }

// InflateTo consumes a stream of size bytes into w, for objects that are not held whole.
func (p *StreamReader) InflateTo(w io.Writer, f *zlibstream.Inflater, size int64) error {
	b := &byteReader{p: p}
	in, err := f.Open(b)
	if err != nil {
		return orEnds(err)
	}
	n, err := io.Copy(w, &zlibstream.Reader{R: in, Left: size})
	p.Skip(b.n)
	if err == nil && n != size {
		err = zlibstream.ErrSize
	}
	return err
}

// byteReader lets a decoder for streams consume exactly the bytes of its stream.
type byteReader struct {
	p *StreamReader
	n int // bytes of the buffer that were read and not skipped yet
}

// ReadByte implements io.ByteReader, which keeps the decoder from reading ahead.
func (b *byteReader) ReadByte() (byte, error) {
	if err := b.more(); err != nil {
		return 0, err
	}
	b.n++
	return b.p.buf[b.p.start+b.n-1], nil
}

// Read implements io.Reader.
func (b *byteReader) Read(out []byte) (int, error) {
	if err := b.more(); err != nil {
		return 0, err
	}
	n := copy(out, b.p.buf[b.p.start+b.n:b.p.end])
	b.n += n
	return n, nil
}

// more makes sure that there is a byte to read.
func (b *byteReader) more() error {
	if b.p.start+b.n < b.p.end {
		return nil
	}
	b.p.Skip(b.n)
	b.n = 0
	return b.p.fill(1)
}
