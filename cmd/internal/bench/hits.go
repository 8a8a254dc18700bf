package main

import (
	"fmt"
	"path/filepath"
)

// hitCounts are the leaked credentials in otherwise equal repositories. Looking up where they are should cost next to nothing
// while they are few.
var hitCounts = []int{0, 50, 5_000}

// hits compares scans of generated repositories with more and more leaked credentials.
func hits(runs int, t tools) error {
	var list []contestant
	for _, n := range hitCounts {
		repo := filepath.Join(t.dir, fmt.Sprintf("hits-%d", n))
		if err := generate(repo, generator{commits: commits, hits: n}); err != nil {
			return fmt.Errorf("generating a repository: %w", err)
		}
		c := ours(t.akguard, repo, t.report("hits"))
		c.name = fmt.Sprintf("akguard, %d credentials", n)
		list = append(list, c)
	}
	return compare(runs, "leaked credentials in a generated repository", list)
}
