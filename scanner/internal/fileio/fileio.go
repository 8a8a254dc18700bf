// Package fileio reads files whose paths come from a repository and so cannot be trusted: it opens regular files only.
// A FIFO in place of a file would block until somebody writes to it, and a device may never end.
//
// Limits: the check and the open are two system calls, so a file that is replaced between them can still block.
package fileio

import (
	"errors"
	"io/fs"
	"os"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/verifier/osfile"
)

var errNotRegular = reason.NewError("files.not-regular")

// Open opens a regular file.
func Open(path string) (*os.File, error) {
	if err := checkRegular(path); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// ReadFile reads a regular file.
func ReadFile(path string) ([]byte, error) {
	if err := checkRegular(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func checkRegular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	return err
}

// IsRegular reports whether path is a regular file or a link to one.
func IsRegular(path string) bool { return checkRegular(path) == nil }

// IsDir reports whether path is a folder or a link to one.
func IsDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// WithoutPath strips the path from a file system error, for messages that already name the path.
func WithoutPath(err error) error { return osfile.WithoutPath(err) }

// Reason returns the reason of a file system error without the path, for a Skip that names it.
func Reason(err error) reason.Reason {
	var known *reason.Error
	switch {
	case errors.As(err, &known):
		return known.Reason
	case errors.Is(err, fs.ErrPermission):
		return reason.New("files.permission-denied")
	case errors.Is(err, fs.ErrNotExist):
		return reason.New("files.not-exist")
	}
	return reason.Of(WithoutPath(err))
}
