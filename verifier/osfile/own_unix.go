//go:build unix

package osfile

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Lock locks a file for this process. The system unlocks it when the process ends, however it ends.
func Lock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// OthersMayWrite reports whether other users may write to a file.
func OthersMayWrite(info fs.FileInfo) bool { return info.Mode().Perm()&0o022 != 0 }

// IsForeign reports whether a file belongs to another user.
func IsForeign(info fs.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) != os.Geteuid()
}
