package revoke

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the file for this process. The system gives it back when the process ends, however it ends.
func lock(file *os.File) error {
	// The byte that is locked is far behind the end, since others could not read locked ones.
	at := &windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}

// checkPrivate lets every file pass: the mode does not tell who may write to it, and the user's folder is the user's.
func checkPrivate(fs.FileInfo) error { return nil }
