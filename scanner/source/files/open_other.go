//go:build !unix

package files

import (
	"os"
	"path/filepath"
)

type file struct{ *os.File }

func (f file) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// directory is an open folder.
type directory struct {
	name string
	*os.File
}

func openDirectory(name string) (*directory, error) {
	f, err := os.Open(name)
	return &directory{name, f}, err
}

// open opens a file of the folder for reading.
func (d *directory) open(name string) (*file, error) {
	f, err := os.Open(filepath.Join(d.name, name))
	return &file{f}, err
}
