package files

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
)

// NewFile returns the source of one file, named as the user named it. The file may be a FIFO: then the scan waits for a
// writer.
func NewFile(name string) scanner.Source {
	return single{func(ctx context.Context, sink scanner.Sink) error {
		place := finding.Place{Source: finding.SourceFile, Path: filepath.ToSlash(name)}
		f, err := openStream(name)
		if err != nil {
			return orSkip(ctx, sink, place, err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > maxHeld {
			return orSkip(ctx, sink, place, sink.Blob(ctx, scanner.Blob{Place: place, Stream: newLarge(ctx, osFile{f}, info.Size())}))
		}
		return orSkip(ctx, sink, place, sink.Blob(ctx, scanner.Blob{Place: place, Stream: fileReader(ctx, f)}))
	}}
}

// NewReader returns the source of a stream. When the scan is cancelled, a read that blocks is abandoned: no goroutine is
// left behind if the stream is a file of the system, such as standard input, or an io.Closer, which is closed then.
func NewReader(in io.Reader) scanner.Source {
	return single{func(ctx context.Context, sink scanner.Sink) error {
		place := finding.Place{Source: finding.SourceStdin}
		if f, ok := in.(*os.File); ok && canWait {
			return sink.Blob(ctx, scanner.Blob{Place: place, Stream: fileReader(ctx, f)})
		}
		return copied(ctx, sink, place, in)
	}}
}

// copied scans a stream that a goroutine reads, so that the scan can end while a read blocks.
func copied(ctx context.Context, sink scanner.Sink, place finding.Place, in io.Reader) error {
	r, w := io.Pipe()
	defer r.Close()
	stop := context.AfterFunc(ctx, func() {
		w.CloseWithError(ctx.Err())
		if c, ok := in.(io.Closer); ok {
			_ = c.Close() // the goroutine's read returns
		}
	})
	defer stop()
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	return sink.Blob(ctx, scanner.Blob{Place: place, Stream: r})
}

// single is a source of one piece of content.
type single struct {
	scan func(context.Context, scanner.Sink) error
}

// Scan implements scanner.Source.
func (s single) Scan(ctx context.Context, sink scanner.Sink) error { return s.scan(ctx, sink) }

// waitingReader waits for data before each read, in steps short enough for an interrupt to feel immediate.
type waitingReader struct {
	ctx  context.Context
	file *os.File
}

func fileReader(ctx context.Context, f *os.File) io.Reader { return &waitingReader{ctx, f} }

// Read implements io.Reader.
func (r *waitingReader) Read(b []byte) (int, error) {
	for {
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		ready, err := waitReadable(r.file)
		if err != nil {
			return 0, err
		}
		if ready {
			return r.file.Read(b)
		}
	}
}
