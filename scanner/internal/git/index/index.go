// Package index reads git's index, the staging area (gitformat-index(5)): versions 2 to 4, with the cached tree, split into
// two files or not. In a sparse index a folder outside the checkout is one entry, which Expand replaces by its files.
//
// Limits: unknown mandatory extensions are refused, because entries would be missing.
package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// Index is the content of an index file.
type Index struct {
	Entries []Entry // sorted by path
	Tree    *Folder // the cached tree; nil if there is none

	format object.Format
	link   *link // of a split index
}

// Entry is one file of the index.
type Entry struct {
	Path        string // slash-separated, from the root of the working tree
	ID          object.ID
	Mode        uint32
	Stage       uint8 // 1 to 3 for the sides of a conflict, else 0
	IntentToAdd bool  // git add -N: no content is staged
}

// IsBlob reports whether the entry has staged content in this repository: it is no submodule, no folder outside a sparse
// checkout, and not merely an intent to add.
func (e Entry) IsBlob() bool { return !e.IntentToAdd && object.TreeEntry{Mode: e.Mode}.IsBlob() }

// ErrUnsupported is the error for an index that would be misread.
var ErrUnsupported = errors.New("unsupported index format")

var errDamaged = reason.NewError("git.index-damaged")

// Read reads an index file of a git directory, which has the other file of an index that is split. A file that does not
// exist is an empty index.
func Read(path, gitDir string, f object.Format) (*Index, error) {
	return ReadChanged(path, gitDir, f, nil)
}

// ReadChanged is Read without the entries of folders that are the same as elsewhere: those for which same returns true, given
// their path and their tree. It leaves them out only where that saves time, so the result may still have some. The
// root has the path "".
func ReadChanged(path, gitDir string, f object.Format, same func(folder string, tree object.ID) bool) (*Index, error) {
	if same != nil {
		if x, mapped := mappedChanges(path, f, same); x != nil {
			return x, nil
		} else if mapped {
			same = nil // it must be read whole
		}
	}
	data, err := fileio.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return new(Index), nil
	}
	if err != nil {
		return nil, reason.NewError("git.index-unreadable", path, fileio.WithoutPath(err))
	}
	x, err := parseChanged(data, f, same)
	if err == nil {
		err = x.join(gitDir)
	}
	if err != nil {
		return nil, reason.NewError("git.index-unreadable", path, err)
	}
	return x, nil
}

const (
	headerSize   = 12
	entryStat    = 40     // of an entry, before its ID
	entryFlags   = 2      // after it
	flagExtended = 0x4000 // the entry has more flags
	flagIntent   = 1 << 13
)

// Version 4 writes of each path only what differs from the one before, so that 2 MB can claim 2 GB of paths. Those of real
// repositories are less than the size of the file.
const (
	maxGrowth = 16       // bytes of paths for each byte of the file
	minPaths  = 16 << 20 // bytes of paths that are always read
)

func parse(data []byte, f object.Format) (*Index, error) {
	if len(data) < headerSize+f.Size() || string(data[:4]) != "DIRC" {
		return nil, errDamaged
	}
	version, n := binary.BigEndian.Uint32(data[4:]), int64(binary.BigEndian.Uint32(data[8:]))
	if version < 2 || version > 4 {
		return nil, reason.NewError("git.index-version", version, ErrUnsupported)
	}
	body := data[:len(data)-f.Size()]
	if n > int64(len(body)/(entryStat+f.Size()+entryFlags)) {
		return nil, errDamaged
	}
	x := &Index{Entries: make([]Entry, 0, n), format: f}
	at := headerSize
	var paths pathReader
	room := max(minPaths, maxGrowth*len(data))
	for range n {
		e, next, err := x.parseEntry(body, at, version, &paths)
		if err != nil {
			return nil, err
		}
		if room -= len(e.Path); room < 0 {
			return nil, reason.NewError("git.index-paths", len(data))
		}
		x.Entries = append(x.Entries, e)
		at = next
	}
	return x, x.parseExtensions(body[at:])
}

// pathReader makes strings of the paths of an index, many in one allocation.
type pathReader struct {
	last  []byte // the path before, of version 4
	block strings.Builder
}

// pathBlock is in bytes.
const pathBlock = 64 << 10

func (r *pathReader) text(path []byte) string {
	if r.block.Cap()-r.block.Len() < len(path) {
		r.block = strings.Builder{}
		r.block.Grow(max(pathBlock, len(path)))
	}
	from := r.block.Len()
	r.block.Write(path)
	return r.block.String()[from:]
}

// after returns the path that keeps some bytes of the one before.
func (r *pathReader) after(keep int, rest []byte) string {
	r.last = append(r.last[:keep], rest...)
	return r.text(r.last)
}

// parseEntry parses the entry at an offset. Version 4 writes of its path only what differs from the one before.
func (x *Index) parseEntry(data []byte, at int, version uint32, paths *pathReader) (e Entry, next int, err error) {
	name := at + entryStat + x.format.Size() + entryFlags
	if name > len(data) {
		return e, 0, errDamaged
	}
	e.Mode, e.ID = binary.BigEndian.Uint32(data[at+24:]), x.format.ID(data[at+entryStat:])
	flags := binary.BigEndian.Uint16(data[name-entryFlags:])
	e.Stage = uint8(flags >> 12 & 3)
	if flags&flagExtended != 0 && version > 2 {
		if name+2 > len(data) {
			return e, 0, errDamaged
		}
		e.IntentToAdd = binary.BigEndian.Uint16(data[name:])&flagIntent != 0
		name += 2
	}
	keep := 0
	if version == 4 {
		drop, n := packfile.OffsetVarint(data[name:])
		if n == 0 || drop > int64(len(paths.last)) {
			return e, 0, errDamaged
		}
		keep, name = len(paths.last)-int(drop), name+n
	}
	size := bytes.IndexByte(data[name:], 0)
	if size < 0 {
		return e, 0, errDamaged
	}
	if version == 4 {
		e.Path = paths.after(keep, data[name:name+size])
	} else {
		e.Path = paths.text(data[name : name+size])
	}
	if next = name + size + 1; version < 4 {
		next = at + (name+size-at+8)&^7 // padded with one to eight NULs
	}
	if next > len(data) {
		return e, 0, errDamaged
	}
	return e, next, nil
}

// parseExtensions parses what follows the entries.
func (x *Index) parseExtensions(data []byte) (err error) {
	for len(data) >= 8 {
		name, size := string(data[:4]), int64(binary.BigEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			return errDamaged
		}
		body := data[8 : 8+size]
		data = data[8+size:]
		switch {
		case name == "TREE":
			_, x.Tree, _, _ = parseCachedTree(body, x.format, 0)
		case name == "link":
			if x.link, err = parseLink(body, x.format); err != nil {
				return err
			}
		case name[0] < 'A' || name[0] > 'Z': // a reader that does not know such an extension must give up
			if name != "sdir" { // sparse index: that it may have entries of folders
				return reason.NewError("git.index-extension", name, ErrUnsupported)
			}
		}
	}
	return nil
}
