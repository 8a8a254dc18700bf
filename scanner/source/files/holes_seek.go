//go:build linux || darwin || freebsd

package files

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// nextData implements seekable. It moves the file offset, which nothing else uses.
func (f *file) nextData(at int64) (int64, error) {
	next, err := unix.Seek(f.fd, at, unix.SEEK_DATA)
	return next, noData(err)
}

// nextData implements seekable. It moves the file offset, which nothing else uses.
func (f osFile) nextData(at int64) (int64, error) {
	next, err := f.Seek(at, unix.SEEK_DATA)
	return next, noData(err)
}

// noData turns the error for a hole up to the end of the file into io.EOF.
func noData(err error) error {
	if errors.Is(err, unix.ENXIO) {
		return io.EOF
	}
	return err
}
