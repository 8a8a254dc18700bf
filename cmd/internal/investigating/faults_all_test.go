//go:build chaos

package investigating

const everyFault = true
