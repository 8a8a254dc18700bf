package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/inflate"
)

// opening is one outermost archive being read, with all that is in it. It is one goroutine's.
type opening struct {
	*opener
	ctx    context.Context // of the call of Blob that this is
	source source
	budget budget
	losses []loss
	cut    int // meters in use that have ended with an error
	*workspace
}

// workspace is memory that one archive after the other is read with.
type workspace struct {
	buffers [][]byte // not in use
	packed  []byte
	decoder inflate.Decoder
}

// piece is a content on its way. What is nested is a tower of pieces, each of which reads from the one below.
type piece struct {
	place       finding.Place
	depth       int // archives around it
	headerLines int
	content     []byte         // all of it, or its beginning
	rest        io.Reader      // what follows content, or nil
	at          sized          // the whole, where it can be read at any place
	ifTar       *finding.Place // the place of a tar that was compressed: it is one archive with the compressed file
}

// sized is a stream that can be read at any place too, such as an io.SectionReader.
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

// joined reads the beginning of a piece and then the rest. It is a scanner.Sparse for the outermost one, which may be.
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

// heldSize is the size past which a member is streamed.
const heldSize = 1 << 20

// enter reads a piece's beginning and goes on with it.
func (o *opening) enter(p *piece, in io.Reader) error {
	buf := o.take()
	n, whole := 0, false
	for !whole && n < heldSize {
		if n == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
		m, err := in.Read(buf[n:])
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

func (o *opening) take() []byte {
	if n := len(o.buffers); n > 0 {
		buf := o.buffers[n-1]
		o.buffers = o.buffers[:n-1]
		return buf
	}
	return make([]byte, 32<<10)
}

// maxKept is the size of a buffer up to which the next archive gets it.
const maxKept = 1 << 20

func (o *opening) give(buf []byte) {
	if cap(buf) <= maxKept {
		o.buffers = append(o.buffers, buf[:cap(buf)])
	}
}

// open scans a piece and what is packed in it. Its error is the sink's, the source's or the context's; what is wrong
// with an archive is a loss.
func (o *opening) open(p *piece) error {
	k := kindOf(p.content, p.rest == nil)
	if k == none && p.at != nil && hasDirectoryAt(p.at, p.at.Size()) {
		k = zipped
	}
	if k == tarred && p.ifTar != nil {
		p.place, p.depth = *p.ifTar, p.depth-1
	}
	switch {
	case k == none:
		return o.pass(p)
	case p.depth >= o.opts.MaxDepth:
		o.lose(p.place, refusal(fmt.Sprintf("is an archive in %d others: unpack the outer ones and scan what they hold", p.depth)))
		return o.pass(p)
	case k == zipped || k == maybeZip:
		return o.zip(p, k)
	case k == tarred:
		return o.tar(p)
	case k == sevenZipped:
		return o.sevenZip(p)
	case k == foreign:
		o.lose(p.place, errForeign)
		return o.pass(p)
	}
	return o.compressed(p, k)
}

const errForeign = refusal("is a rar archive, which akguard cannot open: unpack it and scan what it holds")

// pass hands a piece on as it is.
func (o *opening) pass(p *piece) error {
	b := scanner.Blob{Place: p.place, HeaderLines: p.headerLines, Content: p.content}
	if p.rest != nil {
		b.Content, b.Stream = nil, p.reader()
	}
	return o.Sink.Blob(o.ctx, b)
}

// passStream hands on what is left of a piece.
func (o *opening) passStream(p *piece, in io.Reader) error {
	return o.Sink.Blob(o.ctx, scanner.Blob{Place: p.place, Stream: in})
}

// member scans a member of p.
func (o *opening) member(p *piece, name string, m *meter) error {
	if o.budget.members++; o.budget.members > o.opts.MaxMembers {
		o.budget.spent = true
		o.lose(p.place, o.tooMany())
		return nil
	}
	return o.unpack(&piece{place: within(p.place, clean(name)), depth: p.depth + 1}, m)
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

// loss is why something in the archive was not read: the first such thing, and how many more there are.
type loss struct {
	cause  string
	place  finding.Place
	reason string
	more   int
}

// refusal is a cause that needs no more words.
type refusal string

func (r refusal) Error() string { return string(r) }

// settle turns the error of an archive into a loss, unless it is not about the archive. That an archive is damaged is
// no news where the one around it has been cut short.
func (o *opening) settle(place finding.Place, err error) error {
	if fatal := o.fatal(); fatal != nil || err == nil {
		return fatal
	}
	if r := refusal(""); o.cut == 0 || errors.As(err, &r) {
		o.lose(place, err)
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

func (o *opening) lose(place finding.Place, err error) {
	cause, reason := "damaged", ""
	var r refusal
	if errors.As(err, &r) {
		cause, reason = string(r), string(r)
	} else {
		reason = fmt.Sprintf("is damaged and could not be unpacked whole (%v): repair or unpack it and scan the result", err)
	}
	for i := range o.losses {
		if o.losses[i].cause == cause {
			if label(o.losses[i].place) != label(place) {
				o.losses[i].more++
			}
			return
		}
	}
	o.losses = append(o.losses, loss{cause: cause, place: place, reason: reason})
}

// close tells the losses and lets the next large archive in.
func (o *opening) close() {
	for _, l := range o.losses {
		if l.more > 0 {
			l.reason += fmt.Sprintf("; so it is with %d more in the same archive", l.more)
		}
		o.Skip(finding.Skip{Path: label(l.place), Reason: reason.Text(l.reason)})
	}
	if o.budget.large {
		<-o.large
	}
	if cap(o.packed) > maxKept {
		o.packed = nil
	}
	o.workspaces.Put(o.workspace)
}

// source is the outermost stream. It remembers an error of its own, which is not the archive's.
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
