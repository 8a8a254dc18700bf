package odb

import (
	"compress/zlib"
	"errors"
	"hash"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

var errSize = reason.NewError("git.object-size")

// inflater decompresses objects and reuses its tables. It is not safe for concurrent use.
type inflater struct {
	decoder inflate.Decoder
	zr      io.ReadCloser // for streams
}

// open starts to read the zlib stream in src. The reader is valid until the next call.
func (f *inflater) open(src io.Reader) (io.Reader, error) {
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

// inflate decompresses the stream of exactly size bytes at the beginning of src into dst[:0]. consumed is the length of
// the stream in src.
func (f *inflater) inflate(dst, src []byte, size int64) (out []byte, consumed int, err error) {
	if out, consumed, err = f.decoder.Zlib(dst, src, int(size)); err != nil {
		return nil, 0, reason.NewError("git.inflating", err)
	}
	return out, consumed, nil
}

// trustedSize is how much memory is allocated on the word of a header. More is allocated only as content arrives.
const trustedSize = 1 << 20

// readExactly reads r to its end, which must come after exactly size bytes.
func readExactly(dst []byte, r io.Reader, size int64) ([]byte, error) {
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
			return nil, errSize
		case errors.Is(err, io.EOF) && int64(len(dst)) == size:
			return dst, nil
		case errors.Is(err, io.EOF):
			return nil, errSize
		case err != nil:
			return nil, reason.NewError("git.inflating", err)
		}
	}
}

// exactReader reads a stream that must have exactly left bytes, and keeps the error if it does not.
type exactReader struct {
	r    io.Reader
	left int64
	err  error
	hash hash.Hash // of what was read; may be nil
	id   object.ID // what the hash must be
}

// Read implements io.Reader.
func (e *exactReader) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	e.left -= int64(n)
	if e.hash != nil {
		e.hash.Write(b[:n])
	}
	if e.left < 0 || errors.Is(err, io.EOF) && e.left != 0 {
		err = errSize
	} else if errors.Is(err, io.EOF) && e.hash != nil && object.ID(e.hash.Sum(nil)) != e.id {
		err = errHash
	}
	if err != nil && !errors.Is(err, io.EOF) {
		e.err = err
	}
	return n, err
}
