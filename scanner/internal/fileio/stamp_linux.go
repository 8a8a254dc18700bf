package fileio

import (
	"io/fs"
	"syscall"
	"time"
)

func changed(info fs.FileInfo) (time.Time, uint64) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return time.Time{}, 0
	}
	return time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec)), s.Ino
}
