package odb

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/packfile"
)

// State writes down what distinguishes one state of an object database from another, without reading any object: the
// names, stamps and checksums of all packs and indexes, the stamps of all loose objects, and what borrows from where. Two
// states with the same text hold the same objects, if nobody sets a clock back to hide that a file was written.
type State struct {
	w      io.Writer
	Latest time.Time          // of the times in the stamps
	Packs  map[string]Mark    // by path without extension
	Loose  map[object.ID]Mark // of the loose objects that are in no pack
}

// Mark is a hash of the path and the stamp of a pack with its index, or of a loose object.
type Mark [16]byte

// NewState returns a state that is written to w.
func NewState(w io.Writer) *State {
	return &State{w: w, Packs: map[string]Mark{}, Loose: map[object.ID]Mark{}}
}

// Text writes a fact. Facts do not run into one another.
func (s *State) Text(what, text string) {
	_, _ = fmt.Fprintf(s.w, "%s %d %s\n", what, len(text), text) // it goes into a hash
}

// File writes the stamp of a file, and its last bytes: git ends packs and indexes with a checksum.
func (s *State) File(path string, tail int) { s.Text("file", s.file(path, tail)) }

// file returns the text for a file.
func (s *State) file(path string, tail int) string {
	info, err := os.Stat(path)
	if err != nil {
		return path + " " + err.Error()
	}
	t := fileio.StampOf(info)
	if latest := t.Latest(); latest.After(s.Latest) {
		s.Latest = latest
	}
	text := fmt.Sprintf("%s %d %d %d %d", path, t.Size, t.Modified.UnixNano(), t.Changed.UnixNano(), t.Number)
	if tail > 0 && info.Mode().IsRegular() {
		text += lastBytes(path, info.Size(), tail)
	}
	return text
}

func markOf(text string) Mark {
	sum := sha256.Sum256([]byte(text))
	return Mark(sum[:])
}

func lastBytes(path string, size int64, n int) string {
	file, err := fileio.Open(path)
	if err != nil {
		return fileio.WithoutPath(err).Error()
	}
	defer file.Close()
	tail := make([]byte, min(size, int64(n)))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil {
		return fileio.WithoutPath(err).Error()
	}
	return string(tail)
}

// WriteState writes the state of the object directories as they are now. It reports false if that is not what was opened.
func (db *DB) WriteState(s *State) (same bool) {
	err := fileio.CatchFaults(func() error { same = db.writeState(s); return nil })
	return same && err == nil
}

func (db *DB) writeState(s *State) bool {
	s.Text("format", db.format.String())
	for _, u := range db.unreadable {
		s.Text("unreadable "+u.What, u.Err.Error())
	}
	packs, same := 0, true
	for _, dir := range db.dirs {
		s.Text("objects", dir)
		s.File(filepath.Join(dir, "info", "alternates"), 0)
		paths := db.writePacks(s, filepath.Join(dir, "pack"))
		packs += len(paths)
		same = same && !slices.ContainsFunc(paths, func(path string) bool { return !db.late.isOpen(path) })
		for fan := range 256 {
			db.writeLoose(s, filepath.Join(dir, fmt.Sprintf("%02x", fan)))
		}
	}
	return same && packs == db.late.opens() && db.late.count() == 0 && db.areLoose(s.Loose) && db.arePacks()
}

// writePacks writes the state of a folder of packs, and returns their paths without extension.
func (db *DB) writePacks(s *State, dir string) []string {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.Text(dir, err.Error())
	}
	for _, f := range files {
		if name := f.Name(); strings.HasSuffix(name, ".idx") || strings.HasSuffix(name, ".pack") || strings.HasPrefix(name, "multi-pack-index") {
			s.File(filepath.Join(dir, name), db.format.Size())
		}
	}
	paths := packPaths(dir, files)
	for _, path := range paths {
		s.Packs[path] = markOf(s.file(path+".pack", db.format.Size()) + s.file(path+".idx", db.format.Size()))
	}
	return paths
}

// writeLoose writes the state of a folder of loose objects.
func (db *DB) writeLoose(s *State, dir string) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.Text(dir, err.Error())
	}
	for _, f := range files {
		text := s.file(filepath.Join(dir, f.Name()), 0)
		s.Text("file", text)
		id, ok := db.format.ParseID(filepath.Base(dir) + f.Name())
		if _, known := s.Loose[id]; ok && !known && db.packedIndex(id) == NoIndex {
			s.Loose[id] = markOf(text)
		}
	}
}

// areLoose reports whether these are the loose objects that a walk visits.
func (db *DB) areLoose(ids map[object.ID]Mark) bool {
	files := db.loose()
	return len(files) == len(ids) && !slices.ContainsFunc(files, func(f looseFile) bool { _, ok := ids[f.id]; return !ok })
}

// arePacks reports whether the packs are still those that were opened.
func (db *DB) arePacks() bool {
	return !slices.ContainsFunc(db.packs, func(p *pack) bool { return !p.IsCurrent() })
}

// isOpen reports whether a pack was found when the database was opened, or later.
func (l *latePacks) isOpen(path string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, ok := l.opened[path]
	return ok
}

// opens counts the packs that were found.
func (l *latePacks) opens() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.opened)
}

// PackRange is the objects of an open pack: those with indexes from First to before End that no earlier pack has.
type PackRange struct {
	Path       string // without extension
	First, End Index
	pack       *pack
}

// Packs returns the open packs.
func (db *DB) Packs() []PackRange {
	var out []PackRange
	for _, p := range db.packs {
		out = append(out, PackRange{strings.TrimSuffix(p.Path(), ".pack"), p.first, p.first + Index(p.idx.Len()), p})
	}
	return out
}

// IsIntact reports whether the checksums of a pack and its index are right. It reads both whole, which takes a tenth of the time
// of reading the objects.
func (r PackRange) IsIntact() bool {
	sum, ok := r.pack.Checksum()
	if !ok {
		return false
	}
	err := fileio.CatchFaults(func() error { ok = packfile.IsIndexOf(r.Path+".idx", sum, r.pack.idx); return nil })
	return ok && err == nil
}

// Rescued reports whether some object was read from another copy than its first, which is damaged.
func (db *DB) Rescued() bool { return db.rescued.Load() }
