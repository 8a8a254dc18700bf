//go:build !race

package survey_test

const (
	manyEvents  = 10_000
	manyRegions = 30
	manyUsers   = 600
	faultsApart = 1
	timed       = true
)
