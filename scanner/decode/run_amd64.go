//go:build !purego

package decode

import "golang.org/x/sys/cpu"

// vectors reports whether glanceVectors can be used.
var vectors = cpu.X86.HasAVX2

// glanceVectors looks at so many steps of stride bytes at p. It returns the offset of the first step that begins with glanced
// characters of the alphabet which may be part of a long run, or -1.
//
//go:noescape
func glanceVectors(c *classes, p *byte, steps int) int
