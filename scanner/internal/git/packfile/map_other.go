//go:build !unix

package packfile

import "os"

// mapFile does not map files here: on Windows, git could not delete a pack that is mapped.
func mapFile(*os.File, int64) []byte { return nil }

func unmapFile([]byte) error { return nil }
