package archive

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/office"
	"github.com/akguard/akguard/scanner/internal/archive/zipfile"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

// opening is one outermost archive that is being read, with everything in it. It belongs to one goroutine.
type opening struct {
	*opener
	ctx      context.Context // of the call of Blob that this is
	source   source
	budget   budget
	reported []problem
	problems int // calls of report
	cut      int // meters in use that ended with an error
	*workspace
}

// workspace is memory that is reused from one archive to the next.
type workspace struct {
	buffers   [][]byte // free, of up to maxKept bytes
	oversized []byte   // free too, and larger; or nil
	packed    []byte
	decoder   inflate.Decoder
}

// piece is a content on its way to the sink. A nested archive is a stack of pieces, each reading from the one below.
type piece struct {
	place       finding.Place
	depth       int // how many archives it is in
	headerLines int
	content     []byte         // all of it, or its beginning
	rest        io.Reader      // what follows content, or nil
	at          sized          // the whole, if it can be read at any offset
	ifTar       *finding.Place // the place if this is a tar: a compressed tar counts as one archive, and has one name
}

// sized is a stream that can be read at any offset too, such as an io.SectionReader.
type sized interface {
	io.ReaderAt
	Size() int64
}

// reader reads the whole piece.
func (p *piece) reader() io.Reader {
	if p.rest == nil {
		return bytes.NewReader(p.content)
	}
	return &joined{bytes.NewReader(p.content), p.rest}
}

// joined reads the beginning of a piece and then the rest. It is a scanner.Sparse, because the outermost stream may be.
type joined struct {
	head *bytes.Reader
	rest io.Reader
}

// Read implements io.Reader.
func (j *joined) Read(b []byte) (int, error) {
	if j.head.Len() > 0 {
		return j.head.Read(b)
	}
	return j.rest.Read(b)
}

// SkipZeros implements scanner.Sparse.
func (j *joined) SkipZeros() (int64, error) {
	if sparse, ok := j.rest.(scanner.Sparse); ok && j.head.Len() == 0 {
		return sparse.SkipZeros()
	}
	return 0, nil
}

// heldSize is the size of the smallest member that is streamed.
const heldSize = 1 << 20

// enter reads the beginning of a piece and opens it.
func (o *opening) enter(p *piece, in io.Reader) error {
	buf := o.take(0)
	n, whole := 0, false
	for !whole && n < heldSize {
		if n == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
		m, err := in.Read(buf[n:min(len(buf), heldSize)])
		if n += m; err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		whole = err != nil
	}
	defer func() { o.give(buf) }()
	if p.content = buf[:n]; !whole {
		p.rest = in
	}
	return o.open(p)
}

// take returns a buffer for a content of this size. It may be smaller than that.
func (w *workspace) take(size int) (buf []byte) {
	if n := len(w.buffers); size <= maxKept && n > 0 {
		buf, w.buffers = w.buffers[n-1], w.buffers[:n-1]
		return buf
	}
	if size > maxKept && w.oversized != nil {
		buf, w.oversized = w.oversized, nil
		return buf
	}
	return make([]byte, 32<<10)
}

// maxKept is the size of a buffer above which only the largest one is kept for the next archive.
const maxKept = 1 << 20

// give takes a buffer back.
func (w *workspace) give(buf []byte) {
	buf = buf[:cap(buf)]
	if len(buf) <= maxKept {
		w.buffers = append(w.buffers, buf)
	} else if len(buf) > len(w.oversized) {
		w.oversized = buf
	}
}

// open scans a piece and what is packed in it. Its error is the sink's, the source's or the context's; a problem of an
// archive is reported.
func (o *opening) open(p *piece) error {
	k := kindOf(p.content, p.rest == nil)
	if k == none && p.at != nil && zipfile.HasDirectoryAt(p.at, p.at.Size()) {
		k = zipped
	}
	if k == tarred && p.ifTar != nil {
		p.place, p.depth = *p.ifTar, p.depth-1
	}
	switch {
	case k == none && office.Is(lastName(p.place)):
		return o.office(p)
	case k == none:
		return o.pass(p)
	case p.depth >= o.opts.MaxDepth:
		o.report(p.place, codec.Refuse(reason.New("archive.nesting", p.depth)))
		return o.pass(p)
	case k == zipped || k == maybeZip:
		return o.zip(p, k)
	case k == tarred:
		return o.tar(p)
	case k == sevenZipped:
		return o.sevenZip(p)
	case k == sqliteDatabase:
		return o.sqlite(p)
	case k == compound:
		return o.compound(p)
	case k == pdfDocument:
		return o.pdf(p)
	case k == gitPack:
		return o.pack(p, p.reader(), object.SHA1)
	case k == gitBundle:
		return o.bundle(p)
	case k == foreign:
		o.report(p.place, codec.Refuse(reason.New("archive.foreign", foreignName(p.content))))
		return o.pass(p)
	}
	return o.compressed(p, k)
}

// pass hands a piece to the sink as it is.
func (o *opening) pass(p *piece) error {
	b := scanner.Blob{Place: p.place, HeaderLines: p.headerLines, Content: p.content}
	if p.rest != nil {
		b.Content, b.Stream = nil, p.reader()
	}
	return o.Sink.Blob(o.ctx, b)
}

// passStream hands the rest of a piece to the sink.
func (o *opening) passStream(p *piece, in io.Reader) error {
	return o.Sink.Blob(o.ctx, scanner.Blob{Place: p.place, Stream: in})
}

// member scans a member of p.
func (o *opening) member(p *piece, name string, m *meter) error {
	if !o.countMember(p) {
		return nil
	}
	return o.unpack(&piece{place: within(p.place, clean(name)), depth: p.depth + 1}, m)
}

// countMember counts a member of p, and reports whether it may be read.
func (o *opening) countMember(p *piece) bool {
	if o.budget.members++; o.budget.members > o.opts.MaxMembers {
		o.budget.spent = true
		o.report(p.place, o.tooMany())
		return false
	}
	return true
}

// unpack scans what the meter reads.
func (o *opening) unpack(p *piece, m *meter) error {
	err := o.enter(p, m)
	if m.err != nil {
		o.cut--
	}
	if err != nil {
		return err
	}
	return o.settle(p.place, m.err)
}

// problem is why a part of the archive was not read: the first part with that cause, and how many more there are.
type problem struct {
	cause  reason.Reason // equal for parts that are reported together
	place  finding.Place
	reason reason.Reason
	more   int
}

// settle reports the error of an archive, unless it is an error of the context or the source. Damage is not
// reported if the archive around it was cut short, which explains it.
func (o *opening) settle(place finding.Place, err error) error {
	if fatal := o.fatal(); fatal != nil || err == nil {
		return fatal
	}
	var refused *codec.Refusal
	if o.cut == 0 || errors.As(err, &refused) {
		o.report(place, err)
	}
	return nil
}

// fatal is the error of the context or of the source.
func (o *opening) fatal() error {
	if err := o.ctx.Err(); err != nil {
		return err
	}
	return o.source.err
}

// report notes a problem. Each cause is reported once, because a broken archive may have thousands of members.
func (o *opening) report(place finding.Place, err error) {
	o.problems++
	p := problem{cause: reason.New("archive.damaged"), place: place, reason: reason.New("archive.damaged", err)}
	var refused *codec.Refusal
	if errors.As(err, &refused) {
		p.cause, p.reason = refused.Reason, refused.Reason
	}
	for i := range o.reported {
		if o.reported[i].cause == p.cause {
			if label(o.reported[i].place) != label(place) {
				o.reported[i].more++
			}
			return
		}
	}
	o.reported = append(o.reported, p)
}

// close reports the problems and lets the next large archive in.
func (o *opening) close() {
	for _, p := range o.reported {
		if p.more > 0 {
			p.reason = reason.New("archive.more", p.more, p.reason)
		}
		o.Skip(finding.Skip{Path: label(p.place), Reason: p.reason})
		scanner.AccountOf(o.ctx).Note()
	}
	if o.budget.large {
		<-o.large
	}
	if cap(o.packed) > maxKept {
		o.packed = nil
	}
	o.workspaces.Put(o.workspace)
}

// source is the outermost stream. It keeps its own error, which is not an error of the archive.
type source struct {
	in  io.Reader
	err error
}

// Read implements io.Reader.
func (s *source) Read(b []byte) (int, error) {
	n, err := s.in.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// SkipZeros implements scanner.Sparse.
func (s *source) SkipZeros() (int64, error) {
	if sparse, ok := s.in.(scanner.Sparse); ok {
		return sparse.SkipZeros()
	}
	return 0, nil
}
