//go:build (amd64 || arm64) && !purego

package prefetch

import "unsafe"

// load loads the line at p into the first-level cache. It does not wait, and a page that is not there is no fault.
//
//go:noescape
func load(p unsafe.Pointer)

// loadLines loads three lines of 64 bytes in the same way: one call takes as long as it does.
//
//go:noescape
func loadLines(p unsafe.Pointer)
