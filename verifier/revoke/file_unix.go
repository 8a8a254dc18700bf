//go:build unix

package revoke

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/akguard/akguard/rules/reason"
)

// lock locks the file for this process. The system unlocks it when the process ends, however it ends.
func lock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// checkPrivate refuses a file that somebody else may have written.
func checkPrivate(info fs.FileInfo) error {
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode().Perm()&0o022 != 0:
		return reason.NewError("revoke.journal-writable")
	case ok && int(owner.Uid) != os.Geteuid():
		return reason.NewError("revoke.journal-foreign")
	}
	return nil
}
