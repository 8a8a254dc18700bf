//go:build unix

package files

import (
	"os"

	"golang.org/x/sys/unix"
)

// Closed reports whether standard input was closed when the program started. The runtime of Go then opens the null device
// for reading and writing in its place, which nobody does who wants to scan nothing.
func Closed(f *os.File) bool {
	if f.Fd() != 0 {
		return false
	}
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	if err != nil {
		return true
	}
	opened, err := f.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && nullErr == nil && flags&unix.O_ACCMODE == unix.O_RDWR && os.SameFile(opened, null)
}
