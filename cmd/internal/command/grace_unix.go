//go:build unix

package command

import (
	"syscall"
	"time"
)

// processTime is the time that processors have spent on this process.
func processTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // without an answer, the clock decides
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
