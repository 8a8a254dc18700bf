//go:build unix

package revoke

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the file for this process. The system gives it back when the process ends, however it ends.
func lock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
