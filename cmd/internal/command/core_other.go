//go:build !unix

package command

// noCore does nothing: only Unix writes a core file by default.
func noCore() {}
