package history

import (
	"bytes"
	"cmp"
	"context"
	"runtime"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/finding"
	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
	"github.com/akguard/akguard/scanner/internal/git/treeindex"
	"golang.org/x/sync/errgroup"
)

// Limits on the size of a report, which one blob or a forged history could make endless. Beyond them the scan is
// incomplete.
const (
	maxPlaces = 10_000    // paths of one blob
	maxSteps  = 5_000_000 // introductions in all; some 200 MB of lists
	maxNamed  = 100       // refs listed for one place

	maxPathMB = 512 // of the paths of all introductions: a name of a megabyte, or a million folders, make one so long
)

// Locate implements scanner.Locator. It reads every tree once, reports missing objects to sink, and finds for each blob
// the commits that introduced it, by path.
func (s *Source) Locate(ctx context.Context, matches []finding.Place, sink scanner.Sink) ([][]finding.Place, error) {
	if out, ok := s.repeatedPlaces(matches, sink); ok {
		return out, nil
	}
	out, err := s.locate(ctx, matches, sink)
	if err == nil && ctx.Err() == nil {
		s.keep(matches, out)
	}
	return out, err
}

func (s *Source) locate(ctx context.Context, matches []finding.Place, sink scanner.Sink) ([][]finding.Place, error) {
	var wanted []object.ID
	for _, h := range matches {
		if id, ok := s.repo.objects().Format().ParseID(h.Blob); ok && h.Source == finding.SourceHistory {
			wanted = append(wanted, id)
		}
	}
	partial := s.repo.Partial() || s.opts.Continued
	l := &locator{
		source: s, graph: s.graph, partial: partial, trees: treeindex.New(s.repo.objects(), wanted, partial), sink: sink,
		origins: map[origin][]int32{}, paths: map[int32][]string{},
	}
	if l.graph != nil {
		l.graph.resolve()
	}
	l.usePast(wanted)
	refs, reflogs, damaged := s.refs()
	l.unreadable = damaged
	whole, err := l.nothingMissing(ctx, matches)
	if err != nil {
		return nil, err
	}
	if whole {
		l.refs, l.reflogs = l.graph.peelAll(refs), l.graph.peelAll(reflogs)
		l.report()
		s.saveEarlier()
		return nil, nil
	}
	out, err := l.run(ctx, matches, refs, reflogs)
	if err == nil && s.earlier != nil {
		l.saveSeen()
		l.savePast(wanted)
	}
	return out, err
}

// locator answers one Locate.
type locator struct {
	source     *Source
	graph      *graph
	partial    bool // missing objects are expected
	trees      *treeindex.Index
	sink       scanner.Sink
	commits    int       // how many of the graph's are commits; the others are trees that a ref points to
	order      []int32   // commits, parents first
	roots      []int32   // the node of the tree of each commit
	rank       []int32   // position of each commit in order
	refs       []peeled  // all refs of the repository
	reflogs    []peeled  // all entries of reflogs
	reached    *refIndex // which refs reach the commits of the report
	unreadable []odb.Unreadable
	origins    map[origin][]int32 // the commits that introduced a leaf at a path, in order
	paths      map[int32][]string // of each leaf
	steps      int                // introductions that were recorded
	pathBytes  int                // of the introductions
	capped     bool               // the limits were reached
	staged     map[object.ID][]string
	ended      map[origin]int32 // the commits that removed leaves from their paths
}

func (l *locator) objects() odb.Reader { return l.source.repo.objects() }

// origin is a leaf at a path.
type origin struct {
	leaf int32
	path string
}

// nothingMissing reports whether reading the trees can be skipped: there are no matches, and the record of earlier scans
// proves that no object is missing.
func (l *locator) nothingMissing(ctx context.Context, matches []finding.Place) (bool, error) {
	if len(matches) > 0 || l.graph == nil || l.source.pastLacks() || len(l.graph.absent) > 0 || len(l.lackingTags()) > 0 {
		return false, nil
	}
	return l.source.earlier.provesComplete(ctx)
}

func (l *locator) run(ctx context.Context, matches []finding.Place, refs, reflogs []repo.Ref) ([][]finding.Place, error) {
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	l.commits = len(l.graph.commits)
	l.refs, l.reflogs = l.graph.peelAll(refs), l.graph.peelAll(reflogs)
	l.addTrees()
	l.rank, l.roots = make([]int32, len(l.graph.commits)), make([]int32, len(l.graph.commits))
	for i, c := range l.order {
		l.rank[c] = int32(i)
	}
	for i, c := range l.graph.commits {
		l.roots[i] = l.trees.Root(c.tree)
	}
	if err := l.introductions(ctx); err != nil {
		return nil, err
	}
	var err error
	if l.ended, err = l.removed(ctx); err != nil {
		return nil, err
	}
	l.reached = newRefIndex(l.graph, l.order, l.refs, l.reflogs, l.asked(matches))
	l.stage()
	l.report()
	return l.allPlaces(matches), ctx.Err()
}

// read reads every tree, and the commits and tags that the scan left out because they were known. Meanwhile, it sorts the commits.
func (l *locator) read(ctx context.Context) error {
	if l.graph == nil || l.source.leftOut() {
		var err error
		if l.graph, l.unreadable, err = wholeGraph(ctx, l.source.repo.objects(), l.unreadable); err != nil {
			return reason.NewError("git.reading-history", err)
		}
	}
	var g errgroup.Group
	g.Go(func() error { return l.trees.Build(ctx) })
	g.Go(func() error {
		l.graph.linkParents()
		l.order = l.graph.sorted()
		return nil
	})
	if err := g.Wait(); err != nil {
		return reason.NewError("git.reading-history", err)
	}
	l.unreadable = append(l.unreadable, l.trees.Unreadable()...)
	return nil
}

// saveSeen saves the record of this scan, without objects that could not be read or that refer to missing ones.
func (l *locator) saveSeen() {
	m := l.source.earlier
	for n := range l.trees.Fresh() {
		m.add(n, scanner.Tally{})
	}
	for _, u := range l.unreadable {
		m.excludeUnreadable(u)
	}
	for _, a := range l.graph.absent {
		m.exclude(l.graph.commits[a.commit].number)
	}
	for _, n := range slices.Concat(l.lackingTags(), l.trees.Lacking()) {
		m.exclude(n)
	}
	l.source.saveEarlier()
}

// lackingTags lists the tags whose target is missing.
func (l *locator) lackingTags() []odb.Index {
	var out []odb.Index
	for id, tag := range l.graph.tags {
		if !l.has(tag.Target) {
			out = append(out, l.graph.objects.IndexOf(id))
		}
	}
	return out
}

// addTrees adds a commit without parents for each tree that a ref points to directly. They come after all other commits, so that
// content which a real commit has too is attributed to that one.
func (l *locator) addTrees() {
	for _, ref := range l.refs {
		if ref.index != odb.NoIndex && l.trees.HasTree(ref.index) {
			l.graph.addCommit(ref.index, object.CommitInfo{Tree: ref.id})
		}
	}
	l.graph.resolve()
	from := len(l.order)
	for c := l.commits; c < len(l.graph.commits); c++ {
		l.order = append(l.order, int32(c))
	}
	slices.SortFunc(l.order[from:], func(a, b int32) int { return bytes.Compare(l.graph.idBytes(a), l.graph.idBytes(b)) })
}

// introductions finds the commits that introduced each leaf at each path.
func (l *locator) introductions(ctx context.Context) error {
	var parents []int32
	for i, c := range l.order {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		parents = parents[:0]
		for p := range l.graph.parentsOf(c) {
			parents = append(parents, l.roots[p])
		}
		l.trees.Introduced(l.roots[c], parents, func(path []byte, leaf int32) bool { return l.introduce(c, path, leaf) })
		if l.exhausted() {
			l.capped = true
			break
		}
	}
	return nil
}

// introduce records that a commit introduced a leaf, and reports whether more can be recorded.
func (l *locator) introduce(c int32, path []byte, leaf int32) bool {
	l.steps++
	l.pathBytes += len(path)
	if l.exhausted() {
		return false
	}
	at := origin{leaf, string(path)}
	isNew := l.origins[at] == nil
	if isNew && len(l.paths[leaf]) >= maxPlaces {
		l.capped = true
		return true
	}
	if isNew {
		l.paths[leaf] = append(l.paths[leaf], at.path)
	}
	l.origins[at] = append(l.origins[at], c)
	return true
}

// exhausted reports whether no more introductions can be recorded.
func (l *locator) exhausted() bool {
	return l.steps > maxSteps || l.pathBytes > maxPathMB<<20 || l.trees.Exhausted()
}

// asked lists the commits whose refs will be reported.
func (l *locator) asked(matches []finding.Place) []int32 {
	seen := map[int32]bool{}
	for _, commits := range l.origins {
		for _, c := range commits {
			seen[c] = true
		}
	}
	for _, h := range matches {
		if id, ok := l.objects().Format().ParseID(h.Commit); ok {
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

// stage reads which blobs are staged.
func (l *locator) stage() {
	l.staged = map[object.ID][]string{}
	for _, x := range l.source.repo.staged() {
		_ = x.Expand(&index.Expansion{
			Read:       func(tree object.ID) ([]object.TreeEntry, error) { return treediff.ReadTree(l.objects(), tree) },
			Skip:       func(folder index.Entry) bool { return l.trees.Root(l.objects().IndexOf(folder.ID)) == treeindex.NoNode },
			Visit:      l.stageEntry,
			Unreadable: func(index.Entry, error) {}, // it was reported when the trees were read
		})
	}
}

func (l *locator) stageEntry(e index.Entry) error {
	if l.trees.Wants(e.ID) && e.IsBlob() && !slices.Contains(l.staged[e.ID], e.Path) {
		l.staged[e.ID] = append(l.staged[e.ID], e.Path)
	}
	return nil
}

// allPlaces returns the places of each match. Most of the time goes into reading the commits again.
func (l *locator) allPlaces(matches []finding.Place) [][]finding.Place {
	out := make([][]finding.Place, len(matches))
	var g errgroup.Group
	share := len(matches)/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < len(matches); from += share {
		g.Go(func() error {
			for i := from; i < min(from+share, len(matches)); i++ {
				out[i] = l.places(matches[i])
			}
			return nil
		})
	}
	_ = g.Wait() // they return none
	return out
}

// places returns the places of one match.
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
	if l.source.opts.NoUnreachable && (!l.capped || len(l.source.opts.Heads) > 0) { // past the limits, it is not known what is unreachable
		out = slices.DeleteFunc(out, func(p finding.Place) bool { return !p.Reachable && p.Source != finding.SourceIndex })
	}
	return out
}

// blobPlaces finds a blob in the history or, if no ref reaches it there, in an index. A blob that is in neither has no
// path, and is reachable only if a ref points to the blob itself.
func (l *locator) blobPlaces(h finding.Place) []finding.Place {
	id, _ := l.objects().Format().ParseID(h.Blob)
	var out []finding.Place
	if leaf, ok := l.trees.LeafOf(id); ok {
		for _, path := range l.paths[leaf] {
			h.Path = path
			place := l.commitPlace(h, l.origins[origin{leaf, path}])
			if c, ok := l.ended[origin{leaf, path}]; ok && place.Reachable {
				place.Removed = l.removal(c)
			}
			out = append(out, place)
		}
	}
	if slices.ContainsFunc(out, func(p finding.Place) bool { return p.Reachable }) {
		return out
	}
	for _, path := range l.staged[id] {
		out = append(out, finding.Place{Source: finding.SourceIndex, Path: path, Blob: h.Blob})
	}
	if len(out) == 0 {
		out = append(out, l.reached.fillNamed(h, id))
	}
	return out
}

// commitPlace fills in the first of the commits in topological order, and every ref that reaches one of them. A commit
// that a ref reaches precedes one that no ref reaches, which cannot be its ancestor.
func (l *locator) commitPlace(h finding.Place, commits []int32) finding.Place {
	first := slices.MinFunc(commits, func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.reached.unreached(a), l.reached.unreached(b)), cmp.Compare(l.rank[a], l.rank[b]))
	})
	id := l.graph.id(first)
	if info, err := l.source.repo.Commit(id); err == nil { // otherwise it is a tree that a ref points to
		h.Commit, h.Author, h.Email, h.Date = id.String(), info.Author.Name, info.Author.Email, info.Author.When
	}
	return l.reached.fill(h, commits)
}

// messagePlace fills in the author of a commit message. A commit that could not be parsed is not in the graph.
func (l *locator) messagePlace(h finding.Place) finding.Place {
	id, _ := l.objects().Format().ParseID(h.Commit)
	if c, ok := l.graph.find(id); ok {
		return l.commitPlace(h, []int32{c})
	}
	return h
}

// tagPlace fills in the tagger, the tagged commit, and the refs that point to the tag.
func (l *locator) tagPlace(h finding.Place) finding.Place {
	id, _ := l.objects().Format().ParseID(h.Blob)
	tag := l.graph.tags[id]
	h.Author, h.Email, h.Date = tag.Tagger.Name, tag.Tagger.Email, tag.Tagger.When
	if c, ok := l.graph.peel(id); ok {
		h.Commit = l.graph.id(c).String()
	}
	return l.reached.fillNamed(h, id)
}
