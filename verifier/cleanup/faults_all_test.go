//go:build chaos

package cleanup_test

// stride is 1: each call fails in each way.
const stride = 1
