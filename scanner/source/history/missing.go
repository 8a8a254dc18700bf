package history

import (
	"fmt"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// report tells what the history names and the store does not have: cut history, and missing commits, trees and
// blobs. What only unreachable commits name is left out: git prunes it piece by piece.
func (l *locator) report() {
	for _, loss := range l.lost {
		l.skip(loss.What, loss.Err.Error())
	}
	for _, ref := range l.named {
		chain := l.graph.chain(ref.Target)
		if id := chain[len(chain)-1]; !l.has(id) {
			l.skip(ref.Name, fmt.Sprintf("%s, which it names, is missing", id))
		}
	}
	l.reportGaps(l.reportShallow())
	l.reportLeaves()
	if l.capped {
		l.skip(".", fmt.Sprintf("a key stands at more than %d paths, or the keys stand in more than %d commits: not all are named",
			maxPlaces, maxSteps))
	}
}

// reportGaps tells which commits and which of their trees are missing. A parent that is there and damaged has been
// told of when it was read.
func (l *locator) reportGaps(cut map[object.ID]bool) {
	for _, a := range l.graph.absent {
		commit := l.graph.id(a.commit)
		switch {
		case a.isTree && l.partial:
			l.unfetched[a.id] = true
		case !l.refs.kept(a.commit):
		case a.isTree:
			l.skip(a.id.String(), fmt.Sprintf("tree of commit %s is %s", commit, l.condition(a.id)))
		case !cut[commit] && !l.has(a.id):
			l.skip(a.id.String(), fmt.Sprintf("commit is missing: the history before %s cannot be read", commit))
		}
	}
}

func (l *locator) has(id object.ID) bool { return l.graph.objects.IndexOf(id) != odb.NoIndex }

// reportShallow tells where a shallow clone ends and how to deepen it.
func (l *locator) reportShallow() map[object.ID]bool {
	cut := map[object.ID]bool{}
	for _, id := range l.source.opts.Repo.Shallow() {
		cut[id] = true
		if l.has(id) {
			l.skip(id.String(), "history is cut here, the clone is shallow; git fetch --unshallow brings the rest")
		}
	}
	return cut
}

// reportLeaves tells which blobs and trees are missing. In a partial clone that is how it is meant, and one
// sentence says it for all.
func (l *locator) reportLeaves() {
	for i, leaf := range l.forest.leaves {
		if !leaf.missing {
			continue
		}
		if path, commit, ok := l.firstKept(int32(i)); ok {
			l.skip(path, fmt.Sprintf("object %s, which commit %s introduced, is %s", leaf.id, commit, l.condition(leaf.id)))
		}
	}
	n := 0
	for id := range l.unfetched {
		if !l.has(id) {
			n++
		}
	}
	if n > 0 {
		l.skip(".", fmt.Sprintf("the clone is partial: %d objects have not been fetched; git fetch --refetch --no-filter brings them", n))
	}
}

// condition says why an object could not be read.
func (l *locator) condition(id object.ID) string {
	if l.has(id) {
		return "damaged"
	}
	return "missing"
}

// firstKept returns the first path and commit of a leaf that a ref or a reflog still reaches.
func (l *locator) firstKept(leaf int32) (path string, commit object.ID, ok bool) {
	for _, path := range l.paths[leaf] {
		for _, c := range l.origins[origin{leaf, path}] {
			if l.refs.kept(c) {
				return path, l.graph.id(c), true
			}
		}
	}
	return "", object.ID{}, false
}

func (l *locator) skip(path, why string) {
	l.sink.Skip(finding.Skip{Path: path, Reason: reason.Text(why)})
}
