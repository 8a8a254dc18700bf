//go:build !unix

package gitobj

import "os"

// mapFile does not map: on Windows a mapped pack could not be deleted by git.
func mapFile(*os.File, int64) []byte { return nil }

func unmapFile([]byte) error { return nil }
