//go:build !unix

package fileio

import "os"

// Map does not map files here: on Windows, git could not delete a file that is mapped.
func Map(*os.File, int64) []byte { return nil }

// Unmap undoes Map.
func Unmap([]byte) error { return nil }
