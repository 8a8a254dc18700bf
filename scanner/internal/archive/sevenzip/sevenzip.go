// Package sevenzip reads 7z archives: the header, with the members that it lists, and the data of each folder.
//
// Limits: folders with one coder (LZMA, LZMA2, deflate, bzip2, zstd or none) and without filters such as BCJ; no
// encryption; the archive must begin at offset 0, so self-extracting programs are not recognized.
package sevenzip

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
)

// Magic is how every 7z file begins.
const Magic = "7z\xbc\xaf\x27\x1c"

const (
	headSize     = 32 // bytes before the packed data
	maxNesting   = 4  // compressed headers in compressed headers; one is usual
	headerMemory = 4  // memory for a parsed header, in multiples of its size
)

// The errors of Read for an archive that exceeds Options.
var (
	ErrTooManyMembers = errors.New("7z: too many members")
	ErrTooLarge       = errors.New("7z: header too large")
)

var (
	errFormat   = reason.NewError("archive.7z-format")
	errChecksum = reason.NewError("archive.7z-checksum")
)

// Options bounds what Read may cost. All fields are required.
type Options struct {
	MaxMembers int
	MaxBytes   int64        // of unpacked headers
	Header     codec.Memory // for the parsed header
	Dictionary codec.Memory // for decompressing a header
}

// Read reads the header of an archive of the given size. The header is at the end of the file and usually compressed.
func Read(ctx context.Context, at io.ReaderAt, size int64, opts Options) (*Archive, error) {
	r := reader{ctx: ctx, at: at, opts: opts}
	header, err := r.rawHeader(size)
	for range maxNesting {
		if err != nil {
			return nil, err
		}
		a, packed, err := parseHeader(header, opts.MaxMembers)
		if err != nil {
			return nil, err
		}
		if a.Unpacked = r.unpacked; !packed {
			return a, nil
		}
		if header, err = r.unpackHeader(a); err != nil {
			return nil, err
		}
	}
	return nil, errFormat
}

// reader reads headers.
type reader struct {
	ctx      context.Context
	at       io.ReaderAt
	opts     Options
	memory   int64 // that headers take
	unpacked int64
}

// rawHeader reads the header as it is in the file.
func (r *reader) rawHeader(fileSize int64) ([]byte, error) {
	var h [headSize]byte
	if n, err := r.at.ReadAt(h[:], 0); n < len(h) {
		return nil, codec.NoEOF(err)
	}
	from, size := binary.LittleEndian.Uint64(h[12:]), binary.LittleEndian.Uint64(h[20:])
	after := uint64(fileSize - headSize)
	if crc32.ChecksumIEEE(h[12:]) != binary.LittleEndian.Uint32(h[8:]) || from > after || size > after-from {
		return nil, errFormat
	}
	if err := r.reserve(int64(size)); err != nil {
		return nil, err
	}
	header := make([]byte, size)
	if n, err := r.at.ReadAt(header, headSize+int64(from)); n < len(header) {
		return nil, codec.NoEOF(err)
	}
	if crc32.ChecksumIEEE(header) != binary.LittleEndian.Uint32(h[28:]) {
		return nil, errChecksum
	}
	return header, nil
}

func (r *reader) reserve(size int64) error {
	r.memory += headerMemory * size
	return r.opts.Header.Grow(r.memory)
}

// unpackHeader unpacks the header that an archive's only member is.
func (r *reader) unpackHeader(a *Archive) (header []byte, err error) {
	if len(a.Folders) != 1 || len(a.Folders[0].Parts) != 1 {
		return nil, errFormat
	}
	f := a.Folders[0]
	if f.Size > r.opts.MaxBytes-r.unpacked {
		return nil, ErrTooLarge
	}
	if err := r.reserve(f.Size); err != nil {
		return nil, err
	}
	in := &codec.Counter{Ctx: r.ctx, In: io.NewSectionReader(r.at, f.Packed.From, f.Packed.Len())}
	out, err := f.Open(in, r.opts.Dictionary)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	header = make([]byte, f.Size)
	r.unpacked += f.Size
	err = codec.Guard(func() error {
		_, err := io.ReadFull(out, header)
		return err
	})
	if part := f.Parts[0]; err == nil && part.Summed && crc32.ChecksumIEEE(header) != part.Sum {
		return nil, errChecksum
	}
	return header, codec.NoEOF(err)
}
