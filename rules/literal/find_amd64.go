package literal

import "golang.org/x/sys/cpu"

// wide tells whether find can be used.
var wide = cpu.X86.HasAVX2

// find returns the first of the n offsets at p, and of those that fill up the last step, where all bytes of a
// window are in the tables of one bucket, or -1. It reads up to reads-1 bytes behind the last of the n offsets.
//
//go:noescape
func find(m *masks, p *byte, n int) int
