//go:build !race

package investigating

// The size of the large account. Under the race detector it is a tenth.
const (
	manyRegions = 30
	manyEvents  = 10_000
)
