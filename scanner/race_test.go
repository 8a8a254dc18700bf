//go:build race

package scanner

// slow divides sizes: the race detector makes reading ten times slower.
const slow = 16
