//go:build !chaos

package cleanup_test

// stride is how many calls a test that lets one after the other fail goes on: a part of them shows what most ways of failing share. The
// tests of chaos take them all.
const stride = 4
