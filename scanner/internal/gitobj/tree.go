package gitobj

import (
	"context"
	"fmt"
)

// File is a blob with its path.
type File struct {
	Path string // slash-separated
	ID   OID
	Mode uint32
}

// maxTreeDepth caps how deeply folders nest: git's own limit is 2,048.
const maxTreeDepth = 2048

// readTree reads a tree object; the zero OID is the empty tree.
func (r *Repo) readTree(id OID) ([]Entry, error) {
	if id == (OID{}) {
		return nil, nil
	}
	o, err := r.Objects.Read(id)
	if err != nil {
		return nil, err
	}
	if o.Type != Tree {
		return nil, fmt.Errorf("object %s is a %s and not a tree", id, o.Type)
	}
	var entries []Entry
	err = EachEntry(o.Content, func(e Entry) { entries = append(entries, e) })
	return entries, err
}

// Added calls visit for each file of the tree that none of the base trees has at the same path with the same
// content. Folders that cannot be read are given to lost, and the rest goes on. An error of visit ends it.
func (r *Repo) Added(ctx context.Context, tree OID, bases []OID, visit func(File) error, lost func(Loss)) error {
	a := adder{repo: r, visit: visit, lost: lost, whole: map[OID]bool{}}
	return a.tree(ctx, "", tree, bases, 0)
}

type adder struct {
	repo  *Repo
	visit func(File) error
	lost  func(Loss)
	whole map[OID]bool // trees all of whose files have been visited: a second path adds no content
}

func (a *adder) tree(ctx context.Context, path string, tree OID, bases []OID, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bases, same := others(tree, bases)
	if same || len(bases) == 0 && a.whole[tree] {
		return nil
	}
	if depth > maxTreeDepth {
		a.lost(Loss{What: path, Why: fmt.Errorf("folders nest deeper than %d", maxTreeDepth)})
		return nil
	}
	entries, err := a.repo.readTree(tree)
	if err != nil {
		a.lost(Loss{What: pathOr(path, tree), Why: err})
		return nil
	}
	before := a.byName(path, bases)
	for _, e := range entries {
		if err := a.entry(ctx, path, e, before, depth); err != nil {
			return err
		}
	}
	if len(bases) == 0 {
		a.whole[tree] = true
	}
	return nil
}

// others drops empty bases, and tells whether one is the tree itself.
func others(tree OID, bases []OID) (rest []OID, same bool) {
	for _, b := range bases {
		if b == tree {
			return nil, true
		}
		if b != (OID{}) {
			rest = append(rest, b)
		}
	}
	return rest, false
}

func pathOr(path string, id OID) string {
	if path == "" {
		return id.String()
	}
	return path
}

// byName reads the base trees: for each name, what stands there. A base that cannot be read counts as empty.
func (a *adder) byName(path string, bases []OID) map[string][]Entry {
	out := map[string][]Entry{}
	for _, b := range bases {
		entries, err := a.repo.readTree(b)
		if err != nil {
			a.lost(Loss{What: pathOr(path, b), Why: err})
		}
		for _, e := range entries {
			out[string(e.Name)] = append(out[string(e.Name)], e)
		}
	}
	return out
}

func (a *adder) entry(ctx context.Context, path string, e Entry, before map[string][]Entry, depth int) error {
	name := path + string(e.Name)
	var bases []OID
	for _, b := range before[string(e.Name)] {
		if b.ID == e.ID {
			return nil
		}
		if b.IsTree() {
			bases = append(bases, b.ID)
		}
	}
	switch {
	case e.IsTree():
		return a.tree(ctx, name+"/", e.ID, bases, depth+1)
	case e.IsBlob():
		return a.visit(File{Path: name, ID: e.ID, Mode: e.Mode})
	}
	return nil
}
