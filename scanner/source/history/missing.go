package history

import (
	"fmt"

	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/gitobj"
)

// report tells what the history names and the store does not have: cut history, and missing commits, trees and
// blobs. What only unreachable commits name is left out: git prunes it piece by piece.
func (l *locator) report(losses []gitobj.Loss, refs []gitobj.Ref) {
	for _, loss := range losses {
		l.skip(loss.What, loss.Why.Error())
	}
	cut := l.reportShallow()
	for _, ref := range refs {
		if !l.source.opts.Repo.Objects.Has(ref.Target) {
			l.skip(ref.Name, fmt.Sprintf("%s, which it names, is missing", ref.Target))
		}
	}
	for _, c := range l.order {
		for _, p := range l.graph.commits[c].parents {
			if _, ok := l.graph.index[p]; !ok && !cut[l.graph.commits[c].id] && !l.source.opts.Repo.Objects.Has(p) {
				l.skip(p.String(), fmt.Sprintf("commit is missing: the history before %s cannot be read", l.graph.commits[c].id))
			}
		}
	}
	for _, c := range l.rootless {
		if l.refs.kept(c) {
			l.skip(l.graph.commits[c].tree.String(), fmt.Sprintf("tree of commit %s is missing", l.graph.commits[c].id))
		}
	}
	l.reportLeaves()
}

// reportShallow tells where a shallow clone ends and how to deepen it.
func (l *locator) reportShallow() map[gitobj.OID]bool {
	cut := map[gitobj.OID]bool{}
	for _, id := range l.source.opts.Repo.Shallow() {
		cut[id] = true
		if _, ok := l.graph.index[id]; ok {
			l.skip(id.String(), "history is cut here, the clone is shallow; git fetch --unshallow brings the rest")
		}
	}
	return cut
}

// reportLeaves tells which blobs and trees are missing. In a partial clone that is how it is meant, and one
// sentence says it for all.
func (l *locator) reportLeaves() {
	partial, n := l.source.opts.Repo.Partial(), 0
	for i, leaf := range l.forest.leaves {
		if !leaf.missing {
			continue
		}
		path, commit, ok := l.firstKept(int32(i))
		if !ok {
			continue
		}
		if n++; !partial {
			l.skip(path, fmt.Sprintf("object %s, which commit %s introduced, is %s", leaf.id, commit, l.condition(leaf.id)))
		}
	}
	if partial && n > 0 {
		l.skip(".", fmt.Sprintf("the clone is partial: %d objects have not been fetched; git fetch --refetch --no-filter brings them", n))
	}
}

// condition says why an object could not be read.
func (l *locator) condition(id gitobj.OID) string {
	if l.source.opts.Repo.Objects.Has(id) {
		return "damaged"
	}
	return "missing"
}

// firstKept returns the first path and commit of a leaf that a ref or a reflog still reaches.
func (l *locator) firstKept(leaf int32) (path string, commit gitobj.OID, ok bool) {
	for _, path := range l.paths[leaf] {
		for _, c := range l.origins[origin{leaf, path}] {
			if l.refs.kept(c) {
				return path, l.graph.commits[c].id, true
			}
		}
	}
	return "", gitobj.OID{}, false
}

func (l *locator) skip(path, reason string) {
	l.sink.Skip(scanner.Skip{Path: path, Reason: reason})
}
