package commitgraph

import (
	"bytes"
	"crypto/sha1"
	"testing"

	"github.com/akguard/akguard/scanner/internal/planted"
)

func FuzzCommitGraph(f *testing.F) {
	graph := planted.ObjectFile(f, "info/commit-graph", "commit-graph", "write", "--reachable")
	graph = graph[:len(graph)-sha1.Size]
	f.Add(graph, graph)
	f.Fuzz(func(t *testing.T, one, two []byte) {
		g, err := parse(sealed(one), sealed(two))
		if err != nil {
			return
		}
		for i := range g.n {
			_, info := g.Commit(i)
			if info.Time < 0 || info.Time >= 1<<34 {
				t.Fatalf("time %d", info.Time)
			}
		}
	})
}

// sealed appends the checksum at the end of a commit-graph, without which nothing else is parsed.
func sealed(body []byte) []byte {
	sum := sha1.Sum(body)
	return append(bytes.Clone(body), sum[:]...)
}
