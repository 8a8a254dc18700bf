//go:build (!amd64 && !arm64) || purego

package prefetch

import "unsafe"

func load(unsafe.Pointer) {}

func loadLines(unsafe.Pointer) {}
