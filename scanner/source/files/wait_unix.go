//go:build unix

package files

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// canWait says that waitReadable works on the files of this system.
const canWait = true

// openStream opens a file that may be a FIFO, without waiting for a writer.
func openStream(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
}

// waitMillis is how long waitReadable waits.
const waitMillis = 50

// waitReadable waits a moment for a file to have data or to be at its end. A FIFO that no writer has opened yet is not
// at its end.
func waitReadable(f *os.File) (bool, error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	n := 0
	var pollErr error
	err = conn.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, pollErr = unix.Poll(fds, waitMillis)
	})
	switch {
	case err != nil:
		return false, err
	case pollErr == unix.EINTR:
		return false, nil
	case pollErr != nil:
		return false, &fs.PathError{Op: "poll", Path: f.Name(), Err: pollErr}
	}
	return n > 0, nil
}
