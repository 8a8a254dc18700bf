//go:build !linux && !darwin && !freebsd

package fileio

import "os"

// hasHole reports false where the system does not say.
func hasHole(*os.File, int64) bool { return false }
