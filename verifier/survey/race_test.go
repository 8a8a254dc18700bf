//go:build race

package survey_test

// The race detector makes everything ten times as slow: it gets a smaller account, and a part of the faults.
const (
	manyEvents  = 1000
	manyRegions = 10
	manyUsers   = 150
	faultsApart = 5
	// What is asked once, whatever the size, is too large a part of so few events: times say nothing.
	timed = false
)
