// Package codec decompresses gzip, zstd, bzip2 and deflate streams from hostile sources.
//
// A decompressor looks back on what it has produced, and the stream chooses how far. Memory for that is reserved before
// it is allocated, so that a caller can bound it. A library that panics on bad input does not end the scan.
//
// Limits: preset dictionaries are not supported.
package codec

import (
	"bufio"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Memory is a budget that one decompressor reserves from.
type Memory interface {
	// Grow makes sure that n bytes are reserved in all.
	Grow(n int64) error
	// Left is how many bytes can be reserved in all.
	Left() int64
	// Exceeded is the error for a stream that needs more than that.
	Exceeded() error
}

// Refusal is the error for a stream that may be intact and will not be read. Any other error means damage.
type Refusal struct{ Reason reason.Reason }

// Refuse returns a Refusal.
func Refuse(r reason.Reason) error { return &Refusal{r} }

// Error implements error.
func (r *Refusal) Error() string { return r.Reason.String() }

// Gzip returns the reader of a gzip file, of all its members.
func Gzip(in *bufio.Reader) (io.ReadCloser, error) {
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, err // not r: a nil *gzip.Reader is not a nil interface
	}
	return r, nil
}

// Bzip2 returns the reader of a bzip2 file.
func Bzip2(in io.Reader, mem Memory) (io.ReadCloser, error) {
	const blocks = 4 << 20 // the largest block, 900 KB, and four bytes for each of its bytes
	if err := mem.Grow(blocks); err != nil {
		return nil, err
	}
	return io.NopCloser(bzip2.NewReader(in)), nil
}

// usualWindow is zstd's default window.
const usualWindow = 8 << 20

// Zstd returns the reader of a zstd file. It reserves what the first frame needs; later frames may not need more than
// that or than the usual window.
func Zstd(in *bufio.Reader, mem Memory) (io.ReadCloser, error) {
	var h zstd.Header
	head, _ := in.Peek(zstd.HeaderMaxSize)
	if err := h.Decode(head); err != nil {
		return nil, err
	}
	window := max(h.WindowSize, usualWindow)
	if h.SingleSegment { // the window is the whole content
		window = max(h.FrameContentSize, usualWindow)
	}
	if window > uint64(mem.Left()) {
		return nil, mem.Exceeded()
	}
	if err := mem.Grow(int64(window)); err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, err
	}
	return r.IOReadCloser(), nil
}

// Deflate returns the reader of a raw deflate stream.
func Deflate(in io.Reader) io.ReadCloser { return flate.NewReader(in) }

// Guard calls a library on hostile content and turns a panic into an error of that content.
func Guard(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = reason.NewError("archive.decoder-panic", fmt.Sprint(r))
		}
	}()
	return call()
}

// NoEOF turns io.EOF into io.ErrUnexpectedEOF, for places where a file may not end.
func NoEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Counter counts the packed bytes that a decompressor reads, and stops it when the context ends: it may read on without
// ever producing anything, as with millions of empty gzip members.
type Counter struct {
	Ctx context.Context
	In  io.Reader
	N   int64
}

// Read implements io.Reader.
func (c *Counter) Read(b []byte) (int, error) {
	if err := c.Ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.In.Read(b)
	c.N += int64(n)
	return n, err
}

// Span is a range of bytes in an archive.
type Span struct{ From, To int64 }

// Len returns the number of bytes.
func (s Span) Len() int64 { return s.To - s.From }
