package archive

import (
	"archive/tar"
	"errors"
	"io"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/tarfile"
)

// headersHeld is how many bytes of tar headers are collected before they are scanned.
const headersHeld = 256 << 10

// tar scans the members of a tar and the headers between them.
func (o *opening) tar(p *piece) error {
	in := tarfile.NewInput(o.ctx, p.reader())
	for more := true; more && !o.budget.spent; {
		err := o.tarMembers(p, in)
		if err == nil {
			err = o.tarHeaders(p, in, 0)
		}
		if err != nil {
			return err
		}
		if more, err = in.Next(); err != nil {
			return o.settle(p.place, err)
		}
	}
	if rest := in.Rest(); rest != nil {
		return o.passStream(p, rest)
	}
	return o.fatal()
}

// tarMembers scans members until the tar ends or cannot be read further.
func (o *opening) tarMembers(p *piece, in *tarfile.Input) error {
	tr := tar.NewReader(in)
	for !o.budget.spent {
		var h *tar.Header
		err := codec.Guard(func() (err error) {
			h, err = tr.Next()
			return err
		})
		if errors.Is(err, tar.ErrInsecurePath) { // nothing is written to disk
			err = nil
		}
		in.InMember = false
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

func (o *opening) tarMember(p *piece, in *tarfile.Input, tr *tar.Reader, h *tar.Header) error {
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
	default:
		if h.Size == 0 || h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeLink || h.Typeflag == tar.TypeSymlink {
			return nil
		}
	}
	from := in.Used()
	m := &meter{o: o, in: tr, packed: func() int64 { return in.Used() - from }, stored: true}
	in.InMember = true
	err := o.member(p, h.Name, m)
	in.InMember = m.err != nil || !m.ended // the rest of the member is read before the next header
	return err
}

// tarHeaders scans the collected headers if there are more than atLeast bytes.
func (o *opening) tarHeaders(p *piece, in *tarfile.Input, atLeast int) error {
	headers := in.TakeHeaders(atLeast)
	if headers == nil {
		return nil
	}
	return o.pass(&piece{place: p.place, content: headers})
}
