package archive

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/zipfile"
)

// zip scans the members of a zip and the bytes between them. The members are found through the directory at the end or,
// if that is out of reach or damaged, one by one from the front.
func (o *opening) zip(p *piece, k kind) error {
	at, held, err := o.whole(p)
	defer func() { o.budget.held -= held }()
	if err != nil {
		return err
	}
	if at == nil {
		return o.zipTooLarge(p, k)
	}
	if k == maybeZip && !zipfile.HasDirectoryAt(at, at.Size()) {
		return o.passStream(p, p.reader())
	}
	z, err := o.directory(at)
	if fatal := o.fatal(); fatal != nil {
		return fatal
	}
	if err != nil {
		if kindByMagic(p.content) != zipped {
			o.report(p.place, err)
			return o.passStream(p, p.reader())
		}
		return o.zipStream(p, io.NewSectionReader(at, 0, at.Size()), err)
	}
	return o.zipMembers(p, at, z)
}

func (o *opening) zipTooLarge(p *piece, k kind) error {
	if k == zipped {
		return o.zipStream(p, p.reader(), nil)
	}
	end := &tail{in: p.rest}
	p.rest = end
	if err := o.pass(p); err != nil {
		return err
	}
	if string(end.last[:4]) == zipfile.MagicEnd {
		o.report(p.place, o.tooMuchMemory())
	}
	return nil
}

// whole makes a piece readable at any offset, in memory if need be. held is the memory that it takes; at is nil if the
// piece is too large.
func (o *opening) whole(p *piece) (at sized, held int64, err error) {
	switch {
	case p.rest == nil:
		return bytes.NewReader(p.content), 0, nil
	case p.at != nil:
		return &watched{p.at, &o.source}, 0, nil
	}
	content := bytes.Clone(p.content)
	for {
		if len(content) == cap(content) {
			more := int64(max(cap(content), heldSize))
			more = min(more, o.opts.MaxHeld-o.budget.held)
			if err := o.reserve(max(more, 1)); err != nil {
				p.content = content
				return nil, held, o.fatal()
			}
			held += more
			content = append(make([]byte, 0, int64(cap(content))+more), content...)
		}
		n, err := p.rest.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		if errors.Is(err, io.EOF) {
			p.content, p.rest = content, nil
			return bytes.NewReader(content), held, nil
		}
		if err != nil {
			return nil, held, err
		}
	}
}

// watched is the source read at any offset. It keeps the source's error.
type watched struct {
	sized
	source *source
}

// ReadAt implements io.ReaderAt.
func (w *watched) ReadAt(b []byte, off int64) (int, error) {
	n, err := w.sized.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		w.source.err = err
	}
	return n, err
}

// tail remembers the last bytes that were read: the record after a zip's directory, if there is one.
type tail struct {
	in   io.Reader
	last [zipfile.EndSize]byte
}

// Read implements io.Reader.
func (t *tail) Read(b []byte) (int, error) {
	n, err := t.in.Read(b)
	both := append(t.last[:], b[max(0, n-zipfile.EndSize):n]...)
	copy(t.last[:], both[len(both)-zipfile.EndSize:])
	return n, err
}

// directory reads the directory of a zip. The library keeps all entries in memory, so they are counted first.
func (o *opening) directory(at sized) (z *zip.Reader, err error) {
	start, offset, ok := zipfile.DirectoryStart(at, at.Size())
	if start = min(start, offset); !ok {
		return nil, reason.NewError("archive.zip-directory")
	}
	entries, err := o.count(io.NewSectionReader(at, start, at.Size()-start), zipfile.MagicDirectory)
	if err != nil {
		return nil, err
	}
	if entries > o.opts.MaxMembers-o.budget.members {
		return nil, o.tooMany()
	}
	err = codec.Guard(func() error {
		z, err = zip.NewReader(at, at.Size())
		return err
	})
	if errors.Is(err, zip.ErrInsecurePath) { // nothing is written to disk
		err = nil
	}
	return z, err
}

// count counts the occurrences of a byte string.
func (o *opening) count(in io.Reader, what string) (n int, err error) {
	buf, kept := make([]byte, 64<<10), 0
	for {
		if err := o.ctx.Err(); err != nil {
			return 0, err
		}
		m, err := in.Read(buf[kept:])
		seen := buf[:kept+m]
		n += bytes.Count(seen, []byte(what))
		kept = copy(buf, seen[max(0, len(seen)-len(what)+1):])
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return n, err
		}
	}
}

func (o *opening) zipMembers(p *piece, at sized, z *zip.Reader) error {
	var read []codec.Span
	for _, f := range z.File {
		if o.budget.spent {
			break
		}
		whole, err := o.zipMember(p, f)
		if err != nil {
			return err
		}
		if from, err := f.DataOffset(); whole && err == nil {
			read = append(read, codec.Span{From: from, To: from + int64(f.CompressedSize64)})
		}
	}
	if err := o.fatal(); err != nil {
		return err
	}
	return o.between(p, at, read)
}

// zipMember scans a member and reports whether all of it was read.
func (o *opening) zipMember(p *piece, f *zip.File) (whole bool, err error) {
	if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 {
		return true, nil
	}
	if whole, err := o.heldMember(p, f); whole || err != nil {
		return whole, err
	}
	place := within(p.place, clean(f.Name))
	var in io.Reader
	err = codec.Guard(func() error {
		in, err = f.OpenRaw()
		return err
	})
	if err != nil {
		return false, o.settle(place, err)
	}
	e := zipfile.Member{Name: f.Name, Method: f.Method, Flags: f.Flags, Sum: f.CRC32, Summed: true}
	return o.zipEntry(p, e, &codec.Counter{Ctx: o.ctx, In: in})
}

// maxInMemory is the size, packed and unpacked, up to which a member is unpacked in memory. That is several times as fast
// as a stream.
const maxInMemory = 16 << 20

// heldMember scans a member that fits into memory, packed and unpacked. If anything about it is not as the directory says,
// it is left to be read as a stream, which reports what is wrong and scans what there is.
func (o *opening) heldMember(p *piece, f *zip.File) (whole bool, err error) {
	plain := f.Method == zip.Deflate && f.Flags&1 == 0
	if size := f.CompressedSize64 + f.UncompressedSize64; !plain || max(f.CompressedSize64, size) > maxInMemory {
		return false, nil
	}
	mem := &memory{o: o}
	if mem.Grow(int64(f.CompressedSize64+f.UncompressedSize64)) != nil {
		return false, o.fatal()
	}
	defer mem.release()
	packed, ok := o.packedBytes(f)
	if !ok {
		return false, o.fatal()
	}
	member := &piece{place: within(p.place, clean(f.Name)), depth: p.depth + 1}
	return o.once(claims{zipped, f.CRC32, f.UncompressedSize64}, packed, member, func() (bool, error) {
		content, ok := o.inflate(f, packed)
		defer func() { o.give(content) }()
		if !ok {
			return false, o.fatal()
		}
		member.content = content
		return o.unpacked(member)
	})
}

// packedBytes reads the packed bytes of a member into a buffer, which the next call overwrites.
func (o *opening) packedBytes(f *zip.File) (packed []byte, ok bool) {
	o.packed = slices.Grow(o.packed[:0], int(f.CompressedSize64))
	packed = o.packed[:f.CompressedSize64]
	err := codec.Guard(func() error {
		in, err := f.OpenRaw()
		if err == nil {
			_, err = io.ReadFull(in, packed)
		}
		return err
	})
	return packed, err == nil
}

// unpacked scans a member that was unpacked in memory. It reports false for one that is beyond a limit.
func (o *opening) unpacked(p *piece) (within bool, err error) {
	size := int64(len(p.content))
	if o.budget.members >= o.opts.MaxMembers || size > o.opts.MaxBytes-o.budget.bytes {
		return false, nil
	}
	o.budget.members++
	o.budget.bytes += size
	return true, o.open(p)
}

// inflate unpacks a member into a buffer. It returns the buffer in any case, for reuse.
func (o *opening) inflate(f *zip.File, packed []byte) (content []byte, ok bool) {
	content = o.take(int(f.UncompressedSize64))
	out, _, err := o.decoder.Deflate(content, packed, int(f.UncompressedSize64))
	if err != nil || crc32.ChecksumIEEE(out) != f.CRC32 {
		return content, false
	}
	return out, true
}

// zipEntry scans a member whose packed bytes are read from in, and reports whether all of it was read.
func (o *opening) zipEntry(p *piece, e zipfile.Member, in *codec.Counter) (whole bool, err error) {
	place := within(p.place, clean(e.Name))
	if e.Encrypted() {
		o.report(place, codec.Refuse(reason.New("archive.encrypted")))
		return false, nil
	}
	mem := &memory{o: o}
	defer mem.release()
	out, err := zipfile.Decompress(e.Method, in, mem)
	if err != nil {
		return false, o.settle(place, codec.NoEOF(err))
	}
	defer out.Close()
	m := &meter{o: o, in: out, packed: func() int64 { return in.N }, stored: e.Method == zip.Store}
	if e.Summed {
		m.check(e.Sum)
	}
	err = o.member(p, e.Name, m)
	return m.ended && m.err == nil, err
}

// between scans the bytes that belong to no member that was read: comments, what precedes the archive, and members that
// could not be unpacked.
func (o *opening) between(p *piece, at sized, read []codec.Span) error {
	slices.SortFunc(read, func(a, b codec.Span) int { return cmp.Compare(a.From, b.From) })
	var parts []io.Reader
	from := int64(0)
	for _, s := range append(read, codec.Span{From: at.Size(), To: at.Size()}) {
		if s.From > from {
			parts = append(parts, io.NewSectionReader(at, from, s.From-from), strings.NewReader("\n"))
		}
		from = max(from, s.To)
	}
	return o.passStream(p, &codec.Counter{Ctx: o.ctx, In: io.MultiReader(parts...)})
}
