// Package files is the source of plain files: a folder, one file, or a stream such as standard input.
//
// A folder is walked without following symbolic links, so that a path never leaves it, and only regular files are
// opened: a pipe or a device would never end. Files are read on all processors; large ones are streamed, without their
// holes where the system tells of them.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"golang.org/x/sync/errgroup"
)

// Filter decides what of one folder is scanned.
type Filter interface {
	// Folder returns the filter of a folder in this one; ok is false to leave the folder out.
	Folder(name string) (f Filter, ok bool)
	// File reports whether a file in this folder is scanned.
	File(name string) bool
}

// Options says what to scan. Root is required.
type Options struct {
	Root   string // the folder
	Source string // of the places; default finding.SourceFile
	Filter Filter // of the root; default: everything but git directories
}

// New returns the source of a folder.
func New(opts Options) scanner.Source {
	if opts.Source == "" {
		opts.Source = finding.SourceFile
	}
	if opts.Filter == nil {
		opts.Filter = everything{}
	}
	return &folder{opts}
}

// everything takes all files but those of git itself.
type everything struct{}

func (everything) Folder(name string) (Filter, bool) { return everything{}, name != ".git" }
func (everything) File(string) bool                  { return true }

type folder struct{ opts Options }

// Scan implements scanner.Source.
func (s *folder) Scan(ctx context.Context, sink scanner.Sink) error {
	w := newWalk(s.opts, sink)
	g, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, w.close)
	defer stop()
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error { return w.work(ctx) })
	}
	return g.Wait()
}

// NewFile returns the source of one file, named as the user named it. The file may be a pipe.
func NewFile(name string) scanner.Source {
	return single{func(ctx context.Context, sink scanner.Sink) error {
		place := finding.Place{Source: finding.SourceFile, Path: filepath.ToSlash(name)}
		f, err := open(ctx, name)
		if err != nil {
			return orSkip(ctx, sink, place, err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > maxHeld {
			return orSkip(ctx, sink, place, sink.Blob(ctx, scanner.Blob{Place: place, Stream: newLarge(ctx, osFile{f}, info.Size())}))
		}
		return orSkip(ctx, sink, place, stream(ctx, sink, place, f))
	}}
}

// open is os.Open, and returns when ctx ends: a pipe opens when somebody writes to it. Then the file is left behind.
func open(ctx context.Context, name string) (*os.File, error) {
	done := make(chan struct{})
	var opened *os.File
	var failed error
	go func() {
		defer close(done)
		opened, failed = os.Open(name)
	}()
	select {
	case <-done:
		return opened, failed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// NewReader returns the source of a stream.
func NewReader(in io.Reader) scanner.Source {
	return single{func(ctx context.Context, sink scanner.Sink) error {
		return stream(ctx, sink, finding.Place{Source: finding.SourceStdin}, in)
	}}
}

// stream scans a stream. It returns when ctx ends, also where a read blocks, as of a terminal: that one is left
// behind, with the goroutine that waits for it.
func stream(ctx context.Context, sink scanner.Sink, place finding.Place, in io.Reader) error {
	r, w := io.Pipe()
	defer r.Close()
	stop := context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	defer stop()
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	return sink.Blob(ctx, scanner.Blob{Place: place, Stream: r})
}

type single struct {
	scan func(context.Context, scanner.Sink) error
}

// Scan implements scanner.Source.
func (s single) Scan(ctx context.Context, sink scanner.Sink) error { return s.scan(ctx, sink) }

// maxHeld is the size past which a file is streamed.
const maxHeld = 16 << 20

// reader reads files into one buffer. It is one goroutine's.
type reader struct{ buf []byte }

// scan scans one file. What cannot be read is skipped; the error is the sink's.
func (r *reader) scan(ctx context.Context, sink scanner.Sink, d *directory, name string, place finding.Place) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.read(ctx, sink, d, name, place)
	if gone(err) {
		return nil // it was not there to read
	}
	return orSkip(ctx, sink, place, err)
}

// orSkip turns the error of a file into a Skip.
func orSkip(ctx context.Context, sink scanner.Sink, place finding.Place, err error) error {
	var failed *fs.PathError
	if !errors.As(err, &failed) || ctx.Err() != nil {
		return err
	}
	sink.Skip(finding.Skip{Path: place.Path, Reason: reason.Text(cause(err))})
	return nil
}

func (r *reader) read(ctx context.Context, sink scanner.Sink, d *directory, name string, place finding.Place) error {
	f, err := d.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	content, whole, err := r.head(f)
	if err != nil {
		return err
	}
	blob := scanner.Blob{Place: place, Content: content}
	if !whole {
		size, err := f.size()
		if err != nil {
			return err
		}
		if size < int64(len(content)) { // as of files that the system makes up while they are read
			return &fs.PathError{Op: "read", Path: name, Err: errors.New("it is longer than it says")}
		}
		blob.Content, blob.Stream = nil, newLarge(ctx, f, size)
	}
	return sink.Blob(ctx, blob)
}

// space returns the buffer.
func (r *reader) space() []byte {
	if r.buf == nil {
		r.buf = make([]byte, 128<<10)
	}
	return r.buf
}

// head reads a regular file into the buffer: whole, or as much as is held of a large one. A read that does not
// fill the buffer has come to the end.
func (r *reader) head(f *file) (content []byte, whole bool, err error) {
	r.space()
	for n := 0; ; {
		m, err := f.Read(r.buf[n:])
		switch n += m; {
		case err != nil && !errors.Is(err, io.EOF):
			return nil, false, err
		case n < len(r.buf):
			return r.buf[:n], true, nil
		case n >= maxHeld:
			return r.buf[:n], false, nil
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
}

// seekable is a file of which holes may be known.
type seekable interface {
	io.ReaderAt
	// nextData returns where the next bytes at or behind an offset are that are on the disk, io.EOF if there are none;
	// another error if the system does not know.
	nextData(at int64) (int64, error)
}

// osFile is a file as package os opens it.
type osFile struct{ *os.File }

// large is a large file as a stream, which whoever opens archives can read at any place. It is a scanner.Sparse.
type large struct {
	*io.SectionReader
	file seekable
}

func newLarge(ctx context.Context, f seekable, size int64) *large {
	return &large{io.NewSectionReader(interruptible{ctx, f}, 0, size), f}
}

// SkipZeros implements scanner.Sparse. Where the system does not tell, nothing is skipped. Short holes are read: some file
// systems have told of holes in files that they had not written out yet.
func (l *large) SkipZeros() (int64, error) {
	at, err := l.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	next, err := l.file.nextData(at)
	if errors.Is(err, io.EOF) {
		next, err = l.Size(), nil
	}
	if next = min(next, l.Size()); err != nil || next-at < minHole {
		return 0, nil
	}
	_, err = l.Seek(next, io.SeekStart)
	return next - at, err
}

// minHole is the size of the holes that are skipped.
const minHole = 16 << 20

// interruptible stops reading when ctx ends.
type interruptible struct {
	ctx context.Context
	in  io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (r interruptible) ReadAt(b []byte, at int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.ReadAt(b, at)
}

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// cause is an error without its path, which is said beside it.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Sprintf("cannot be read: %v", p.Err)
	}
	return err.Error()
}
