//go:build !unix

package command

// noCore has nothing to do: only Unix writes the memory of a crash to a file unasked.
func noCore() {}
