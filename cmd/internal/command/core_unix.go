//go:build unix

package command

import "syscall"

// noCore prevents core files, because the memory of a scan holds the secrets that it found.
func noCore() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &limit) == nil {
		limit.Cur = 0
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &limit) // less is always allowed
	}
}
