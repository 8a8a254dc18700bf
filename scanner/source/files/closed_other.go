//go:build !unix

package files

import "os"

// Closed reports whether standard input was closed when the program started. Reading it then fails on these systems.
func Closed(*os.File) bool { return false }
