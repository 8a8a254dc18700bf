//go:build !linux && !darwin && !freebsd

package fileio

import "os"

// hasHole returns false on systems that do not report holes.
func hasHole(*os.File, int64) bool { return false }
