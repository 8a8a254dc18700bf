package treediff

import (
	"path"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Lookup finds entries of one tree by path. It reads each folder once.
type Lookup struct {
	objects odb.Reader
	folders map[string]map[string]object.TreeEntry
}

// NewLookup returns the lookup of a tree.
func NewLookup(objects odb.Reader, tree object.ID) (*Lookup, error) {
	l := &Lookup{objects: objects, folders: map[string]map[string]object.TreeEntry{}}
	return l, l.read(".", tree)
}

func (l *Lookup) read(dir string, tree object.ID) error {
	entries, err := readTree(l.objects, tree)
	if err != nil {
		return err
	}
	byName := make(map[string]object.TreeEntry, len(entries))
	for _, e := range entries {
		byName[string(e.Name)] = e
	}
	l.folders[dir] = byName
	return nil
}

// Find returns the entry at a slash-separated path. A folder that cannot be read counts as empty.
func (l *Lookup) Find(name string) (object.TreeEntry, bool) {
	dir, base := path.Split(name)
	e, ok := l.folder(path.Clean(dir))[base]
	return e, ok
}

func (l *Lookup) folder(dir string) map[string]object.TreeEntry {
	if entries, ok := l.folders[dir]; ok {
		return entries
	}
	l.folders[dir] = nil
	if e, ok := l.Find(dir); ok && e.IsTree() {
		_ = l.read(dir, e.ID) // counts as empty
	}
	return l.folders[dir]
}
