//go:build unix

package files

import (
	"io"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// directory is an open folder, which its files are opened in: their path is not walked again for each. It makes the
// system calls itself, and fewer of them than package os, which must be ready for what can block. It is one goroutine's.
type directory struct {
	name  string
	fd    int
	calls *calls
	cname []byte // the name that is opened, as the system wants it
	file  file   // that is open
}

// calls are the system calls that a file is read with.
type calls struct {
	openat func(folder int, cname []byte) (int, error)
	read   func(fd int, b []byte) (int, error)
	close  func(fd int) error
}

// blocking lets other goroutines run meanwhile.
var blocking = calls{
	openat: func(folder int, cname []byte) (int, error) {
		return unix.Openat(folder, unix.ByteSliceToString(cname), openFlags, 0)
	},
	read:  unix.Read,
	close: unix.Close,
}

// openFlags do not follow a link, and do not wait for a pipe.
const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NONBLOCK

func openDirectory(name string) (*directory, error) {
	fd, err := retry(func() (int, error) { return unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_DIRECTORY, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &directory{name: name, fd: fd, calls: callsFor(fd)}, nil
}

func (d *directory) Close() error { return unix.Close(d.fd) }

// open opens a file of the folder for reading. It is valid until the next one is opened.
func (d *directory) open(name string) (*file, error) {
	d.cname = append(append(d.cname[:0], name...), 0)
	fd, err := retry(func() (int, error) { return d.calls.openat(d.fd, d.cname) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: filepath.Join(d.name, name), Err: err}
	}
	d.file = file{name, fd, d.calls}
	return &d.file, nil
}

// file is an open file.
type file struct {
	name  string
	fd    int
	calls *calls
}

// Read implements io.Reader.
func (f *file) Read(b []byte) (int, error) {
	n, err := retry(func() (int, error) { return f.calls.read(f.fd, b) })
	switch {
	case err != nil:
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(b []byte, at int64) (n int, err error) {
	for n < len(b) {
		m, err := retry(func() (int, error) { return unix.Pread(f.fd, b[n:], at+int64(n)) })
		if err != nil {
			return n, &fs.PathError{Op: "read", Path: f.name, Err: err}
		}
		if m == 0 {
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

func (f *file) size() (int64, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(f.fd, &stat); err != nil {
		return 0, &fs.PathError{Op: "stat", Path: f.name, Err: err}
	}
	return stat.Size, nil
}

func (f *file) Close() error { return f.calls.close(f.fd) }

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}
