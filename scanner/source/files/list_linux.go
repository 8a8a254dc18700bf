package files

import (
	"encoding/binary"
	"io/fs"
	"strings"

	"golang.org/x/sys/unix"
)

// The fields of linux_dirent64 that come before the name.
const (
	direntLength = 16
	direntType   = 18
	direntName   = 19
)

// list returns what is in the folder, in the order of the disk. The names of one answer of the system share its memory:
// package os would take three pieces for each. It reads into buf.
func (d *directory) list(buf []byte) ([]entry, error) {
	var out []entry
	for {
		n, err := retry(func() (int, error) { return unix.Getdents(d.fd, buf) })
		if err != nil {
			return out, &fs.PathError{Op: "list", Path: d.name, Err: err}
		}
		if n <= 0 {
			return out, nil
		}
		out = d.entries(out, string(buf[:n]))
	}
}

// entries adds the entries of one answer of the system.
func (d *directory) entries(out []entry, answer string) []entry {
	for len(answer) > direntName {
		length := int(binary.NativeEndian.Uint16([]byte(answer[direntLength : direntLength+2])))
		if length <= direntName || length > len(answer) {
			break
		}
		name, _, _ := strings.Cut(answer[direntName:length], "\x00")
		if name != "." && name != ".." {
			out = append(out, d.entry(name, answer[direntType]))
		}
		answer = answer[length:]
	}
	return out
}

// entry asks what an entry is where the folder does not say it. What cannot be asked about counts as a file: opening it
// then tells what is wrong.
func (d *directory) entry(name string, kind byte) entry {
	if kind == unix.DT_UNKNOWN {
		var stat unix.Stat_t
		kind = unix.DT_REG
		if err := unix.Fstatat(d.fd, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err == nil {
			kind = byte(stat.Mode & unix.S_IFMT >> 12)
		}
	}
	return entry{name: name, folder: kind == unix.DT_DIR, regular: kind == unix.DT_REG}
}
