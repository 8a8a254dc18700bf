package treediff

import (
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Folder is a folder of a tree. It is read when it is first asked for an entry, and only once.
type Folder struct {
	ID object.ID // of its tree

	objects odb.Reader
	read    bool
	err     error // why it cannot be read
	entries map[string]object.TreeEntry
	folders map[string]*Folder
}

// NewFolder reads a tree, and returns it as the root of its folders.
func NewFolder(objects odb.Reader, tree object.ID) (*Folder, error) {
	f := &Folder{ID: tree, objects: objects}
	return f, f.load()
}

func (f *Folder) load() error {
	if f.read {
		return f.err
	}
	f.read = true
	entries, err := ReadTree(f.objects, f.ID)
	if err != nil {
		f.err = err
		return err
	}
	f.entries, f.folders = make(map[string]object.TreeEntry, len(entries)), map[string]*Folder{}
	for _, e := range entries {
		f.entries[string(e.Name)] = e
	}
	return nil
}

// Entry returns the entry of a name. A folder that cannot be read counts as empty.
func (f *Folder) Entry(name string) (object.TreeEntry, bool) {
	_ = f.load()
	e, ok := f.entries[name]
	return e, ok
}

// Folder returns the folder of a name in this one, or nil if there is none.
func (f *Folder) Folder(name string) *Folder {
	e, ok := f.Entry(name)
	if !ok || !e.IsTree() {
		return nil
	}
	if f.folders[name] == nil {
		f.folders[name] = &Folder{ID: e.ID, objects: f.objects}
	}
	return f.folders[name]
}

// Readable reports whether the folder's tree can be read.
func (f *Folder) Readable() bool { return f.load() == nil }
