package index

import (
	"path"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// maxRepeated caps how often trees are read again. Thirty trees, each of which has the next one twice, describe a billion
// files.
const maxRepeated = 100_000

// Expansion visits the entries of an index. In place of the folders of a sparse index it visits the files that are in their
// trees, with the same paths and in the same order as in the full index.
type Expansion struct {
	Read       func(tree object.ID) ([]object.TreeEntry, error)
	Skip       func(folder Entry) bool // leaves a folder out; may be nil. Its path does not end in a slash
	Visit      func(Entry) error
	Unreadable func(folder Entry, err error)

	seen     map[object.ID]bool
	repeated int
}

// Expand visits the entries until Visit returns an error.
func (x *Index) Expand(e *Expansion) error {
	e.seen = map[object.ID]bool{}
	for _, entry := range x.Entries {
		if err := e.entry(entry, 0); err != nil {
			return err
		}
	}
	return nil
}

// IsFolder reports whether the entry is a folder of a sparse index.
func (e Entry) IsFolder() bool { return e.Mode == object.ModeTree }

func (e *Expansion) entry(entry Entry, depth int) error {
	if !entry.IsFolder() {
		return e.Visit(entry)
	}
	entry.Path = strings.TrimSuffix(entry.Path, "/")
	if e.Skip != nil && e.Skip(entry) {
		return nil
	}
	if e.seen[entry.ID] {
		e.repeated++
	}
	e.seen[entry.ID] = true
	if e.repeated > maxRepeated || depth > maxDepth {
		if e.repeated <= maxRepeated+1 {
			e.Unreadable(entry, reason.NewError("git.index-folders", maxRepeated, maxDepth))
		}
		return nil
	}
	return e.folder(entry, depth)
}

func (e *Expansion) folder(folder Entry, depth int) error {
	entries, err := e.Read(folder.ID)
	if err != nil {
		e.Unreadable(folder, err)
	}
	for _, t := range entries {
		if err := e.entry(Entry{Path: path.Join(folder.Path, string(t.Name)), ID: t.ID, Mode: t.Mode}, depth+1); err != nil {
			return err
		}
	}
	return nil
}
