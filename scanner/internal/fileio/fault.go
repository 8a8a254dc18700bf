package fileio

import (
	"errors"
	"runtime/debug"

	"github.com/akguard/akguard/rules/reason"
)

// ErrFault is the error for a mapped file that was truncated.
var ErrFault = reason.NewError("files.truncated")

// CatchFaults calls f, which reads mapped files. If another process truncates such a file meanwhile, the read faults;
// that becomes an error instead of a crash.
func CatchFaults(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(interface{ Addr() uintptr }); !ok {
				panic(p)
			}
			err = ErrFault
		}
	}()
	return f()
}

// WithMapped calls use with the content of a regular file, which must not be kept: the file is mapped only meanwhile. It reports
// whether it did; where files cannot be mapped, or not this one, it must be read.
func WithMapped(path string, use func(data []byte) error) (done bool, err error) {
	file, err := Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() >= sparseFrom && hasHole(file, info.Size()) {
		return false, err
	}
	data := Map(file, info.Size())
	if data == nil {
		return false, nil
	}
	err = CatchFaults(func() error { return use(data) })
	return true, errors.Join(err, Unmap(data))
}
