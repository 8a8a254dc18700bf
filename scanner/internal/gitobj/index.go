package gitobj

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Index is the content of an index file.
type Index struct {
	Entries []IndexEntry
	Trees   map[string]OID // folders whose entries are those of a tree object; "" is the root
}

// IndexEntry is one file of the index.
type IndexEntry struct {
	Path   string // slash-separated, from the root of the working tree
	ID     OID
	Mode   uint32
	Stage  uint8 // not 0 for one side of a conflict
	Intent bool  // added by intent only: no content is staged
}

// IsBlob reports whether the entry is content of this repository, and not a submodule or a folder left out of a
// sparse checkout.
func (e IndexEntry) IsBlob() bool { return !e.Intent && Entry{Mode: e.Mode}.IsBlob() }

var errIndexFile = errors.New("index is damaged")

// Index reads an index file; "" is the repository's own. A repository without one has an empty index.
func (r *Repo) Index(path string) (*Index, error) {
	if path == "" {
		path = filepath.Join(r.GitDir, "index")
	}
	data, err := readFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return new(Index), nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	x, err := parseIndex(data)
	if err != nil {
		return nil, fmt.Errorf("reading the index %s: %w", path, err)
	}
	return x, nil
}

const (
	indexHeader    = 12
	indexEntryHead = 62 // of an entry, before its path
	indexTrailer   = 20
	indexExtended  = 0x4000 // the entry has more flags
	indexIntent    = 1 << 13
)

// parseIndex reads an index of version 2, 3 or 4.
func parseIndex(data []byte) (*Index, error) {
	if len(data) < indexHeader+indexTrailer || string(data[:4]) != "DIRC" {
		return nil, errIndexFile
	}
	version, n := binary.BigEndian.Uint32(data[4:]), int64(binary.BigEndian.Uint32(data[8:]))
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("%w: index version %d", ErrUnsupported, version)
	}
	body := data[:len(data)-indexTrailer]
	if n > int64(len(body)/indexEntryHead) {
		return nil, errIndexFile
	}
	x := &Index{Entries: make([]IndexEntry, 0, n)}
	at := indexHeader
	var path []byte
	for range n {
		e, next, err := indexEntry(body, at, version, &path)
		if err != nil {
			return nil, err
		}
		x.Entries = append(x.Entries, e)
		at = next
	}
	return x, x.readExtensions(body[at:])
}

// indexEntry reads the entry at an offset. path is that of the entry before.
func indexEntry(data []byte, at int, version uint32, path *[]byte) (e IndexEntry, next int, err error) {
	if at+indexEntryHead > len(data) {
		return e, 0, errIndexFile
	}
	head := data[at : at+indexEntryHead]
	e.Mode, e.ID = binary.BigEndian.Uint32(head[24:]), OID(head[40:60])
	flags := binary.BigEndian.Uint16(head[60:])
	e.Stage = uint8(flags >> 12 & 3)
	name := at + indexEntryHead
	if flags&indexExtended != 0 && version > 2 {
		if name+2 > len(data) {
			return e, 0, errIndexFile
		}
		e.Intent = binary.BigEndian.Uint16(data[name:])&indexIntent != 0
		name += 2
	}
	keep := 0
	if version == 4 {
		drop, n := indexVarint(data[name:])
		if n == 0 || drop > len(*path) {
			return e, 0, errIndexFile
		}
		keep, name = len(*path)-drop, name+n
	}
	size := bytes.IndexByte(data[name:], 0)
	if size < 0 {
		return e, 0, errIndexFile
	}
	*path = append((*path)[:keep], data[name:name+size]...)
	e.Path = string(*path)
	if next = name + size + 1; version < 4 {
		next = at + (name+size-at+8)&^7 // padded by one to eight NULs
	}
	if next > len(data) {
		return e, 0, errIndexFile
	}
	return e, next, nil
}

// indexVarint reads a number as pack entries write distances; its length is 0 for a bad one.
func indexVarint(b []byte) (value, n int) {
	var e entry
	if e.readDistance(b) != nil || e.distance > 1<<30 {
		return 0, 0
	}
	return int(e.distance), e.header
}

// readExtensions reads what follows the entries.
func (x *Index) readExtensions(data []byte) error {
	for len(data) >= 8 {
		name, size := string(data[:4]), int64(binary.BigEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			return errIndexFile
		}
		body := data[8 : 8+size]
		data = data[8+size:]
		switch {
		case name == "TREE":
			x.Trees = map[string]OID{}
			x.readTree(body, "", 0)
		case name == "link":
			return fmt.Errorf("%w: a split index; git update-index --no-split-index makes it one", ErrUnsupported)
		case name[0] < 'A' || name[0] > 'Z':
			if name != "sdir" { // a sparse index: folders stand for what is in them
				return fmt.Errorf("%w: index extension %q", ErrUnsupported, name)
			}
		}
	}
	return nil
}

// readTree reads a folder of the cached trees, and those in it. What it cannot read it leaves out: the trees only
// save work.
func (x *Index) readTree(data []byte, dir string, depth int) (rest []byte, ok bool) {
	name, data, ok := bytes.Cut(data, []byte{0})
	line, data, found := bytes.Cut(data, []byte{'\n'})
	entries, subtrees, spaced := bytes.Cut(line, []byte{' '})
	n, err := strconv.Atoi(string(entries))
	m, err2 := strconv.Atoi(string(subtrees))
	if !ok || !found || !spaced || err != nil || err2 != nil || depth > maxTreeDepth {
		return nil, false
	}
	path := dir + string(name)
	if n >= 0 {
		if len(data) < len(OID{}) {
			return nil, false
		}
		x.Trees[path] = OID(data[:len(OID{})])
		data = data[len(OID{}):]
	}
	if path != "" {
		path += "/"
	}
	for range m {
		if data, ok = x.readTree(data, path, depth+1); !ok {
			return nil, false
		}
	}
	return data, true
}
