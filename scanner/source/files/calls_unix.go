//go:build unix && !linux

package files

func callsFor(int) *calls { return &blocking }
