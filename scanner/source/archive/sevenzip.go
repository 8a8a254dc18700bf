package archive

import (
	"errors"
	"io"
	"strings"

	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/sevenzip"
)

// sevenZip scans the members of a 7z, the names in its header, and the bytes outside its members. The header is at the
// end of the file, so the file must be whole.
func (o *opening) sevenZip(p *piece) error {
	at, held, err := o.whole(p)
	defer func() { o.budget.held -= held }()
	if err != nil {
		return err
	}
	if at == nil {
		o.report(p.place, o.tooMuchMemory())
		return o.pass(p)
	}
	header, dictionary := &memory{o: o}, &memory{o: o}
	defer header.release()
	a, err := sevenzip.Read(o.ctx, at, at.Size(), sevenzip.Options{
		MaxMembers: o.opts.MaxMembers - o.budget.members, MaxBytes: o.opts.MaxBytes - o.budget.bytes,
		Header: header, Dictionary: dictionary,
	})
	dictionary.release()
	if fatal := o.fatal(); fatal != nil {
		return fatal
	}
	if err != nil {
		o.report(p.place, o.sevenZipError(err))
		return o.passStream(p, io.NewSectionReader(at, 0, at.Size()))
	}
	o.budget.bytes += a.Unpacked
	if err := o.sevenFolders(p, at, a); err != nil {
		return err
	}
	return o.pass(&piece{place: p.place, content: []byte(strings.Join(a.Names, "\n"))})
}

func (o *opening) sevenZipError(err error) error {
	switch {
	case errors.Is(err, sevenzip.ErrTooManyMembers):
		return o.tooMany()
	case errors.Is(err, sevenzip.ErrTooLarge):
		return o.tooLarge()
	}
	return err
}

// sevenFolders scans the folders of a 7z, which is the format's word for members that are packed as one stream.
func (o *opening) sevenFolders(p *piece, at sized, a *sevenzip.Archive) error {
	read := make([]codec.Span, 0, len(a.Folders))
	for _, f := range a.Folders {
		if o.budget.spent {
			break
		}
		whole, err := o.sevenFolder(p, at, f)
		if err != nil {
			return err
		}
		if whole {
			read = append(read, f.Packed)
		}
	}
	return o.between(p, at, read)
}

// sevenFolder scans the members of a folder, and reports whether all of them were read.
func (o *opening) sevenFolder(p *piece, at sized, f sevenzip.Folder) (whole bool, err error) {
	in := &codec.Counter{Ctx: o.ctx, In: io.NewSectionReader(at, f.Packed.From, f.Packed.Len())}
	mem := &memory{o: o}
	defer mem.release()
	out, err := f.Open(in, mem)
	if err != nil {
		return false, o.settle(within(p.place, clean(f.Name())), codec.NoEOF(err))
	}
	defer out.Close()
	whole = true
	for _, part := range f.Parts {
		if o.budget.spent {
			return false, o.fatal()
		}
		m := &meter{o: o, in: &exactReader{out, part.Size}, packed: func() int64 { return in.N }, stored: f.Stored()}
		if part.Summed {
			m.check(part.Sum)
		}
		if err := o.member(p, part.Name, m); err != nil {
			return false, err
		}
		if _, err := io.Copy(io.Discard, m); err != nil { // what the sink did not read
			return false, err
		}
		if whole = whole && m.err == nil; m.n < part.Size {
			return false, o.fatal() // the start of the next member is unknown
		}
	}
	return whole, o.fatal()
}

// exactReader reads exactly n bytes. An earlier end is an error.
type exactReader struct {
	in io.Reader
	n  int64
}

// Read implements io.Reader.
func (r *exactReader) Read(b []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n, err := r.in.Read(b[:min(int64(len(b)), r.n)])
	if r.n -= int64(n); r.n > 0 {
		err = codec.NoEOF(err)
	} else if n > 0 {
		err = nil
	}
	return n, err
}
