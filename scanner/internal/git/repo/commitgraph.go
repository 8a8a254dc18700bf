package repo

import (
	"github.com/akguard/akguard/scanner/internal/git/commitgraph"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// CommitGraph calls visit for each commit in the repository's commit-graph, if it has one that is intact.
func (r *Repository) CommitGraph(visit func(object.ID, object.CommitInfo)) {
	graph, err := commitgraph.Read(r.ObjectDir())
	if err != nil {
		return // the commits themselves say the same
	}
	for i := range graph.Len() {
		visit(graph.Commit(i))
	}
}
