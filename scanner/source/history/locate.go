package history

import (
	"cmp"
	"context"
	"math"
	"path/filepath"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
)

// Caps on what one piece of content, or a forged history, can make a report of. Past them the scan is incomplete.
const (
	maxPlaces = 10_000    // paths of one blob
	maxSteps  = 5_000_000 // introductions in all
	maxNamed  = 100       // refs named for one place
)

// Locate implements scanner.Locator. It reads every tree once, tells sink what the history names and the store
// does not have, and finds for each blob the commits that introduced it, by path.
func (s *Source) Locate(ctx context.Context, hits []finding.Place, sink scanner.Sink) ([][]finding.Place, error) {
	var wanted []object.ID
	for _, h := range hits {
		if id, ok := object.ParseID(h.Blob); ok && h.Source == finding.SourceHistory {
			wanted = append(wanted, id)
		}
	}
	l := &locator{
		source: s, graph: s.graph, forest: newForest(s.opts.Repo.Objects, wanted), sink: sink, partial: s.opts.Repo.Partial(),
		origins: map[origin][]int32{}, paths: map[int32][]string{}, unfetched: map[object.ID]bool{},
	}
	l.named, l.lost = s.opts.Repo.Refs()
	whole, err := l.nothingMissing(ctx, hits)
	if err != nil {
		return nil, err
	}
	if whole {
		l.report()
		s.memory.save()
		return nil, nil
	}
	return l.run(ctx, hits)
}

// locator answers one Locate.
type locator struct {
	source    *Source
	graph     *graph
	forest    *forest
	sink      scanner.Sink
	partial   bool       // the repository is a partial clone
	order     []int32    // commits, parents first
	rank      []int32    // of each commit in order
	named     []repo.Ref // what the refs name
	refs      *refIndex
	lost      []odb.Unreadable
	origins   map[origin][]int32 // the commits that introduced a leaf at a path, in order
	paths     map[int32][]string // of each leaf
	steps     int                // introductions so far
	capped    bool               // there are more of them than are kept
	unfetched map[object.ID]bool // what a partial clone may not have fetched
	staged    map[object.ID][]string
}

// origin is a leaf at a path.
type origin struct {
	leaf int32
	path string
}

// nothingMissing reports whether there is nothing to find out: no hits, and what earlier scans have seen shows that the
// history is whole.
func (l *locator) nothingMissing(ctx context.Context, hits []finding.Place) (bool, error) {
	if len(hits) > 0 || len(l.graph.absent) > 0 || len(l.lackingTags()) > 0 {
		return false, nil
	}
	return l.source.memory.suffices(ctx)
}

func (l *locator) run(ctx context.Context, hits []finding.Place) ([][]finding.Place, error) {
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	l.addTrees()
	l.graph.settle()
	l.order = l.graph.sorted()
	l.rank = make([]int32, len(l.graph.commits))
	for i, c := range l.order {
		l.rank[c] = int32(i)
	}
	if err := l.introductions(ctx); err != nil {
		return nil, err
	}
	l.refs = newRefIndex(l.graph, l.order, l.named, l.source.opts.Repo.Reflogs(), l.asked(hits))
	l.stage()
	l.report()
	out := make([][]finding.Place, len(hits))
	for i, h := range hits {
		out[i] = l.places(h)
	}
	l.remember()
	return out, ctx.Err()
}

// read reads every tree, and the commits and tags that were not read because earlier scans have seen them.
func (l *locator) read(ctx context.Context) error {
	if l.source.Reused() > 0 {
		var err error
		if l.graph, l.lost, err = wholeGraph(ctx, l.source.opts.Repo, l.lost); err != nil {
			return reason.NewError("git.reading-history", err)
		}
	}
	if err := l.forest.grow(ctx); err != nil {
		return reason.NewError("git.reading-history", err)
	}
	l.lost = append(l.lost, l.forest.lost...)
	return nil
}

// remember saves what this scan has read, but for what was lost and what names something that is missing.
func (l *locator) remember() {
	m := l.source.memory
	if m == nil {
		return
	}
	for _, loss := range l.lost {
		m.lose(loss)
	}
	for _, a := range l.graph.absent {
		m.exclude(l.graph.commits[a.commit].number)
	}
	for _, n := range slices.Concat(l.lackingTags(), l.forest.lacking()) {
		m.exclude(n)
	}
	m.save()
}

// lackingTags lists the tags on objects that are missing.
func (l *locator) lackingTags() []odb.Index {
	var out []odb.Index
	for id, tag := range l.graph.tags {
		if !l.has(tag.Target) {
			out = append(out, l.graph.objects.IndexOf(id))
		}
	}
	return out
}

// addTrees lets a tree that a ref names without a commit stand for a commit that has no parents. It is younger
// than all others: where a commit has the same content, the commit introduced it.
func (l *locator) addTrees() {
	for _, ref := range l.named {
		chain := l.graph.chain(ref.Target)
		id := chain[len(chain)-1]
		if n := l.forest.objects.IndexOf(id); n != odb.NoIndex && l.forest.treeOf[n] != none {
			l.graph.addCommit(n, object.CommitInfo{Tree: id, Time: math.MaxInt64})
		}
	}
}

// introductions finds, for each leaf and path, the commits that introduced it.
func (l *locator) introductions(ctx context.Context) error {
	for i, c := range l.order {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		node, parents := l.forest.root(l.graph.commits[c].tree), []int32{}
		for p := range l.graph.parentsOf(c) {
			parents = append(parents, l.forest.root(l.graph.commits[p].tree))
		}
		l.forest.introduced(node, parents, "", func(path string, leaf int32) bool { return l.introduce(c, path, leaf) })
	}
	return nil
}

// introduce notes that a commit introduced a leaf, and reports whether there is room for more. What a partial clone
// lacks is only counted: that may be nearly everything.
func (l *locator) introduce(c int32, path string, leaf int32) bool {
	if l.partial && l.forest.leaves[leaf].missing {
		l.unfetched[l.forest.leaves[leaf].id] = true
		return true
	}
	at := origin{leaf, path}
	l.steps++
	isNew := l.origins[at] == nil
	if l.steps > maxSteps || isNew && len(l.paths[leaf]) >= maxPlaces {
		l.capped = true
		return l.steps <= maxSteps
	}
	if isNew {
		l.paths[leaf] = append(l.paths[leaf], path)
	}
	l.origins[at] = append(l.origins[at], c)
	return true
}

// asked lists the commits whose refs will be needed.
func (l *locator) asked(hits []finding.Place) []int32 {
	seen := map[int32]bool{}
	for _, commits := range l.origins {
		for _, c := range commits {
			seen[c] = true
		}
	}
	for _, h := range hits {
		if id, ok := object.ParseID(h.Commit); ok {
			if c, ok := l.graph.peel(id); ok {
				seen[c] = true
			}
		}
	}
	for _, a := range l.graph.absent {
		seen[a.commit] = true
	}
	out := make([]int32, 0, len(seen))
	for c := range seen {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// stage reads which blobs the indexes hold: the repository's, and those of linked worktrees. An index that cannot
// be read names no blob; the source of staged content is the one to complain.
func (l *locator) stage() {
	l.staged = map[object.ID][]string{}
	repo := l.source.opts.Repo
	files, _ := filepath.Glob(filepath.Join(repo.Common, "worktrees", "*", "index"))
	for _, file := range append(files, filepath.Join(repo.Common, "index")) {
		staged, err := index.Read(file)
		if err != nil {
			continue
		}
		for _, e := range staged.Entries {
			if l.forest.has(e.ID) && e.IsBlob() && !slices.Contains(l.staged[e.ID], e.Path) {
				l.staged[e.ID] = append(l.staged[e.ID], e.Path)
			}
		}
	}
}

// places answers where one hit stands.
func (l *locator) places(h finding.Place) []finding.Place {
	var out []finding.Place
	switch {
	case h.Source != finding.SourceMessage:
		out = l.blobPlaces(h)
	case h.Blob != "":
		out = []finding.Place{l.tagPlace(h)}
	default:
		out = []finding.Place{l.messagePlace(h)}
	}
	if l.source.opts.NoUnreachable {
		out = slices.DeleteFunc(out, func(p finding.Place) bool { return !p.Reachable && p.Source != finding.SourceIndex })
	}
	return out
}

// blobPlaces finds a blob in the history; if no ref reaches it there, in an index; and if it is not there either, it
// has no path, and is reachable only if a ref names the blob itself.
func (l *locator) blobPlaces(h finding.Place) []finding.Place {
	id, _ := object.ParseID(h.Blob)
	var out []finding.Place
	if leaf, ok := l.forest.byLeaf[id]; ok {
		for _, path := range l.paths[leaf] {
			h.Path = path
			out = append(out, l.commitPlace(h, l.origins[origin{leaf, path}]))
		}
	}
	if slices.ContainsFunc(out, func(p finding.Place) bool { return p.Reachable }) {
		return out
	}
	for _, path := range l.staged[id] {
		out = append(out, finding.Place{Source: finding.SourceIndex, Path: path, Blob: h.Blob})
	}
	if len(out) == 0 {
		out = append(out, l.refs.fillNamed(h, id))
	}
	return out
}

// commitPlace fills in the first of the commits, by topology, and every ref that reaches one of them. A commit
// that a ref reaches goes before one that none does: neither is the other's ancestor then.
func (l *locator) commitPlace(h finding.Place, commits []int32) finding.Place {
	first := slices.MinFunc(commits, func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.refs.unreached(a), l.refs.unreached(b)), cmp.Compare(l.rank[a], l.rank[b]))
	})
	id := l.graph.id(first)
	if info, err := l.source.opts.Repo.Commit(id); err == nil { // else it is a tree that a ref names
		h.Commit, h.Author, h.Email, h.Date = id.String(), info.Author.Name, info.Author.Email, info.Author.When
	}
	return l.refs.fill(h, commits)
}

// messagePlace fills in whose message it is. A commit that could not be parsed stands for itself.
func (l *locator) messagePlace(h finding.Place) finding.Place {
	id, _ := object.ParseID(h.Commit)
	if c, ok := l.graph.find(id); ok {
		return l.commitPlace(h, []int32{c})
	}
	return h
}

// tagPlace fills in who tagged, what the tag is on, and the refs that name it.
func (l *locator) tagPlace(h finding.Place) finding.Place {
	id, _ := object.ParseID(h.Blob)
	tag := l.graph.tags[id]
	h.Author, h.Email, h.Date = tag.Tagger.Name, tag.Tagger.Email, tag.Tagger.When
	if c, ok := l.graph.peel(id); ok {
		h.Commit = l.graph.id(c).String()
	}
	return l.refs.fillNamed(h, id)
}
