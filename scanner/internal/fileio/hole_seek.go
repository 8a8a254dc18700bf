//go:build linux || darwin || freebsd

package fileio

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hasHole reports whether a file has a hole before its end. It leaves the offset at the start.
func hasHole(file *os.File, size int64) bool {
	hole, err := file.Seek(0, unix.SEEK_HOLE)
	_, back := file.Seek(0, io.SeekStart)
	return err == nil && back == nil && hole < size
}
