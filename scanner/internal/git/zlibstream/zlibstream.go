// Package zlibstream decompresses the zlib streams of git objects, which must have exactly the size that their header
// announces.
//
// Memory is allocated as content arrives, and not on the word of a header.
package zlibstream

import (
	"bytes"
	"compress/zlib"
	"errors"
	"hash"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

// ErrSize is the error for a stream that is longer or shorter than announced.
var ErrSize = reason.NewError("git.object-size")

// Inflater decompresses objects and reuses its tables. It is not safe for concurrent use.
type Inflater struct {
	Decoder inflate.Decoder
	zr      io.ReadCloser // for streams
}

// Open starts to read the zlib stream in src. The reader is valid until the next call.
func (f *Inflater) Open(src io.Reader) (io.Reader, error) {
	if f.zr == nil {
		zr, err := zlib.NewReader(src)
		if err != nil {
			return nil, reason.NewError("git.inflating", err)
		}
		f.zr = zr
		return zr, nil
	}
	if err := f.zr.(zlib.Resetter).Reset(src, nil); err != nil {
		return nil, reason.NewError("git.inflating", err)
	}
	return f.zr, nil
}

// Inflate decompresses the stream of exactly size bytes at the beginning of src into dst[:0]. consumed is the length of
// the stream in src.
func (f *Inflater) Inflate(dst, src []byte, size int64) (out []byte, consumed int, err error) {
	if out, consumed, err = f.Decoder.Zlib(dst, src, int(size)); err != nil {
		return nil, 0, reason.NewError("git.inflating", err)
	}
	return out, consumed, nil
}

// trustedSize is how much memory is allocated on the word of a header. More is allocated only as content arrives.
const trustedSize = 1 << 20

// ReadExactly reads r to its end, which must come after exactly size bytes.
func ReadExactly(dst []byte, r io.Reader, size int64) ([]byte, error) {
	dst = dst[:0]
	if want := min(size, trustedSize) + 1; int64(cap(dst)) < want { // one spare byte, so that the read sees EOF
		dst = make([]byte, 0, want)
	}
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):min(int64(cap(dst)), max(size, int64(len(dst)))+1)])
		dst = dst[:len(dst)+n]
		switch {
		case int64(len(dst)) > size:
			return nil, ErrSize
		case errors.Is(err, io.EOF) && int64(len(dst)) == size:
			return dst, nil
		case errors.Is(err, io.EOF):
			return nil, ErrSize
		case err != nil:
			return nil, reason.NewError("git.inflating", err)
		}
	}
}

// Reader reads a stream that must have exactly Left bytes, and keeps the error if it does not.
type Reader struct {
	R    io.Reader
	Left int64
	Hash hash.Hash // of what was read; may be nil
	ID   object.ID // what the hash must be
	err  error
}

// Err returns the error of the stream, if it had one. It is not an error to stop reading early.
func (e *Reader) Err() error { return e.err }

// Read implements io.Reader.
func (e *Reader) Read(b []byte) (int, error) {
	n, err := e.R.Read(b)
	e.Left -= int64(n)
	if e.Hash != nil {
		e.Hash.Write(b[:n])
	}
	if e.Left < 0 || errors.Is(err, io.EOF) && e.Left != 0 {
		err = ErrSize
	} else if errors.Is(err, io.EOF) && e.Hash != nil {
		if sum := e.Hash.Sum(nil); !bytes.Equal(sum, e.ID[:len(sum)]) {
			err = object.ErrHash
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		e.err = err
	}
	return n, err
}
