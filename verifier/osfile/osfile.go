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
func Replace(name string, content []byte) (err error) {
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
