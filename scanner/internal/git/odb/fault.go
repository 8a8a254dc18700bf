package odb

import (
	"runtime/debug"

	"github.com/akguard/akguard/rules/reason"
)

var errFault = reason.NewError("git.pack-truncated")

// catchFaults calls f, which reads mapped files. If another process truncates such a file meanwhile, the read faults;
// that becomes an error instead of a crash.
func catchFaults(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(interface{ Addr() uintptr }); !ok {
				panic(p)
			}
			err = errFault
		}
	}()
	return f()
}
