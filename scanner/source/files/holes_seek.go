//go:build linux || darwin || freebsd

package files

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// nextData implements seekable. It moves where the file is read next.
func (f *file) nextData(at int64) (int64, error) {
	next, err := unix.Seek(f.fd, at, unix.SEEK_DATA)
	return next, noData(err)
}

// nextData implements seekable. It moves where the file is read next.
func (f osFile) nextData(at int64) (int64, error) {
	next, err := f.Seek(at, unix.SEEK_DATA)
	return next, noData(err)
}

// noData makes io.EOF of the error that says that there is a hole up to the end.
func noData(err error) error {
	if errors.Is(err, unix.ENXIO) {
		return io.EOF
	}
	return err
}
