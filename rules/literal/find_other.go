//go:build !amd64 || purego

package literal

const wide = false

func find(*tables, *byte, int) int { panic("literal: find without vectors") }
