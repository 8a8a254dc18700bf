package archive

import (
	"bufio"
	"compress/bzip2"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// compressed scans what a compressed file holds. Its own bytes are scanned only where they are at hand: in those of a
// stream there is nothing to find.
func (o *opening) compressed(p *piece, k kind) error {
	if p.rest == nil {
		if err := o.pass(p); err != nil {
			return err
		}
	}
	in := &counter{ctx: o.ctx, in: p.reader()}
	mem := &memory{o: o}
	defer mem.release()
	out, err := decompressor(k, bufio.NewReader(in), mem)
	if err != nil {
		return o.settle(p.place, noEOF(err))
	}
	defer out.Close()
	if o.budget.members++; o.budget.members > o.opts.MaxMembers {
		o.budget.spent = true
		o.lose(p.place, o.tooMany())
		return nil
	}
	m := &meter{o: o, in: out, packed: func() int64 { return in.n }}
	return o.unpack(&piece{place: within(p.place, unpackedName(p.place)), depth: p.depth + 1, ifTar: &p.place}, m)
}

// decompressor returns the reader of what is compressed. Decompressors look back on what they gave out; how far is the
// archive's choice.
func decompressor(k kind, in *bufio.Reader, mem *memory) (out io.ReadCloser, err error) {
	err = guard(func() error {
		switch k {
		case gzipped:
			out, err = newGzip(in)
		case xzipped:
			out = io.NopCloser(newXz(in, mem))
		case zstandard:
			out, err = newZstd(in, mem)
		case bzipped:
			out, err = newBzip2(in, mem)
		}
		return err
	})
	return out, err
}

func newGzip(in *bufio.Reader) (io.ReadCloser, error) {
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, err // not r, which is a nil that is no nil interface
	}
	return r, nil
}

func newBzip2(in *bufio.Reader, mem *memory) (io.ReadCloser, error) {
	if err := mem.grow(4 << 20); err != nil {
		return nil, err
	}
	return io.NopCloser(bzip2.NewReader(in)), nil
}

// usualWindow is what zstd looks back on unless told otherwise.
const usualWindow = 8 << 20

// newZstd reserves what the first frame needs; later ones may not need more than that, or than is usual.
func newZstd(in *bufio.Reader, mem *memory) (io.ReadCloser, error) {
	var h zstd.Header
	head, _ := in.Peek(zstd.HeaderMaxSize)
	if err := h.Decode(head); err != nil {
		return nil, err
	}
	window := max(h.WindowSize, usualWindow)
	if h.SingleSegment { // it looks back on all of itself
		window = max(h.FrameContentSize, usualWindow)
	}
	if window > uint64(mem.left()) {
		return nil, mem.o.tooHeavy()
	}
	if err := mem.grow(int64(window)); err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, err
	}
	return r.IOReadCloser(), nil
}

func newFlate(in io.Reader) io.ReadCloser { return flate.NewReader(in) }
