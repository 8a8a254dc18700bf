package history

import (
	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/treeindex"
)

// report reports what is missing: cut history, and commits, trees and blobs that are referred to. What only unreachable
// commits refer to is left out, because git prunes it piece by piece.
func (l *locator) report() {
	for _, u := range l.unreadable {
		l.skip(u.What, reason.Of(u.Err))
	}
	if !l.source.opts.Continued {
		l.reportTargets()
		l.reportGaps(l.reportShallow())
		l.reportLeaves()
	}
	if l.capped {
		l.skip(".", reason.New("git.places-capped", maxPlaces, maxSteps, maxPathMB, treeindex.MaxOpened))
	}
}

// reportTargets reports refs and entries of reflogs that name a missing object. An object that a ref names is not reported
// again for its reflogs, nor is one that a commit refers to.
func (l *locator) reportTargets() {
	reported := map[object.ID]bool{{}: true} // the entry for a branch that was deleted names no object
	for _, a := range l.graph.absent {
		reported[a.id] = true
	}
	for _, ref := range l.refs {
		if ref.index == odb.NoIndex {
			l.skip(ref.Name, reason.New("git.ref-target-missing", ref.id.String()))
			reported[ref.id] = true
		}
	}
	for _, entry := range l.reflogs {
		if id := entry.Target; !reported[id] && !l.has(id) {
			l.skip(entry.Name, reason.New("git.reflog-target-missing", id.String()))
			reported[id] = true
		}
	}
}

// reportGaps reports missing commits and missing trees of commits. A parent that exists and is damaged was reported when
// it was read.
func (l *locator) reportGaps(cut map[object.ID]bool) {
	for _, a := range l.graph.absent {
		commit := l.graph.id(a.commit)
		switch {
		case a.isTree && l.partial && !l.has(a.id):
			l.trees.AddUnfetched(a.id)
		case !l.reached.kept(a.commit):
		case a.isTree:
			l.skip(a.id.String(), l.either(a.id, reason.New("git.commit-tree-damaged", commit.String()), reason.New("git.commit-tree-missing", commit.String())))
		case !cut[commit] && !l.has(a.id):
			l.skip(a.id.String(), reason.New("git.commit-missing", commit.String()))
		}
	}
}

func (l *locator) has(id object.ID) bool { return l.graph.objects.IndexOf(id) != odb.NoIndex }

// reportShallow reports where the history of a shallow clone is cut, and returns those commits.
func (l *locator) reportShallow() map[object.ID]bool {
	cut := map[object.ID]bool{}
	for _, id := range l.source.repo.Shallow() {
		cut[id] = true
		if l.has(id) {
			l.skip(id.String(), reason.New("git.shallow"))
		}
	}
	return cut
}

// reportLeaves reports missing blobs and trees. In a partial clone they are expected, and one Skip counts them all.
func (l *locator) reportLeaves() {
	for i, leaf := range l.trees.Leaves() {
		if !leaf.Missing {
			continue
		}
		if path, commit, ok := l.firstKept(int32(i)); ok {
			l.skip(path, l.either(leaf.ID,
				reason.New("git.introduced-damaged", leaf.ID.String(), commit.String()), reason.New("git.introduced-missing", leaf.ID.String(), commit.String())))
		}
	}
	if n := l.trees.Unfetched(); n > 0 {
		l.skip(".", reason.New("git.partial", n))
	}
}

// either returns the first reason for an object that is there but damaged, and the second for one that is missing.
func (l *locator) either(id object.ID, damaged, missing reason.Reason) reason.Reason {
	if l.has(id) {
		return damaged
	}
	return missing
}

// firstKept returns the first commit with a leaf that a ref or a reflog still reaches, and the first path there.
func (l *locator) firstKept(leaf int32) (path string, commit object.ID, ok bool) {
	first := int32(none)
	for _, p := range l.paths[leaf] {
		for _, c := range l.origins[origin{leaf, p}] {
			if !l.reached.kept(c) {
				continue
			}
			if first == none || l.rank[c] < l.rank[first] || c == first && p < path {
				path, first = p, c
			}
			break // the others are later
		}
	}
	if first == none {
		return "", object.ID{}, false
	}
	return path, l.graph.id(first), true
}

func (l *locator) skip(path string, why reason.Reason) {
	skip := finding.Skip{Path: path, Reason: why}
	l.source.memory.skip(skip)
	l.sink.Skip(skip)
}
