//go:build !unix

package fileio

// nonBlocking is for systems that have FIFOs among their files.
const nonBlocking = 0
