package files

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// callsFor returns the calls for the files of an open folder. On a file system of this machine they do not tell the
// scheduler that they may block: they mostly find the file in memory, where telling costs as much as reading, and
// has the worker change threads. Elsewhere a server may not answer, and an interrupt must get through.
func callsFor(folder int) *calls {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(folder, &stat); err != nil {
		return &blocking
	}
	switch stat.Type {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
		return &quick
	}
	return &blocking
}

var quick = calls{
	openat: func(folder int, cname []byte) (int, error) {
		return result(unix.RawSyscall6(unix.SYS_OPENAT, uintptr(folder), uintptr(unsafe.Pointer(&cname[0])), openFlags, 0, 0, 0))
	},
	read: func(fd int, b []byte) (int, error) {
		return result(unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))))
	},
	close: func(fd int) error {
		_, err := result(unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0))
		return err
	},
}

func result(n, _ uintptr, errno unix.Errno) (int, error) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
