//go:build race

package investigating

// The size of the large account under the race detector, which takes ten times as long.
const (
	manyRegions = 6
	manyEvents  = 1_000
)
