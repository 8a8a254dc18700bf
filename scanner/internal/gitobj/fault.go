package gitobj

import (
	"errors"
	"runtime/debug"
)

var errFault = errors.New("pack was cut while it was read")

// guarded calls f, which reads mapped files. A file that another process cuts meanwhile faults: that is an error
// and not a crash.
func guarded(f func() error) (err error) {
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
