package revoke

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks the file for this process. The system unlocks it when the process ends, however it ends.
func lock(file *os.File) error {
	// The locked byte is far beyond the end of the file, because others cannot read a locked byte.
	at := &windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}

// checkPrivate accepts every file: the mode does not say who may write to it, and the user's folder is private.
func checkPrivate(fs.FileInfo) error { return nil }
