//go:build unix

package files

import (
	"io"
	"io/fs"
	"syscall"
)

// file is an open file, without what os.File adds for files that can block.
type file struct {
	name string
	fd   int
}

// openFile opens a file for reading. It does not follow a link, and does not wait for a pipe.
func openFile(name string) (*file, error) {
	fd, err := retry(func() (int, error) {
		return syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{name, fd}, nil
}

// Read implements io.Reader.
func (f *file) Read(b []byte) (int, error) {
	n, err := retry(func() (int, error) { return syscall.Read(f.fd, b) })
	switch {
	case err != nil:
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

func (f *file) Close() error { return syscall.Close(f.fd) }

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}
