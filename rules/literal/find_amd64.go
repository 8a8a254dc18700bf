//go:build !purego

package literal

import "golang.org/x/sys/cpu"

// wide reports whether find can be used.
var wide = cpu.X86.HasAVX2

// find returns the first of the n offsets at p, and of those that fill up the last step, where all bytes of a
// window are in the tables of one bucket and the window is, by its hash, one of ours; or -1. It reads up to reads-1
// bytes after the last of the n offsets.
//
//go:noescape
func find(t *tables, p *byte, n int) int
