//go:build chaos

package account

const everyFault = true
