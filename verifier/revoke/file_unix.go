//go:build unix

package revoke

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock takes the file for this process. The system gives it back when the process ends, however it ends.
func lock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// checkPrivate refuses a file that somebody else may have written.
func checkPrivate(info fs.FileInfo) error {
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode().Perm()&0o022 != 0:
		return errors.New("others may write to it")
	case ok && int(owner.Uid) != os.Geteuid():
		return errors.New("it belongs to another user")
	}
	return nil
}
