package archive

import (
	"archive/zip"
	"bufio"
	"errors"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/zipfile"
)

// zipStream scans the members of a zip from the front, as far as it can be read. why says what is wrong with its
// directory, if anything. The rest is scanned as it is.
func (o *opening) zipStream(p *piece, r io.Reader, why error) error {
	in := bufio.NewReader(&codec.Counter{Ctx: o.ctx, In: r})
	if why != nil {
		o.report(p.place, why)
	}
	for !o.budget.spent {
		head, err := in.Peek(4)
		if err != nil || string(head) != zipfile.MagicMember {
			break
		}
		more, err := o.zipNext(p, in)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := o.fatal(); err != nil {
		return err
	}
	if _, err := in.Peek(1); err != nil {
		return o.fatal()
	}
	return o.passStream(p, in)
}

// zipNext scans one member, and reports whether the next one can be found.
func (o *opening) zipNext(p *piece, in *bufio.Reader) (more bool, err error) {
	e, err := zipfile.ReadHeader(in)
	if err != nil {
		return false, o.settle(p.place, codec.NoEOF(err))
	}
	if e.Packed < 0 {
		return o.zipUnsized(p, e, in)
	}
	limited := &io.LimitedReader{R: in, N: e.Packed}
	if _, err = o.zipEntry(p, e, &codec.Counter{Ctx: o.ctx, In: limited}); err != nil {
		return false, err
	}
	if _, err = io.Copy(io.Discard, limited); err != nil || limited.N > 0 {
		return false, o.settle(p.place, codec.NoEOF(errors.Join(err, io.ErrUnexpectedEOF)))
	}
	return true, zipfile.SkipDescriptor(in, e)
}

// zipUnsized scans a member whose size follows its data. Only deflate marks its own end.
func (o *opening) zipUnsized(p *piece, e zipfile.Member, in *bufio.Reader) (more bool, err error) {
	if e.Method != zip.Deflate || e.Encrypted() {
		o.report(p.place, codec.Refuse(reason.New("archive.zip-unsized")))
		return false, nil
	}
	count := zipfile.NewByteCounter(in)
	m := &meter{o: o, in: codec.Deflate(count), packed: count.N}
	if err := o.member(p, e.Name, m); err != nil || !m.ended || m.err != nil {
		return false, err
	}
	return true, zipfile.SkipDescriptor(in, e)
}
