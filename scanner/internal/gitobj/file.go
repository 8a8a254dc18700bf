package gitobj

import (
	"errors"
	"io/fs"
	"os"
)

var errNotFile = errors.New("it is not a regular file")

// openFile opens a regular file. A pipe in its place would be waited for, and a device read without end.
func openFile(path string) (*os.File, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// readFile reads a regular file.
func readFile(path string) ([]byte, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func regular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errNotFile}
	}
	return err
}

func isFile(path string) bool { return regular(path) == nil }

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
