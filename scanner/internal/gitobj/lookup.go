package gitobj

import (
	"path"
)

// Lookup finds files of one tree by their paths, reading each folder once.
type Lookup struct {
	repo    *Repo
	folders map[string]map[string]Entry
}

// Lookup returns the lookup of a tree.
func (r *Repo) Lookup(tree OID) (*Lookup, error) {
	l := &Lookup{repo: r, folders: map[string]map[string]Entry{}}
	return l, l.read(".", tree)
}

func (l *Lookup) read(dir string, tree OID) error {
	entries, err := l.repo.readTree(tree)
	if err != nil {
		return err
	}
	byName := make(map[string]Entry, len(entries))
	for _, e := range entries {
		byName[string(e.Name)] = e
	}
	l.folders[dir] = byName
	return nil
}

// Find returns what stands at a slash-separated path. A folder that cannot be read holds nothing.
func (l *Lookup) Find(name string) (Entry, bool) {
	dir, base := path.Split(name)
	e, ok := l.folder(path.Clean(dir))[base]
	return e, ok
}

func (l *Lookup) folder(dir string) map[string]Entry {
	if entries, ok := l.folders[dir]; ok {
		return entries
	}
	l.folders[dir] = nil
	if e, ok := l.Find(dir); ok && e.IsTree() {
		_ = l.read(dir, e.ID)
	}
	return l.folders[dir]
}
