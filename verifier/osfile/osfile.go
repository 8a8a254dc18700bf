// Package osfile has helpers for files: it writes one atomically, locks one, says whose it is, and strips the path
// from errors. It is a leaf.
package osfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace writes a file beside its place and renames it, so that a reader sees the old content or the new, and an error
// leaves the old. The file gets the permissions that CreateTemp gives: only its owner can read it.
func Replace(name string, content []byte) error { return replace(name, content, 0) }

// ReplaceShared is Replace for a file that others may read. The file keeps its permissions; a new one can be read by all.
func ReplaceShared(name string, content []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	return replace(name, content, mode)
}

// replace gives the file a mode; 0 leaves that of CreateTemp.
func replace(name string, content []byte, mode fs.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return WithoutPath(err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	if mode != 0 {
		err = errors.Join(err, file.Chmod(mode))
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return WithoutPath(err)
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return fmt.Errorf("putting a file in its place: %w", err)
	}
	return nil
}

// WithoutPath strips the path from an error of the file system, for messages that name the path already.
func WithoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
