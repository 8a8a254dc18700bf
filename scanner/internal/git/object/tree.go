package object

import (
	"bytes"

	"github.com/akguard/akguard/rules/reason"
)

// TreeEntry is one entry of a tree. Name points into the tree's content.
type TreeEntry struct {
	Mode uint32
	Name []byte
	ID   ID
}

// File modes, as trees and the index store them.
const (
	ModeTree    = 0o040000
	ModeSymlink = 0o120000
	ModeGitlink = 0o160000
)

// IsTree reports whether the entry is a folder.
func (e TreeEntry) IsTree() bool { return e.Mode == ModeTree }

// IsBlob reports whether the entry has content in this repository: it is a file or a symbolic link, and not a submodule.
func (e TreeEntry) IsBlob() bool { return e.Mode != ModeTree && e.Mode != ModeGitlink }

// EachEntry calls visit for each entry of a tree, in order.
func EachEntry(f Format, tree []byte, visit func(TreeEntry)) error {
	for at := 0; at < len(tree); {
		e, next, err := EntryAt(f, tree, at)
		if err != nil {
			return err
		}
		visit(e)
		at = next
	}
	return nil
}

var errTree = reason.NewError("git.tree-damaged")

// EntryAt parses the entry at an offset of a tree, and returns the offset of the next one.
func EntryAt(f Format, tree []byte, at int) (e TreeEntry, next int, err error) {
	i := at
	for ; i < len(tree) && tree[i] != ' '; i++ {
		if c := tree[i]; c < '0' || c > '7' || i-at > 7 {
			return e, 0, errTree
		}
		e.Mode = e.Mode<<3 | uint32(tree[i]-'0')
	}
	name := i + 1
	if i == at || name >= len(tree) {
		return e, 0, errTree
	}
	end := name + bytes.IndexByte(tree[name:], 0)
	if next = end + 1 + f.Size(); end <= name || next > len(tree) {
		return e, 0, errTree
	}
	e.Name = tree[name:end]
	e.ID = f.ID(tree[end+1 : next])
	return e, next, nil
}
