//go:build !chaos

package survey_test

const everyFault = false
