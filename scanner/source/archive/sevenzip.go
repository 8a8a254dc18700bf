package archive

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

const (
	sevenHead    = 32 // bytes before the packed ones
	sevenNesting = 4  // headers packed in headers: one is usual
	sevenParsed  = 4  // memory that a header takes, in times its size
)

// sevenZip scans the members of a 7z, the names in its header and its bytes beside the members. The header stands at the
// end of the file, so that the file must be whole.
func (o *opening) sevenZip(p *piece) error {
	at, held, err := o.whole(p)
	defer func() { o.budget.held -= held }()
	if err != nil {
		return err
	}
	if at == nil {
		o.lose(p.place, o.tooHeavy())
		return o.pass(p)
	}
	mem := &memory{o: o}
	defer mem.release()
	s, err := o.sevenHeader(at, mem)
	if fatal := o.fatal(); fatal != nil {
		return fatal
	}
	if err != nil {
		o.lose(p.place, err)
		return o.passStream(p, io.NewSectionReader(at, 0, at.Size()))
	}
	if err := o.sevenFolders(p, at, s); err != nil {
		return err
	}
	return o.pass(&piece{place: p.place, content: s.names()})
}

// sevenHeader finds the header of a 7z and unpacks it, if it is packed as most are.
func (o *opening) sevenHeader(at sized, mem *memory) (*sevenZip, error) {
	var h [sevenHead]byte
	if n, err := at.ReadAt(h[:], 0); n < len(h) {
		return nil, noEOF(err)
	}
	from, size := binary.LittleEndian.Uint64(h[12:]), binary.LittleEndian.Uint64(h[20:])
	after := uint64(at.Size() - sevenHead)
	if crc32.ChecksumIEEE(h[12:]) != binary.LittleEndian.Uint32(h[8:]) || from > after || size > after-from {
		return nil, errSeven
	}
	if err := mem.grow(sevenParsed * int64(size)); err != nil {
		return nil, err
	}
	header := make([]byte, size)
	if n, err := at.ReadAt(header, sevenHead+int64(from)); n < len(header) {
		return nil, noEOF(err)
	}
	if crc32.ChecksumIEEE(header) != binary.LittleEndian.Uint32(h[28:]) {
		return nil, errSevenSum
	}
	for range sevenNesting {
		s, packed, err := parseSeven(header, o.opts.MaxMembers-o.budget.members)
		switch {
		case errors.Is(err, errSevenMany):
			return nil, o.tooMany()
		case err != nil || !packed:
			return s, err
		}
		if header, err = o.sevenInner(at, s, mem); err != nil {
			return nil, err
		}
	}
	return nil, errSeven
}

// sevenInner unpacks the header that s describes.
func (o *opening) sevenInner(at sized, s *sevenZip, mem *memory) (header []byte, err error) {
	if len(s.folders) != 1 || len(s.folders[0].parts) != 1 {
		return nil, errSeven
	}
	f := s.folders[0]
	if f.size > o.opts.MaxBytes-o.budget.bytes {
		return nil, o.tooLarge()
	}
	if err := mem.grow(mem.n + sevenParsed*f.size); err != nil {
		return nil, err
	}
	dictionary := &memory{o: o}
	defer dictionary.release()
	in := &counter{ctx: o.ctx, in: io.NewSectionReader(at, f.packed.from, f.packed.to-f.packed.from)}
	out, err := unsevenZip(f, in, dictionary)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	header = make([]byte, f.size)
	o.budget.bytes += f.size
	err = guard(func() error {
		_, err := io.ReadFull(out, header)
		return err
	})
	if part := f.parts[0]; err == nil && part.summed && crc32.ChecksumIEEE(header) != part.sum {
		return nil, errSevenSum
	}
	return header, noEOF(err)
}

// sevenFolders scans the folders, which is what the format calls members that are packed as one.
func (o *opening) sevenFolders(p *piece, at sized, s *sevenZip) error {
	read := make([]span, 0, len(s.folders))
	for _, f := range s.folders {
		if o.budget.spent {
			break
		}
		whole, err := o.sevenFolder(p, at, f)
		if err != nil {
			return err
		}
		if whole {
			read = append(read, f.packed)
		}
	}
	return o.between(p, at, read)
}

// sevenFolder scans the members of a folder, and reports whether all of them were read.
func (o *opening) sevenFolder(p *piece, at sized, f sevenFolder) (whole bool, err error) {
	in := &counter{ctx: o.ctx, in: io.NewSectionReader(at, f.packed.from, f.packed.to-f.packed.from)}
	mem := &memory{o: o}
	defer mem.release()
	out, err := unsevenZip(f, in, mem)
	if err != nil {
		return false, o.settle(within(p.place, clean(f.name())), noEOF(err))
	}
	defer out.Close()
	whole = true
	for _, part := range f.parts {
		if o.budget.spent {
			return false, o.fatal()
		}
		m := &meter{o: o, in: &exactly{out, part.size}, packed: func() int64 { return in.n }, stored: f.stored()}
		if part.summed {
			m.check(part.sum)
		}
		if err := o.member(p, part.name, m); err != nil {
			return false, err
		}
		if _, err := io.Copy(io.Discard, m); err != nil { // what the sink has left
			return false, err
		}
		if whole = whole && m.err == nil; m.n < part.size {
			return false, o.fatal() // where the next begins is not known
		}
	}
	return whole, o.fatal()
}

// exactly reads that many bytes; to end before is an error.
type exactly struct {
	in io.Reader
	n  int64
}

// Read implements io.Reader.
func (r *exactly) Read(b []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n, err := r.in.Read(b[:min(int64(len(b)), r.n)])
	if r.n -= int64(n); r.n > 0 {
		err = noEOF(err)
	} else if n > 0 {
		err = nil
	}
	return n, err
}
