//go:build !chaos

package account

const everyFault = false
