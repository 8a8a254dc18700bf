package index

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// parseChanged is parse, and leaves out the entries of folders that are the same. Same may be nil.
func parseChanged(data []byte, f object.Format, same func(string, object.ID) bool) (*Index, error) {
	if same != nil {
		if x := changes(data, f, same); x != nil {
			return x, nil
		}
	}
	return parse(data, f) // and say what is wrong with it
}

// mappedChanges is changes for a file, which it does not read but map: copying an index of 100,000 entries takes longer than
// everything else.
func mappedChanges(path string, f object.Format, same func(string, object.ID) bool) (x *Index, mapped bool) {
	mapped, err := fileio.WithMapped(path, func(data []byte) error {
		x = changes(data, f, same)
		return nil
	})
	if err != nil {
		return nil, false
	}
	return x, mapped
}

// changes returns an index without the entries of folders that are the same, and without any part of data; nil if the index must
// be read whole.
func changes(data []byte, f object.Format, same func(string, object.ID) bool) *Index {
	w, ok := newChangedWalk(data, f, same)
	if !ok {
		return nil
	}
	x, err := w.run()
	if err != nil {
		return nil
	}
	return x
}

// changedWalk goes through the entries of an index by the cached tree, which says how many entries a folder has.
type changedWalk struct {
	index   *Index
	data    []byte // without the hash at the end
	version uint32
	offsets []uint32 // of the entries
	same    func(string, object.ID) bool
	paths   pathReader
	prefix  []byte // path of the folder, with a slash at the end
}

// newChangedWalk finds the entries and the cached tree. ok is false if the index must be read whole: one of version 4, where
// each path builds on the one before, one that is split or sparse, and one without a cached tree.
func newChangedWalk(data []byte, f object.Format, same func(string, object.ID) bool) (*changedWalk, bool) {
	if len(data) < headerSize+f.Size() || int64(len(data)) > 1<<32-1 {
		return nil, false
	}
	w := &changedWalk{
		index: &Index{format: f}, data: data[:len(data)-f.Size()], version: binary.BigEndian.Uint32(data[4:]), same: same,
	}
	n := int64(binary.BigEndian.Uint32(data[8:]))
	if string(data[:4]) != "DIRC" || w.version < 2 || w.version > 3 || n > int64(len(data)/(entryStat+f.Size()+entryFlags)) {
		return nil, false
	}
	w.offsets = make([]uint32, 0, n+1)
	at := headerSize
	for range n {
		w.offsets = append(w.offsets, uint32(at))
		if at = w.next(at); at < 0 {
			return nil, false
		}
	}
	w.offsets = append(w.offsets, uint32(at))
	extensions := w.data[at:]
	if bytes.Contains(extensions, []byte("sdir")) || w.index.parseExtensions(extensions) != nil {
		return nil, false
	}
	return w, w.index.link == nil && w.index.Tree != nil
}

// next returns the offset of the entry after the one at an offset, or -1.
func (w *changedWalk) next(at int) int {
	name := at + entryStat + w.index.format.Size() + entryFlags
	if name > len(w.data) {
		return -1
	}
	if w.version > 2 && binary.BigEndian.Uint16(w.data[name-entryFlags:])&flagExtended != 0 {
		name += 2
	}
	if name > len(w.data) {
		return -1
	}
	size := bytes.IndexByte(w.data[name:], 0)
	if size < 0 {
		return -1
	}
	if at += (name + size - at + 8) &^ 7; at > len(w.data) { // padded with one to eight NULs
		return -1
	}
	return at
}

func (w *changedWalk) run() (*Index, error) {
	at, err := w.folder(w.index.Tree, 0)
	if err == nil && at < len(w.offsets)-1 {
		err = errDamaged
	}
	return w.index, err
}

// folder goes through the entries of a folder from a position on, and returns the position after them.
func (w *changedWalk) folder(f *Folder, at int) (int, error) {
	depth := len(w.prefix)
	for at < len(w.offsets)-1 {
		e, _, err := w.index.parseEntry(w.data, int(w.offsets[at]), w.version, &w.paths)
		if err != nil || e.IsFolder() {
			return at, errDamaged
		}
		rest, below := strings.CutPrefix(e.Path, string(w.prefix[:depth]))
		if !below {
			return at, nil
		}
		name, _, inFolder := strings.Cut(rest, "/")
		sub := f.Folder(name)
		if !inFolder || sub == nil {
			w.index.Entries = append(w.index.Entries, e)
			at++
			continue
		}
		if w.skips(sub, e.Path[:depth+len(name)], at) {
			at += sub.entries
			continue
		}
		w.prefix = append(append(w.prefix[:depth], name...), '/')
		if at, err = w.folder(sub, at); err != nil {
			return at, err
		}
		w.prefix = w.prefix[:depth]
	}
	return at, nil
}

// skips reports whether the entries from a position on are those of a folder that is the same. The cached tree is believed
// about their number only if the last of them is in the folder and the next one is not.
func (w *changedWalk) skips(f *Folder, path string, at int) bool {
	end := at + f.entries
	if !f.Valid || f.entries < 1 || end > len(w.offsets)-1 || !w.in(path, end-1) || end < len(w.offsets)-1 && w.in(path, end) {
		return false
	}
	return w.same(path, f.ID)
}

// in reports whether an entry is in a folder.
func (w *changedWalk) in(path string, at int) bool {
	e, _, err := w.index.parseEntry(w.data, int(w.offsets[at]), w.version, &w.paths)
	return err == nil && strings.HasPrefix(e.Path, path+"/")
}
