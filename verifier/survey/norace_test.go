//go:build !race

package survey_test

const (
	manyEvents  = 10_000
	manyRegions = 30
	faultsApart = 1
)
