//go:build !race

package scanner

const slow = 1
