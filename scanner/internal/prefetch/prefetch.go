// Package prefetch tells the processor which memory is needed soon. Objects of a pack are visited in an order that the processor cannot
// guess, so each visit begins with a wait for the first bytes of the object. With a hint, they arrive while another object is inflated.
//
// A hint changes nothing but the time that a program takes. It is safe even if it is wrong: the processor ignores a hint about memory
// that it cannot load. On processors other than amd64 and arm64, a hint does nothing.
package prefetch

import "unsafe"

// Load says that what p points to is needed soon.
func Load[T any](p *T) { load(unsafe.Pointer(p)) }

// Bytes says that the bytes of b at an offset, and some hundred after it, are needed soon.
func Bytes(b []byte, offset int64) {
	if uint64(offset) < uint64(len(b)) {
		loadLines(unsafe.Pointer(&b[offset]))
	}
}
