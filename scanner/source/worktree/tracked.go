package worktree

import (
	"path"
	"strings"

	"github.com/akguard/akguard/scanner/internal/git/index"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
	"github.com/akguard/akguard/scanner/internal/git/repo"
	"github.com/akguard/akguard/scanner/internal/git/treediff"
)

// tree is what git tracks in one working tree.
type tree struct {
	root    string
	all     bool                 // ignored files too
	files   map[string]bool      // files and submodules, by path
	folders map[string]bool      // folders with tracked files
	sparse  map[string]object.ID // folders outside a sparse checkout, which the index has as one entry
	objects odb.Reader
}

// maxPath is longer than any path of a system, so a longer one needs no entries for its folders: a path of 200,000 folders
// would take as many steps as its length squared.
const maxPath = 4096

func newTree(repo *repo.Repository, all bool) (*tree, error) {
	t := &tree{
		root: repo.Worktree, all: all, objects: repo.Objects,
		files: map[string]bool{}, folders: map[string]bool{}, sparse: map[string]object.ID{},
	}
	tracked, err := index.Read(repo.IndexPath(), repo.GitDir, repo.Format())
	if err != nil {
		return nil, err
	}
	for _, e := range tracked.Entries {
		if name := strings.TrimSuffix(e.Path, "/"); e.IsFolder() {
			t.sparse[name], t.folders[name] = e.ID, true
		} else {
			t.files[name] = true
		}
		if len(e.Path) > maxPath {
			continue
		}
		for dir := path.Dir(strings.TrimSuffix(e.Path, "/")); dir != "." && !t.folders[dir]; dir = path.Dir(dir) {
			t.folders[dir] = true
		}
	}
	return t, nil
}

// tracked is what git tracks in one folder. Where a repository is inside another one, both may track files in the folder.
// It belongs to one goroutine.
type tracked struct {
	tree   *tree
	rel    string
	sparse *treediff.Folder // nil unless the folder is outside a sparse checkout
	any    bool             // the folder is outside a sparse checkout, and its tree cannot be read: any file may be tracked
	outer  *tracked         // what the repository outside tracks in the same folder; may be nil
}

// hasFile reports whether a file is tracked, or may be.
func (t *tracked) hasFile(name string) bool {
	switch {
	case t == nil:
		return false
	case t.any || t.outer.hasFile(name):
		return true
	case t.sparse == nil:
		return t.tree.files[path.Join(t.rel, name)]
	}
	_, ok := t.sparse.Entry(name)
	return ok
}

// hasFolder reports whether something in a folder of this one is tracked, or the folder as a submodule.
func (t *tracked) hasFolder(name string) bool {
	if t == nil {
		return false
	}
	return t.tree.folders[path.Join(t.rel, name)] || t.hasFile(name) || t.outer.hasFolder(name)
}

// folder returns what is tracked in a folder of this one.
func (t *tracked) folder(name string) *tracked {
	sub := &tracked{tree: t.tree, rel: path.Join(t.rel, name), any: t.any}
	switch id, ok := t.tree.sparse[sub.rel]; {
	case t.sparse != nil:
		sub.sparse = t.sparse.Folder(name)
	case ok && t.tree.objects != nil:
		sub.sparse, _ = treediff.NewFolder(t.tree.objects, id)
	case ok:
		sub.any = true // of a nested repository only the index is read
	}
	sub.any = sub.any || sub.sparse != nil && !sub.sparse.Readable()
	if t.outer.hasFolder(name) {
		sub.outer = t.outer.folder(name)
	}
	return sub
}
