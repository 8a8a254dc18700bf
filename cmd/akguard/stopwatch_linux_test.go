package main

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is the time that processors have spent on this thread.
func threadTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
