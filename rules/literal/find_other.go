//go:build !amd64

package literal

const wide = false

func find(*masks, *byte, int) int { panic("literal: find without vectors") }
