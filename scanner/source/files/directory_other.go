//go:build !unix

package files

import (
	"io/fs"
	"os"
)

// directory is an open folder. Files and folders are opened relative to it and never outside it, whatever links there are.
type directory struct{ root *os.Root }

func openDirectory(name string) (*directory, error) {
	r, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &directory{r}, nil
}

// folderIn opens a folder of this one.
func (d *directory) folderIn(name string) (*directory, error) {
	if err := d.check(name, fs.FileMode.IsDir); err != nil {
		return nil, err
	}
	r, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &directory{r}, nil
}

// check reports that a file or folder was replaced since the folder was listed.
func (d *directory) check(name string, is func(fs.FileMode) bool) error {
	info, err := d.root.Lstat(name)
	if err == nil && !is(info.Mode()) {
		err = &fs.PathError{Op: "open", Path: name, Err: errReplaced}
	}
	return err
}

// list reads the folder.
func (d *directory) list() ([]fs.DirEntry, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// Close closes the folder.
func (d *directory) Close() error { return d.root.Close() }

// open opens a regular file of the folder.
func (d *directory) open(name string) (file, error) {
	if err := d.check(name, fs.FileMode.IsRegular); err != nil {
		return file{}, err
	}
	f, err := d.root.Open(name)
	return file{f}, err
}

// readlink returns the text of a symbolic link in the folder.
func (d *directory) readlink(name string) (string, error) { return d.root.Readlink(name) }

// file is an open file.
type file struct{ *os.File }

// checkEmpty has nothing to check: open did.
func (f file) checkEmpty() error { return nil }

func (f file) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
