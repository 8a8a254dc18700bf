//go:build unix

package fileio

import (
	"math"
	"os"
	"syscall"
)

// Map maps a file into memory, and returns nil if that fails. The file may be deleted while it is mapped.
func Map(f *os.File, size int64) []byte {
	if size <= 0 || size > math.MaxInt {
		return nil
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil
	}
	return data
}

// Unmap undoes Map. It does nothing with nil.
func Unmap(data []byte) error {
	if data == nil {
		return nil
	}
	return syscall.Munmap(data)
}
