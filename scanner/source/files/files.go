// Package files is the source of plain files: a folder, one file, or a stream such as standard input.
//
// A folder is walked without following symbolic links, so that a path never leaves it, and only regular files are
// opened: a pipe or a device would never end. Files are read on all processors; large ones are streamed.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"

	"github.com/akguard/akguard/scanner"
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
	Source string // of the places; default scanner.SourceFile
	Filter Filter // of the root; default: everything but git directories
}

// New returns the source of a folder.
func New(opts Options) scanner.Source {
	if opts.Source == "" {
		opts.Source = scanner.SourceFile
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

// job is a file to scan.
type job struct{ path, rel string }

// Scan implements scanner.Source.
func (s *folder) Scan(ctx context.Context, sink scanner.Sink) error {
	g, ctx := errgroup.WithContext(ctx)
	jobs := make(chan job, 256)
	g.Go(func() error {
		defer close(jobs)
		return s.walk(ctx, sink, jobs)
	})
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			var r reader
			for j := range jobs {
				place := scanner.Place{Source: s.opts.Source, Path: j.rel}
				if err := r.scan(ctx, sink, j.path, place); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// pending is a folder to walk.
type pending struct {
	rel    string // slash-separated; "" for the root
	filter Filter
}

func (s *folder) walk(ctx context.Context, sink scanner.Sink, jobs chan<- job) error {
	stack := []pending{{"", s.opts.Filter}}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		dir := filepath.Join(s.opts.Root, filepath.FromSlash(p.rel))
		entries, err := os.ReadDir(dir)
		if err != nil && !gone(err) {
			sink.Skip(scanner.Skip{Path: cleanRel(p.rel), Reason: cause(err)})
		}
		for _, e := range entries {
			rel := path.Join(p.rel, e.Name())
			switch {
			case e.IsDir():
				if f, ok := p.filter.Folder(e.Name()); ok {
					stack = append(stack, pending{rel, f})
				}
			case e.Type().IsRegular() && p.filter.File(e.Name()):
				select {
				case jobs <- job{filepath.Join(dir, e.Name()), rel}:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
	}
	return nil
}

func cleanRel(rel string) string {
	if rel == "" {
		return "."
	}
	return rel
}

// NewFile returns the source of one file, named as the user named it. The file may be a pipe.
func NewFile(name string) scanner.Source {
	return single{func(ctx context.Context, sink scanner.Sink) error {
		var r reader
		return r.scan(ctx, sink, name, scanner.Place{Source: scanner.SourceFile, Path: filepath.ToSlash(name)})
	}}
}

// NewReader returns the source of a stream.
func NewReader(in io.Reader) scanner.Source {
	return single{func(ctx context.Context, sink scanner.Sink) error {
		return sink.Blob(ctx, scanner.Blob{Place: scanner.Place{Source: scanner.SourceStdin}, Stream: interruptible{ctx, in}})
	}}
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
func (r *reader) scan(ctx context.Context, sink scanner.Sink, name string, place scanner.Place) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.read(ctx, sink, name, place)
	var failed *fs.PathError
	if errors.As(err, &failed) && ctx.Err() == nil {
		if !gone(err) || place.Source == scanner.SourceFile {
			sink.Skip(scanner.Skip{Path: place.Path, Reason: cause(err)})
		}
		return nil
	}
	return err
}

func (r *reader) read(ctx context.Context, sink scanner.Sink, name string, place scanner.Place) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	blob := scanner.Blob{Place: place}
	if size := info.Size(); !info.Mode().IsRegular() || size > maxHeld {
		blob.Stream = interruptible{ctx, file}
		return sink.Blob(ctx, blob)
	}
	if blob.Content, err = r.whole(file, info.Size()); err != nil {
		return err
	}
	return sink.Blob(ctx, blob)
}

// whole reads a file that is expected to have size bytes, and what it has grown by.
func (r *reader) whole(file *os.File, size int64) ([]byte, error) {
	if int64(cap(r.buf)) <= size {
		r.buf = make([]byte, size+size/4+512)
	}
	n := 0
	for {
		m, err := file.Read(r.buf[n:cap(r.buf)])
		n += m
		switch {
		case errors.Is(err, io.EOF):
			return r.buf[:n], nil
		case err != nil:
			return nil, err
		case n == cap(r.buf):
			grown := make([]byte, 2*n)
			copy(grown, r.buf[:n])
			r.buf = grown
		}
	}
}

// interruptible stops reading when ctx ends.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r interruptible) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(b)
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
