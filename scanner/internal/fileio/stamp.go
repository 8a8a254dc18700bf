package fileio

import (
	"io/fs"
	"time"
)

// Stamp changes whenever a file is written, unless its time is set back on a system that keeps no time of the last change.
type Stamp struct {
	Size     int64
	Modified time.Time
	Changed  time.Time // of the content, the name or the mode; zero if the system does not keep it
	Number   uint64    // of the file in its file system; 0 if the system has none
}

// StampOf returns the stamp of a file.
func StampOf(info fs.FileInfo) Stamp {
	s := Stamp{Size: info.Size(), Modified: info.ModTime()}
	s.Changed, s.Number = changed(info)
	return s
}

// Latest returns the time after which the file was not written.
func (s Stamp) Latest() time.Time {
	if s.Changed.After(s.Modified) {
		return s.Changed
	}
	return s.Modified
}
