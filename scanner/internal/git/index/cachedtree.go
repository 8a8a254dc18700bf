package index

import (
	"bytes"
	"strconv"

	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Folder is a folder of the cached tree. A nil Folder is one that the cached tree does not have.
type Folder struct {
	ID      object.ID // the tree object whose entries are exactly those of the folder
	Valid   bool      // it has one: nothing in it has changed since the tree was written
	entries int       // of the index that are in it and below, if it is valid
	folders map[string]*Folder
}

// Folder returns a folder in this one. Folders are nested as in the file, because the paths of a hostile index are a
// thousand times its size.
func (f *Folder) Folder(name string) *Folder {
	if f == nil {
		return nil
	}
	return f.folders[name]
}

// Each calls visit for each folder that has a tree, with its path; "" is the root.
func (f *Folder) Each(visit func(path string, tree object.ID)) { f.each("", visit) }

func (f *Folder) each(path string, visit func(string, object.ID)) {
	if f == nil {
		return
	}
	if f.Valid {
		visit(path, f.ID)
	}
	if path != "" {
		path += "/"
	}
	for name, sub := range f.folders {
		sub.each(path+name, visit)
	}
}

// maxDepth caps how deeply folders nest: git's own limit.
const maxDepth = 2048

// parseCachedTree parses a folder of the cached tree, and the folders in it. What it cannot parse it leaves out: the
// cached tree only saves work.
func parseCachedTree(data []byte, format object.Format, depth int) (name string, f *Folder, rest []byte, ok bool) {
	before, data, ok := bytes.Cut(data, []byte{0})
	line, data, found := bytes.Cut(data, []byte{'\n'})
	entries, subtrees, spaced := bytes.Cut(line, []byte{' '})
	n, err := strconv.Atoi(string(entries))
	m, err2 := strconv.Atoi(string(subtrees))
	if !ok || !found || !spaced || err != nil || err2 != nil || depth > maxDepth {
		return "", nil, nil, false
	}
	f = &Folder{Valid: n >= 0, entries: n} // -1 marks a folder that has changed since its tree was written
	if f.Valid {
		if len(data) < format.Size() {
			return "", nil, nil, false
		}
		f.ID = format.ID(data)
		data = data[format.Size():]
	}
	for range m {
		below, sub, rest, ok := parseCachedTree(data, format, depth+1)
		if sub != nil {
			f.add(below, sub)
		}
		if !ok {
			return string(before), f, nil, false
		}
		data = rest
	}
	return string(before), f, data, true
}

func (f *Folder) add(name string, sub *Folder) {
	if f.folders == nil {
		f.folders = map[string]*Folder{}
	}
	f.folders[name] = sub
}
