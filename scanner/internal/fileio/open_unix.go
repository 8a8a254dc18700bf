//go:build unix

package fileio

import "golang.org/x/sys/unix"

// nonBlocking keeps the opening of a FIFO from waiting for a writer. It makes no difference to regular files.
const nonBlocking = unix.O_NONBLOCK
