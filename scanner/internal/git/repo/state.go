package repo

import (
	"crypto/sha256"
	"path/filepath"
	"time"

	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// State is what a repository holds at one moment, without its objects: what a scan of its history depends on.
type State struct {
	Sum     [sha256.Size]byte // equal for equal states
	Same    bool              // the objects are those that were there when the repository was opened
	Latest  time.Time         // when a file last changed
	Refs    []Ref
	Reflogs []Ref
	Damaged []odb.Unreadable // of the refs and reflogs
	Shallow []object.ID
	Packs   map[string]odb.Mark    // by path without extension
	Loose   map[object.ID]odb.Mark // of the objects that are in no pack
}

// Packs returns the open packs.
func (r *Repository) Packs() []odb.PackRange { return r.db.Packs() }

// Rescued reports whether some object was read from another copy than its first, which is damaged.
func (r *Repository) Rescued() bool { return r.db.Rescued() }

// State reads the state of the repository.
func (r *Repository) State() *State {
	h := sha256.New()
	w := odb.NewState(h)
	s := &State{Same: r.db.WriteState(w), Shallow: r.Shallow()}
	w.Text("folders", r.GitDir+"\n"+r.Common+"\n"+r.Worktree)
	if r.Partial() {
		w.Text("partial", "")
	}
	for _, id := range s.Shallow {
		w.Text("shallow", string(id[:]))
	}
	s.Refs, s.Damaged = r.Refs()
	reflogs, damaged := r.Reflogs()
	s.Reflogs, s.Damaged = reflogs, append(s.Damaged, damaged...)
	for _, list := range [][]Ref{s.Refs, s.Reflogs} {
		for _, ref := range list {
			w.Text(ref.Name, string(ref.Target[:]))
		}
		w.Text("end", "")
	}
	for _, u := range s.Damaged {
		w.Text("damaged "+u.What, u.Err.Error())
	}
	r.writeIndexes(w)
	h.Sum(s.Sum[:0])
	s.Latest, s.Packs, s.Loose = w.Latest, w.Packs, w.Loose
	return s
}

// writeIndexes writes the state of the indexes, which are read to find out what is staged.
func (r *Repository) writeIndexes(w *odb.State) {
	linked, _ := filepath.Glob(filepath.Join(r.Common, "worktrees", "*"))
	for _, dir := range append(linked, r.Common) {
		shared, _ := filepath.Glob(filepath.Join(dir, "sharedindex.*"))
		for _, file := range append(shared, filepath.Join(dir, "index")) {
			w.File(file, r.format.Size())
		}
	}
}
