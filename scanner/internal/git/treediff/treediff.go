// Package treediff compares the files of trees.
//
// Limits: it reads each tree whole and compares entries by name, without detecting renames.
package treediff

import (
	"context"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// File is a blob with its path.
type File struct {
	Path string // slash-separated
	ID   object.ID
	Mode uint32
}

// maxDepth caps how deeply folders nest: git's own limit.
const maxDepth = 2048

// ReadTree reads a tree object. The zero ID is the empty tree.
func ReadTree(objects odb.Reader, id object.ID) ([]object.TreeEntry, error) {
	if id.IsZero() || id == objects.Format().EmptyTree() {
		return nil, nil
	}
	o, err := objects.Read(id)
	if err != nil {
		return nil, err
	}
	if o.Type != object.Tree {
		return nil, reason.NewError("git.wrong-type", id.String(), o.Type.String(), object.Tree.String())
	}
	var entries []object.TreeEntry
	err = object.EachEntry(objects.Format(), o.Content, func(e object.TreeEntry) { entries = append(entries, e) })
	return entries, err
}

// Options says which trees are compared. All fields but Bases are required.
type Options struct {
	Objects odb.Reader
	Tree    object.ID
	Bases   []object.ID
	// Visit takes a file. Its error ends the comparison.
	Visit func(File) error
	// Unreadable takes folders that cannot be read. A base folder that cannot be read counts as empty.
	Unreadable func(odb.Unreadable)
}

// Added visits each file of a tree that none of the base trees has at the same path with the same content. Without
// bases, a folder that occurs at several paths is visited once: another path adds no content.
func Added(ctx context.Context, opts Options) error {
	a := adder{Options: opts, whole: map[object.ID]bool{}}
	return a.tree(ctx, "", opts.Tree, opts.Bases, 0)
}

type adder struct {
	Options
	whole map[object.ID]bool // trees all of whose files have been visited
}

func (a *adder) tree(ctx context.Context, path string, tree object.ID, bases []object.ID, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	bases, same := nonEmpty(tree, bases)
	if same || len(bases) == 0 && a.whole[tree] {
		return nil
	}
	if depth > maxDepth {
		a.Unreadable(odb.Unreadable{What: path, Err: reason.NewError("git.tree-depth", maxDepth)})
		return nil
	}
	entries, err := ReadTree(a.Objects, tree)
	if err != nil {
		a.Unreadable(odb.Unreadable{What: pathOr(path, tree), Err: err})
		return nil
	}
	before := a.byName(path, bases)
	for _, e := range entries {
		if err := a.entry(ctx, path, e, before, depth); err != nil {
			return err
		}
	}
	if len(bases) == 0 {
		a.whole[tree] = true
	}
	return nil
}

// nonEmpty drops empty bases, and reports whether one base is the tree itself.
func nonEmpty(tree object.ID, bases []object.ID) (rest []object.ID, same bool) {
	for _, b := range bases {
		if b == tree {
			return nil, true
		}
		if !b.IsZero() {
			rest = append(rest, b)
		}
	}
	return rest, false
}

func pathOr(path string, id object.ID) string {
	if path == "" {
		return id.String()
	}
	return path
}

// byName reads the base trees and returns their entries by name.
func (a *adder) byName(path string, bases []object.ID) map[string][]object.TreeEntry {
	out := map[string][]object.TreeEntry{}
	for _, b := range bases {
		entries, err := ReadTree(a.Objects, b)
		if err != nil {
			a.Unreadable(odb.Unreadable{What: pathOr(path, b), Err: err})
		}
		for _, e := range entries {
			out[string(e.Name)] = append(out[string(e.Name)], e)
		}
	}
	return out
}

func (a *adder) entry(ctx context.Context, path string, e object.TreeEntry, before map[string][]object.TreeEntry, depth int) error {
	name := path + string(e.Name)
	var bases []object.ID
	for _, b := range before[string(e.Name)] {
		if b.ID == e.ID {
			return nil
		}
		if b.IsTree() {
			bases = append(bases, b.ID)
		}
	}
	switch {
	case e.IsTree():
		return a.tree(ctx, name+"/", e.ID, bases, depth+1)
	case e.IsBlob():
		return a.Visit(File{Path: name, ID: e.ID, Mode: e.Mode})
	}
	return nil
}
