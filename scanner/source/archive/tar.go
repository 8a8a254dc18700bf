package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
)

// headersHeld is how many bytes of tar headers are collected before they are scanned.
const headersHeld = 256 << 10

// tar scans the members of a tar, and the headers between them: their comments and extended attributes are text too.
func (o *opening) tar(p *piece) error {
	in := &tarInput{counter: counter{ctx: o.ctx, in: p.reader()}}
	in.buf = bufio.NewReaderSize(&in.counter, 64<<10)
	for more := true; more && !o.budget.spent; {
		err := o.tarMembers(p, in)
		if err == nil {
			err = o.tarHeaders(p, in, 0)
		}
		if err != nil {
			return err
		}
		if more, err = in.next(); err != nil {
			return o.settle(p.place, err)
		}
	}
	if _, err := in.buf.Peek(1); err != nil { // read to its end
		return o.fatal()
	}
	return o.passStream(p, in.buf)
}

// tarMembers scans members until the tar ends, or cannot be read further.
func (o *opening) tarMembers(p *piece, in *tarInput) error {
	tr := tar.NewReader(in)
	for !o.budget.spent {
		var h *tar.Header
		err := guard(func() (err error) {
			h, err = tr.Next()
			return err
		})
		if errors.Is(err, tar.ErrInsecurePath) { // names are cleaned
			err = nil
		}
		in.member = false
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return o.settle(p.place, err)
		}
		if err := o.tarHeaders(p, in, headersHeld); err != nil {
			return err
		}
		if err := o.tarMember(p, in, tr, h); err != nil {
			return err
		}
	}
	return nil
}

func (o *opening) tarMember(p *piece, in *tarInput, tr *tar.Reader, h *tar.Header) error {
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
	default:
		if h.Size == 0 || h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeLink || h.Typeflag == tar.TypeSymlink {
			return nil
		}
	}
	from := in.used
	m := &meter{o: o, in: tr, packed: func() int64 { return in.used - from }, stored: true}
	in.member = true
	err := o.member(p, h.Name, m)
	in.member = m.err != nil || !m.ended // then what is left of it comes before the next header
	return err
}

// tarHeaders scans the collected headers if there are more than that.
func (o *opening) tarHeaders(p *piece, in *tarInput, more int) error {
	if len(in.headers) <= more {
		return nil
	}
	headers := &piece{place: p.place, content: in.headers}
	in.headers = in.headers[:0]
	return o.pass(headers)
}

// tarInput is what a tar is read from. It collects what is no member's.
type tarInput struct {
	counter
	buf     *bufio.Reader
	used    int64
	member  bool
	headers []byte
}

// Read implements io.Reader.
func (in *tarInput) Read(b []byte) (int, error) {
	n, err := in.buf.Read(b)
	if in.used += int64(n); !in.member {
		in.headers = append(in.headers, bytes.TrimRight(b[:n], "\x00")...)
	}
	return n, err
}

// next goes to what stands behind the zeros at a tar's end, and reports whether it is another tar.
func (in *tarInput) next() (bool, error) {
	for {
		block, err := in.buf.Peek(tarBlock)
		if len(bytes.Trim(block, "\x00")) > 0 {
			return isTar(block), nil
		}
		if _, _ = in.buf.Discard(len(block)); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, err
		}
	}
}
