//go:build !unix

package files

import (
	"os"
	"path/filepath"
)

// directory is an open folder.
type directory struct{ folder *os.File }

func openDirectory(name string) (*directory, error) {
	f, err := os.Open(name)
	return &directory{f}, err
}

// Close closes the folder.
func (d *directory) Close() error { return d.folder.Close() }

// open opens a file of the folder.
func (d *directory) open(name string) (*file, error) {
	f, err := os.Open(filepath.Join(d.folder.Name(), name))
	return &file{f}, err
}

// readlink returns the text of a symbolic link in the folder.
func (d *directory) readlink(name string) (string, error) {
	return os.Readlink(filepath.Join(d.folder.Name(), name))
}

// file is an open file.
type file struct{ *os.File }

func (f file) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
