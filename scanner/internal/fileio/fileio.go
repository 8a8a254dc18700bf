// Package fileio reads files whose paths come from a repository and so cannot be trusted: it opens regular files only.
// A FIFO in place of a file would block until somebody writes to it, and a device may never end.
//
// It checks both before it opens a file, because opening a device may do something, and after that, because the file may
// have been replaced in between.
package fileio

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

var (
	errNotRegular = reason.NewError("files.not-regular")
	errSparse     = reason.NewError("files.sparse")
	errNUL        = reason.NewError("files.nul")
)

// Open opens a regular file.
func Open(path string) (*os.File, error) {
	if err := checkRegular(path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, cmp.Or(err, error(&fs.PathError{Op: "open", Path: path, Err: errNotRegular}))
	}
	return file, nil
}

// sparseFrom is the size from which ReadFile looks for holes. Git writes none, and a smaller file does no harm.
const sparseFrom = 16 << 20

// ReadFile reads a regular file. A large one must be on disk as a whole: a sparse file of terabytes costs nobody who makes
// it anything, and would take all memory.
func ReadFile(path string) ([]byte, error) {
	file, size, err := openWhole(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file, size)
}

// openWhole opens a regular file, unless it is sparse.
func openWhole(path string) (file *os.File, size int64, err error) {
	if file, err = Open(path); err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && info.Size() >= sparseFrom && hasHole(file, info.Size()) {
		err = &fs.PathError{Op: "read", Path: path, Err: errSparse}
	}
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// MapFile maps a regular file into memory if it can, and reads it otherwise. Unmap takes mapped, which is nil if the file was
// read. What reads a mapped file belongs into CatchFaults.
func MapFile(path string) (data, mapped []byte, err error) {
	file, size, err := openWhole(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	if mapped = Map(file, size); mapped != nil {
		return mapped, mapped, nil
	}
	data, err = readAll(file, size)
	return data, nil, err
}

// readAll reads a file that is expected to have a size, and may have grown.
func readAll(file *os.File, size int64) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(int(size) + bytes.MinRead)
	_, err := out.ReadFrom(file)
	return out.Bytes(), err
}

// ReadSmall reads a regular file that has a limit of bytes at most.
func ReadSmall(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, TooLarge(path, limit)
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit { // it has grown
		return nil, TooLarge(path, limit)
	}
	return data, nil
}

// TooLarge is the error for a file that has more bytes than are read.
func TooLarge(path string, limit int64) error {
	return &fs.PathError{Op: "read", Path: path, Err: reason.NewError("files.too-large", limit)}
}

// maxLine is how much of a line Lines reads: paths and names of refs are shorter.
const maxLine = 64 << 10

// Lines calls visit for each line of a regular file, without its end. It holds one line at a time, and only the start of
// one that is longer than 64 KB. A NUL, which no text has, ends the file with an error. The line is overwritten by the
// next.
func Lines(path string, visit func(line []byte)) error {
	file, err := Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, maxLine)
	for {
		line, long, err := in.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && bytes.IndexByte(line, 0) >= 0 {
			err = &fs.PathError{Op: "read", Path: path, Err: errNUL}
		}
		if err != nil {
			return err
		}
		visit(line)
		for long && err == nil {
			var rest []byte
			if rest, long, err = in.ReadLine(); bytes.IndexByte(rest, 0) >= 0 {
				return &fs.PathError{Op: "read", Path: path, Err: errNUL}
			}
		}
	}
}

func checkRegular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	return err
}

// IsRegular reports whether path is a regular file or a link to one.
func IsRegular(path string) bool { return checkRegular(path) == nil }

// IsDir reports whether path is a folder or a link to one.
func IsDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// WithoutPath strips the path from a file system error, for messages that already name the path.
func WithoutPath(err error) error { return osfile.WithoutPath(err) }

// Reason returns the reason of a file system error without the path, for a Skip that names it.
func Reason(err error) reason.Reason {
	var known *reason.Error
	switch {
	case errors.As(err, &known):
		return known.Reason
	case errors.Is(err, fs.ErrPermission):
		return reason.New("files.permission-denied")
	case errors.Is(err, fs.ErrNotExist):
		return reason.New("files.not-exist")
	}
	return reason.Of(WithoutPath(err))
}
