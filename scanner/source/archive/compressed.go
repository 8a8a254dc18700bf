package archive

import (
	"bufio"
	"io"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/xz"
)

// compressed scans the content of a compressed file. The packed bytes are scanned too if they are at hand; in those of a
// stream there is nothing to find that would be worth reading it twice.
func (o *opening) compressed(p *piece, k kind) error {
	if p.rest == nil {
		if err := o.pass(p); err != nil {
			return err
		}
	}
	if whole, err := o.heldGzip(p, k); whole || err != nil {
		return err
	}
	in := &codec.Counter{Ctx: o.ctx, In: p.reader()}
	mem := &memory{o: o}
	defer mem.release()
	out, err := decompressor(k, bufio.NewReader(in), mem)
	if err != nil {
		return o.settle(p.place, codec.NoEOF(err))
	}
	defer out.Close()
	if !o.countMember(p) {
		return nil
	}
	m := &meter{o: o, in: out, packed: func() int64 { return in.N }}
	return o.unpack(&piece{place: within(p.place, unpackedName(p.place)), depth: p.depth + 1, ifTar: &p.place}, m)
}

// heldGzip scans the content of a gzip file if both fit into memory, and reports whether it did. A file of several members, or one
// that is damaged, is left to be read as a stream.
func (o *opening) heldGzip(p *piece, k kind) (whole bool, err error) {
	if k != gzipped || p.rest != nil {
		return false, nil
	}
	file, ok := codec.ParseGzip(p.content)
	if !ok || file.Size > maxInMemory {
		return false, nil
	}
	inside := &piece{place: within(p.place, unpackedName(p.place)), depth: p.depth + 1, ifTar: &p.place}
	return o.once(claims{gzipped, file.Sum, uint64(file.Size)}, file.Packed, inside, func() (bool, error) {
		mem := &memory{o: o}
		if mem.Grow(file.Size) != nil {
			return false, o.fatal()
		}
		defer mem.release()
		buf := o.take(int(file.Size))
		defer func() { o.give(buf) }()
		content, ok := file.Content(&o.decoder, buf)
		if !ok {
			return false, o.fatal()
		}
		buf, inside.content = content, content
		return o.unpacked(inside)
	})
}

func decompressor(k kind, in *bufio.Reader, mem codec.Memory) (out io.ReadCloser, err error) {
	err = codec.Guard(func() error {
		switch k {
		case gzipped:
			out, err = codec.Gzip(in)
		case xzipped:
			out = io.NopCloser(xz.NewReader(in, mem))
		case zstandard:
			out, err = codec.Zstd(in, mem)
		case bzipped:
			out, err = codec.Bzip2(in, mem)
		}
		return err
	})
	return out, err
}
