package odb

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/loose"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// Index is the dense index of an object in a Reader, from 0 to Count()-1. All copies of an object share one index.
// Facts about objects are kept in arrays by Index, which are smaller and faster than maps by ID.
type Index int32

// NoIndex is the Index of an object that does not exist.
const NoIndex Index = -1

// looseFile locates a loose object.
type looseFile struct {
	id  object.ID
	dir string
}

// loose lists the objects that are in no pack of Open, sorted by ID. It reads the folders once.
func (db *DB) loose() []looseFile {
	db.looseOnce.Do(func() {
		if err := fileio.CatchFaults(db.listRounds); err != nil {
			db.looseUnreadable = append(db.looseUnreadable, Unreadable{What: db.dirs[0], Err: err})
		}
		// The sort is stable so that of several copies the one in the first directory is kept.
		slices.SortStableFunc(db.looseFiles, func(a, b looseFile) int { return bytes.Compare(a.id[:], b.id[:]) })
		db.looseFiles = slices.CompactFunc(db.looseFiles, func(a, b looseFile) bool { return a.id == b.id })
	})
	return db.looseFiles
}

// listRounds lists the loose objects until git has not packed or unpacked objects in the meantime.
func (db *DB) listRounds() error {
	db.listAllLoose()
	for round := 1; round < maxRounds; round++ {
		late := db.lookAgain()
		if len(late) == 0 {
			break
		}
		db.addLate(late)
		db.listAllLoose()
	}
	return nil
}

func (db *DB) listAllLoose() {
	db.looseUnreadable = nil
	for _, dir := range db.dirs {
		for fan := range 256 {
			db.listLoose(dir, fmt.Sprintf("%02x", fan))
		}
	}
}

func (db *DB) listLoose(dir, fan string) {
	ids, err := loose.List(dir, fan, db.format)
	if err != nil {
		db.looseUnreadable = append(db.looseUnreadable, Unreadable{What: dir + "/" + fan, Err: fileio.WithoutPath(err)})
	}
	for _, id := range ids {
		if db.packedIndex(id) == NoIndex {
			db.looseFiles = append(db.looseFiles, looseFile{id, dir})
		}
	}
}

// packedIndex returns the index of an object in the first pack that has it.
func (db *DB) packedIndex(id object.ID) Index {
	for _, p := range db.packs {
		if i, ok := p.idx.Find(id); ok {
			return p.first + Index(i)
		}
	}
	return NoIndex
}

// IndexOf implements Reader. An object whose pack index was truncated does not exist.
func (db *DB) IndexOf(id object.ID) Index {
	n := NoIndex
	_ = fileio.CatchFaults(func() error { n = db.indexOf(id); return nil })
	return n
}

func (db *DB) indexOf(id object.ID) Index {
	if n := db.packedIndex(id); n != NoIndex {
		return n
	}
	return db.looseIndex(id)
}

// IndexesOf implements Reader.
func (db *DB) IndexesOf(indexes []Index, ids []object.ID) []Index {
	from := len(indexes)
	indexes = slices.Grow(indexes, len(ids))[:from+len(ids)]
	added := indexes[from:]
	for i := range added {
		added[i] = NoIndex
	}
	for _, p := range db.packs {
		_ = fileio.CatchFaults(func() error { packfile.FindAll(&p.idx, ids, p.first, added); return nil })
	}
	for i, id := range ids {
		if added[i] == NoIndex {
			added[i] = db.looseIndex(id)
		}
	}
	return indexes
}

// looseIndex returns the index of a loose object.
func (db *DB) looseIndex(id object.ID) Index {
	files := db.loose()
	i, ok := slices.BinarySearchFunc(files, id, func(a looseFile, id object.ID) int { return bytes.Compare(a.id[:], id[:]) })
	if !ok {
		return NoIndex
	}
	return db.firstLoose + Index(i)
}

// ID implements Reader. Where a pack index was truncated, it returns an ID that no object has.
func (db *DB) ID(n Index) object.ID {
	var id object.ID
	_ = fileio.CatchFaults(func() error { id = db.id(n); return nil })
	return id
}

func (db *DB) id(n Index) object.ID {
	if n >= db.firstLoose {
		return db.loose()[n-db.firstLoose].id
	}
	i, found := slices.BinarySearchFunc(db.packs, n, func(p *pack, n Index) int { return cmp.Compare(p.first, n) })
	if !found {
		i--
	}
	for db.packs[i].idx.Len() == 0 { // an empty pack has the same first index as the next pack
		i++
	}
	return db.packs[i].idx.ID(int(n - db.packs[i].first))
}

// Format implements Reader.
func (db *DB) Format() object.Format { return db.format }

// Count implements Reader.
func (db *DB) Count() int { return int(db.firstLoose) + len(db.loose()) }
