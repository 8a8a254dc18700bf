//go:build unix

package files

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// directory is an open folder. Files and folders are opened relative to it: that does not resolve the folder's path again
// for each of them, cannot be led elsewhere when a parent is replaced, and works where the full path is too long for the
// system.
type directory struct {
	folder *os.File
	fd     int // of folder
}

// openFlags do not follow a symbolic link and do not block on a FIFO.
const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NONBLOCK

func openDirectory(name string) (*directory, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	return &directory{f, int(f.Fd())}, nil
}

// folderIn opens a folder of this one.
func (d *directory) folderIn(name string) (*directory, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(d.fd, name, openFlags|unix.O_DIRECTORY, 0) })
	if err != nil {
		return nil, d.pathError("open", name, replaced(err))
	}
	return &directory{os.NewFile(uintptr(fd), filepath.Join(d.folder.Name(), name)), fd}, nil
}

// list reads the folder. It is called once.
func (d *directory) list() ([]fs.DirEntry, error) { return d.folder.ReadDir(-1) }

// replaced turns the errors for a link, or for a file in place of a folder, into one that says what has happened since the
// folder was listed.
func replaced(err error) error {
	if err == unix.ELOOP || err == unix.ENOTDIR || err == unix.EMLINK { // FreeBSD has EMLINK for a link
		return errReplaced
	}
	return err
}

// Close closes the folder.
func (d *directory) Close() error { return d.folder.Close() }

func (d *directory) pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: filepath.Join(d.folder.Name(), name), Err: err}
}

// open opens a file of the folder.
func (d *directory) open(name string) (file, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(d.fd, name, openFlags, 0) })
	if err != nil {
		return file{}, d.pathError("open", name, replaced(err))
	}
	return file{name, fd}, nil
}

// readlink returns the text of a symbolic link in the folder.
func (d *directory) readlink(name string) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := retry(func() (int, error) { return unix.Readlinkat(d.fd, name, buf) })
	if err != nil {
		if err == unix.EINVAL {
			err = errReplaced
		}
		return "", d.pathError("readlink", name, err)
	}
	return string(buf[:n]), nil
}

// file is an open file. Package os would also register it with the runtime's poller, which costs as much as reading a
// small file and does nothing for regular ones.
type file struct {
	name string
	fd   int
}

// Read implements io.Reader.
func (f *file) Read(b []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(f.fd, b) })
	switch {
	case err == unix.EISDIR:
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: errReplaced}
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

// checkEmpty reports a FIFO in place of a file: one without a writer reads as an empty file. Files with content are not
// checked, because that takes a tenth of the time of a walk over small ones.
func (f *file) checkEmpty() error {
	var stat unix.Stat_t
	err := unix.Fstat(f.fd, &stat)
	if err == nil && stat.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errReplaced
	}
	if err != nil {
		return &fs.PathError{Op: "stat", Path: f.name, Err: err}
	}
	return nil
}

func (f *file) size() (int64, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(f.fd, &stat); err != nil {
		return 0, &fs.PathError{Op: "stat", Path: f.name, Err: err}
	}
	return stat.Size, nil
}

// Close closes the file.
func (f *file) Close() error { return unix.Close(f.fd) }

// retry repeats a system call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}
