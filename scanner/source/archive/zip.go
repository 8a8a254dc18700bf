package archive

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

const (
	errEncrypted = refusal("is encrypted: decrypt it and scan what it holds")
	errMethod    = refusal("is compressed by a method of zip that akguard cannot undo: unpack it and scan the result")
)

// zip scans the members of a zip, and its bytes between them. A zip is read by the directory at its end; where that is
// out of reach or damaged, member by member from the front.
func (o *opening) zip(p *piece, k kind) error {
	at, held, err := o.whole(p)
	defer func() { o.budget.held -= held }()
	if err != nil {
		return err
	}
	if at == nil {
		return o.zipTooLarge(p, k)
	}
	if k == maybeZip && !hasDirectoryAt(at, at.Size()) {
		return o.passStream(p, p.reader())
	}
	z, err := o.directory(at)
	if fatal := o.fatal(); fatal != nil {
		return fatal
	}
	if err != nil {
		if kindByMagic(p.content) != zipped {
			o.lose(p.place, err)
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
	if string(end.last[:4]) == eocdMagic {
		o.lose(p.place, o.tooHeavy())
	}
	return nil
}

// whole makes a piece readable at any place, if it is not too large, and returns the memory that it is held in.
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

// watched is the source, read at any place.
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

// tail remembers the end of what is read.
type tail struct {
	in   io.Reader
	last [eocdSize]byte
}

// Read implements io.Reader.
func (t *tail) Read(b []byte) (int, error) {
	n, err := t.in.Read(b)
	both := append(t.last[:], b[max(0, n-eocdSize):n]...)
	copy(t.last[:], both[len(both)-eocdSize:])
	return n, err
}

// directory reads the directory of a zip. The library keeps all entries in memory, so they are counted before.
func (o *opening) directory(at sized) (z *zip.Reader, err error) {
	start, offset, ok := directoryStart(at, at.Size())
	if start = min(start, offset); !ok {
		return nil, errors.New("no directory at its end")
	}
	entries, err := o.count(io.NewSectionReader(at, start, at.Size()-start), "PK\x01\x02")
	if err != nil {
		return nil, err
	}
	if entries > o.opts.MaxMembers-o.budget.members {
		return nil, o.tooMany()
	}
	err = guard(func() error {
		z, err = zip.NewReader(at, at.Size())
		return err
	})
	if errors.Is(err, zip.ErrInsecurePath) { // names are cleaned
		err = nil
	}
	return z, err
}

// count counts a byte string in what it reads.
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

// span is a stretch of an archive.
type span struct{ from, to int64 }

func (o *opening) zipMembers(p *piece, at sized, z *zip.Reader) error {
	var read []span
	for _, f := range z.File {
		if o.budget.spent {
			break
		}
		whole, err := o.zipMember(p, f)
		if err != nil {
			return err
		}
		if from, err := f.DataOffset(); whole && err == nil {
			read = append(read, span{from, from + int64(f.CompressedSize64)})
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
	err = guard(func() error {
		in, err = f.OpenRaw()
		return err
	})
	if err != nil {
		return false, o.settle(place, err)
	}
	e := entry{name: f.Name, method: f.Method, flags: f.Flags, sum: f.CRC32, summed: true}
	return o.entry(p, e, &counter{ctx: o.ctx, in: in})
}

// maxQuick is the size up to which a member is unpacked in memory, which is several times as fast as in a stream.
const maxQuick = 16 << 20

// heldMember scans a member that can be held, packed and unpacked. One of which anything is not as the zip says is left
// to be read as a stream, which tells what is wrong and scans what there is.
func (o *opening) heldMember(p *piece, f *zip.File) (whole bool, err error) {
	plain := f.Method == zip.Deflate && f.Flags&1 == 0
	if size := f.CompressedSize64 + f.UncompressedSize64; !plain || max(f.CompressedSize64, size) > maxQuick {
		return false, nil
	}
	mem := &memory{o: o}
	if mem.grow(int64(f.CompressedSize64+f.UncompressedSize64)) != nil {
		return false, o.fatal()
	}
	defer mem.release()
	content, ok := o.inflate(f)
	defer func() { o.give(content) }()
	if !ok {
		return false, o.fatal()
	}
	if o.budget.members++; o.budget.members > o.opts.MaxMembers {
		o.budget.members--
		return false, nil
	}
	if o.budget.bytes += int64(len(content)); o.budget.bytes > o.opts.MaxBytes {
		o.budget.bytes -= int64(len(content))
		return false, nil
	}
	return true, o.open(&piece{place: within(p.place, clean(f.Name)), depth: p.depth + 1, content: content})
}

// inflate unpacks a member into a buffer, which it returns in any case.
func (o *opening) inflate(f *zip.File) (content []byte, ok bool) {
	content = o.take()
	o.packed = slices.Grow(o.packed[:0], int(f.CompressedSize64))
	packed := o.packed[:f.CompressedSize64]
	err := guard(func() error {
		in, err := f.OpenRaw()
		if err == nil {
			_, err = io.ReadFull(in, packed)
		}
		return err
	})
	if err != nil {
		return content, false
	}
	out, _, err := o.decoder.Deflate(content, packed, int(f.UncompressedSize64))
	if err != nil || crc32.ChecksumIEEE(out) != f.CRC32 {
		return content, false
	}
	return out, true
}

// entry is what is known of a zip's member before it is read.
type entry struct {
	name          string
	method, flags uint16
	sum           uint32
	summed        bool  // sum is known
	packed        int64 // size in the zip; -1 if not known
}

// entry scans a member that is read from in, and reports whether all of it was read.
func (o *opening) entry(p *piece, e entry, in *counter) (whole bool, err error) {
	place := within(p.place, clean(e.name))
	if e.flags&1 != 0 {
		o.lose(place, errEncrypted)
		return false, nil
	}
	mem := &memory{o: o}
	defer mem.release()
	out, err := unzip(e.method, in, mem)
	if err != nil {
		return false, o.settle(place, noEOF(err))
	}
	defer out.Close()
	m := &meter{o: o, in: out, packed: func() int64 { return in.n }, stored: e.method == zip.Store}
	if e.summed {
		m.check(e.sum)
	}
	err = o.member(p, e.name, m)
	return m.ended && m.err == nil, err
}

// unzip returns the reader of a member.
func unzip(method uint16, in *counter, mem *memory) (io.ReadCloser, error) {
	switch method {
	case zip.Store:
		return io.NopCloser(in), nil
	case zip.Deflate:
		return newFlate(bufio.NewReader(in)), nil
	case 12:
		return decompressor(bzipped, bufio.NewReader(in), mem)
	case 93:
		return decompressor(zstandard, bufio.NewReader(in), mem)
	case 95:
		return decompressor(xzipped, bufio.NewReader(in), mem)
	}
	return nil, errMethod
}

// between scans the bytes of a zip that are in none of the members that were read: comments, what stands before the
// zip, and members that could not be unpacked.
func (o *opening) between(p *piece, at sized, read []span) error {
	slices.SortFunc(read, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var parts []io.Reader
	from := int64(0)
	for _, s := range append(read, span{at.Size(), at.Size()}) {
		if s.from > from {
			parts = append(parts, io.NewSectionReader(at, from, s.from-from), strings.NewReader("\n"))
		}
		from = max(from, s.to)
	}
	return o.passStream(p, &counter{ctx: o.ctx, in: io.MultiReader(parts...)})
}

const (
	eocdMagic = "PK\x05\x06" // of the record behind a zip's directory
	eocdSize  = 22           // of that record without the comment that follows it
)

// hasDirectory reports whether b ends with a zip's directory.
func hasDirectory(b []byte) bool {
	end := b[max(0, len(b)-eocdSize-1<<16):]
	if bytes.IndexByte(end, 0) < 0 {
		return false // text: the record has zeros
	}
	return bytes.Contains(end, []byte(magics[1].text)) && hasDirectoryAt(bytes.NewReader(b), int64(len(b)))
}

// hasDirectoryAt is strict: programs that know of zip hold its magics too.
func hasDirectoryAt(at io.ReaderAt, size int64) bool {
	start, _, ok := directoryStart(at, size)
	magic := make([]byte, 4)
	if _, err := at.ReadAt(magic, start); err != nil {
		return false
	}
	return ok && string(magic) == "PK\x01\x02"
}

// directoryStart finds where the directory begins by its size, and where it says it does: that is wrong where
// something was put before the zip.
func directoryStart(at io.ReaderAt, size int64) (start, offset int64, ok bool) {
	end := make([]byte, min(size, eocdSize+1<<16))
	if _, err := at.ReadAt(end, size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, false
	}
	for i := len(end) - eocdSize; i >= 0; i-- {
		if string(end[i:i+4]) != eocdMagic || i+eocdSize+int(binary.LittleEndian.Uint16(end[i+20:])) > len(end) {
			continue
		}
		record := size - int64(len(end)-i)
		var length int64
		length, offset = int64(binary.LittleEndian.Uint32(end[i+12:])), int64(binary.LittleEndian.Uint32(end[i+16:]))
		if i >= 76 && string(end[i-20:i-16]) == "PK\x06\x07" && string(end[i-76:i-72]) == "PK\x06\x06" { // zip64
			record -= 76
			length, offset = int64(binary.LittleEndian.Uint64(end[i-36:])), int64(binary.LittleEndian.Uint64(end[i-28:]))
		}
		if length < 0 || length > record || offset < 0 || offset > record {
			return 0, 0, false
		}
		return record - length, offset, true
	}
	return 0, 0, false
}
