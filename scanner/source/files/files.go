// Package files is the source of plain files: a folder, one file, or a stream such as standard input.
//
// A folder is walked without following symbolic links, which may lead anywhere: a link to something outside the folder
// is reported as a Skip. Only regular files are opened, because a FIFO or a device may never end. Files are read in
// parallel; large ones are streamed, without their holes where the file system reports them.
//
// Everything is opened relative to the folder that it is in. So a file or folder that is replaced by a link during the scan
// is not followed either: a file or folder that is no longer one is a Skip.
package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/fileio"
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
	Filter Filter // of the root; default: everything except git folders
	// LinkText makes the text of a symbolic link its content, as git stores it.
	LinkText bool
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

// everything is the Filter that leaves out only the files of git itself.
type everything struct{}

func (everything) Folder(name string) (Filter, bool) { return everything{}, name != ".git" }
func (everything) File(string) bool                  { return true }

type folder struct{ opts Options }

// Scan implements scanner.Source.
func (s *folder) Scan(ctx context.Context, sink scanner.Sink) error {
	root, err := openDirectory(s.opts.Root)
	if err != nil {
		sink.Skip(finding.Skip{Path: ".", Reason: unreadable(err)})
		return ctx.Err()
	}
	defer root.Close()
	w := newWalk(s.opts, root, sink)
	defer w.handles.close()
	g, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, w.close)
	defer stop()
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error { return w.work(ctx) })
	}
	return g.Wait()
}

// maxHeld is the size above which a file is streamed.
const maxHeld = 16 << 20

// reader reads files into one buffer. It belongs to one goroutine.
type reader struct {
	buf  []byte
	file file // the open file; a field, so that opening one allocates nothing
}

// scan scans one file. What cannot be read is skipped; the error is the sink's.
func (r *reader) scan(ctx context.Context, sink scanner.Sink, d *directory, name string, place finding.Place) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.read(ctx, sink, d, name, place)
	if gone(err) {
		return nil // it vanished since the folder was listed
	}
	return orSkip(ctx, sink, place, err)
}

// orSkip turns the error of a file into a Skip.
func orSkip(ctx context.Context, sink scanner.Sink, place finding.Place, err error) error {
	var failed *fs.PathError
	if !errors.As(err, &failed) || ctx.Err() != nil {
		return err
	}
	sink.Skip(finding.Skip{Path: place.Path, Reason: unreadable(err)})
	return nil
}

func (r *reader) read(ctx context.Context, sink scanner.Sink, d *directory, name string, place finding.Place) error {
	var err error
	if r.file, err = d.open(name); err != nil {
		return err
	}
	f := &r.file
	defer f.Close()
	content, whole, err := r.head(f)
	if err == nil && len(content) == 0 {
		err = f.checkEmpty()
	}
	if err != nil {
		return err
	}
	blob := scanner.Blob{Place: place, Content: content}
	if !whole {
		size, err := f.size()
		if err != nil {
			return err
		}
		if size < int64(len(content)) { // a file that the kernel generates, such as those in /proc
			return &fs.PathError{Op: "read", Path: name, Err: reason.NewError("files.longer-than-size")}
		}
		blob.Content, blob.Stream = nil, newLarge(ctx, f, size)
	}
	return sink.Blob(ctx, blob)
}

// head reads a regular file into the buffer, whole if it is at most maxHeld bytes long. A read that does not fill the
// buffer has reached the end.
func (r *reader) head(f *file) (content []byte, whole bool, err error) {
	if r.buf == nil {
		r.buf = make([]byte, 128<<10)
	}
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

// seekable is a file that may report its holes.
type seekable interface {
	io.ReaderAt
	// nextData returns the first offset, from at on, that is not in a hole. The error is io.EOF if the rest is a hole, and
	// another one if the system does not know.
	nextData(at int64) (int64, error)
}

// osFile is a file as package os opens it.
type osFile struct{ *os.File }

// large is the stream of a large file. It is a scanner.Sparse, and an io.ReaderAt for archives.
type large struct {
	*io.SectionReader
	file seekable
}

func newLarge(ctx context.Context, f seekable, size int64) *large {
	return &large{io.NewSectionReader(interruptible{ctx, f}, 0, size), f}
}

// SkipZeros implements scanner.Sparse. Short holes are read: some file systems have reported holes in data that was not
// written out yet.
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

// minHole is the size from which holes are skipped.
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

// errReplaced says that something is no longer what it was when its folder was listed.
var errReplaced = reason.NewError("files.replaced")

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// unreadable is the reason of a Skip, without the path, which the Skip names.
func unreadable(err error) reason.Reason {
	return reason.New("files.unreadable", fileio.Reason(err))
}
