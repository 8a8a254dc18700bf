package odb

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Git may repack a repository while it is read: objects move from one pack to another, from loose files to a pack, or out
// of it again. Packs that are open stay readable. Everything else is looked for again before it counts as missing.

// maxRounds caps how often a folder is listed until nothing in it vanishes any more.
const maxRounds = 6

// settle is how long a pack may be without its index: git renames one after the other.
const settle = 5 * time.Millisecond

// latePacks are packs that appeared after Open. Their objects have no indexes of their own.
type latePacks struct {
	mu     sync.RWMutex
	packs  []*pack
	opened map[string]bool // paths of all packs, with those of Open, without extension
	format object.Format
	listed map[string]time.Time // when each pack folder had last changed when it was listed
}

// addPacks opens the packs in an object directory.
func (db *DB) addPacks(dir string) {
	packs, unreadable := db.late.open(filepath.Join(dir, "pack"))
	db.packs = append(db.packs, packs...)
	db.unreadable = append(db.unreadable, unreadable...)
}

// open opens the packs in a folder that were not open before.
func (l *latePacks) open(dir string) (packs []*pack, unreadable []Unreadable) {
	for round := 1; ; round++ {
		if info, err := os.Stat(dir); err == nil {
			l.listed[dir] = info.ModTime()
		}
		files, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return packs, append(unreadable, Unreadable{What: dir, Err: fileio.WithoutPath(err)})
		}
		var failed []Unreadable
		for _, path := range packPaths(dir, files) {
			if l.opened[path] {
				continue
			}
			p, err := openIndexedPack(path, l.format)
			if p != nil {
				packs = append(packs, p)
			}
			l.opened[path] = p != nil || !errors.Is(err, os.ErrNotExist)
			switch {
			case err != nil && l.opened[path]:
				unreadable = append(unreadable, Unreadable{What: path + ".pack", Err: fileio.WithoutPath(err)})
			case err != nil:
				failed = append(failed, Unreadable{What: path + ".pack", Err: fileio.WithoutPath(err)})
			}
		}
		if len(failed) == 0 || round == maxRounds {
			return packs, append(unreadable, failed...)
		}
		time.Sleep(settle)
	}
}

// packPaths lists the packs that have an .idx or a .pack file, without extension. Git reads packs of any name, such as
// the loose-*.pack of its maintenance. A temporary pack without an index is one that is being written.
func packPaths(dir string, files []os.DirEntry) []string {
	var out []string
	for _, f := range files {
		name, isIndex := strings.CutSuffix(f.Name(), ".idx")
		name, isPack := strings.CutSuffix(name, ".pack")
		if isIndex || isPack && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "tmp_") {
			out = append(out, filepath.Join(dir, name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lookAgain opens the packs that appeared since the folders were listed, and returns them.
func (db *DB) lookAgain() []*pack {
	l := &db.late
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []*pack
	for _, dir := range db.dirs {
		dir = filepath.Join(dir, "pack")
		info, err := os.Stat(dir)
		if err != nil || info.ModTime().Equal(l.listed[dir]) && time.Since(info.ModTime()) > time.Second {
			continue // unchanged, and not so recently that the clock of the file system could hide a change
		}
		packs, _ := l.open(dir) // what cannot be opened is missed only if it held what is looked for
		found = append(found, packs...)
	}
	l.packs = append(l.packs, found...)
	return found
}

// count returns how many packs have appeared since Open.
func (l *latePacks) count() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.packs)
}

// allPacks returns the packs of Open and the later ones.
func (db *DB) allPacks() []*pack {
	db.late.mu.RLock()
	defer db.late.mu.RUnlock()
	if len(db.late.packs) == 0 {
		return db.packs
	}
	return slices.Concat(db.packs, db.late.packs)
}

// addLate adds the objects of late packs to those that are in no pack of Open.
func (db *DB) addLate(packs []*pack) {
	for _, p := range packs {
		for i := range p.idx.Len() {
			if id := p.idx.ID(i); db.packedIndex(id) == NoIndex {
				db.looseFiles = append(db.looseFiles, looseFile{id: id, dir: db.dirs[0]})
			}
		}
	}
}
