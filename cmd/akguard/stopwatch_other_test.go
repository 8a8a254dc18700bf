//go:build !linux

package main

import "time"

var testStart = time.Now()

// threadTime is that of a clock: this system does not say how long a thread has run.
func threadTime() time.Duration { return time.Since(testStart) }
