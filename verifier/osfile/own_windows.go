package osfile

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// Lock locks a file for this process. The system unlocks it when the process ends, however it ends.
func Lock(file *os.File) error {
	// The locked byte is far beyond the end of the file, because others cannot read a locked byte.
	at := &windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}

// OthersMayWrite returns false: the mode does not say who may write to a file.
func OthersMayWrite(fs.FileInfo) bool { return false }

// IsForeign returns false: the owner is not asked, because the user's folder is private.
func IsForeign(fs.FileInfo) bool { return false }
