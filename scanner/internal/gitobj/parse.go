package gitobj

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Signature is who did something, and when.
type Signature struct {
	Name, Email string
	When        time.Time // UTC; zero if it was not readable
}

// CommitInfo is what attribution needs of a commit.
type CommitInfo struct {
	Tree    OID
	Parents []OID
	Author  Signature
	Time    int64 // committer's time, Unix seconds
}

// Split separates the headers of a commit or a tag from its message.
func Split(content []byte) (header, message []byte) {
	if i := bytes.Index(content, []byte("\n\n")); i >= 0 {
		return content[:i+2], content[i+2:]
	}
	return content, nil
}

// ParseCommit reads the headers of a commit.
func ParseCommit(content []byte) (CommitInfo, error) {
	var c CommitInfo
	hasTree := false
	for key, value := range headers(content) {
		switch key {
		case "tree":
			c.Tree, hasTree = ParseOID(value)
		case "parent":
			if id, ok := ParseOID(value); ok {
				c.Parents = append(c.Parents, id)
			}
		case "author":
			c.Author = parseSignature(value)
		case "committer":
			c.Time = parseSignature(value).When.Unix()
		}
	}
	if !hasTree {
		return c, errors.New("commit names no tree")
	}
	return c, nil
}

// TagInfo is an annotated tag.
type TagInfo struct {
	Target OID
	Type   Type // of the target; 0 if unknown
	Name   string
	Tagger Signature
}

// ParseTag reads the headers of an annotated tag.
func ParseTag(content []byte) (TagInfo, error) {
	var t TagInfo
	ok := false
	for key, value := range headers(content) {
		switch key {
		case "object":
			t.Target, ok = ParseOID(value)
		case "type":
			t.Type = parseType(value)
		case "tag":
			t.Name = value
		case "tagger":
			t.Tagger = parseSignature(value)
		}
	}
	if !ok {
		return t, errors.New("tag names no object")
	}
	return t, nil
}

func parseType(name string) Type {
	for t := Commit; t <= Tag; t++ {
		if typeNames[t] == name {
			return t
		}
	}
	return 0
}

// headers yields the header lines of a commit or tag, continuation lines left out.
func headers(content []byte) func(yield func(key, value string) bool) {
	return func(yield func(key, value string) bool) {
		for len(content) > 0 && content[0] != '\n' {
			line, rest, _ := bytes.Cut(content, []byte{'\n'})
			content = rest
			key, value, found := bytes.Cut(line, []byte{' '})
			if found && len(key) > 0 && !yield(string(key), string(value)) {
				return
			}
		}
	}
}

// parseSignature reads "Name <email> seconds zone". What it cannot read stays zero.
func parseSignature(s string) Signature {
	open, end := strings.IndexByte(s, '<'), strings.LastIndexByte(s, '>')
	if open < 0 || end < open {
		return Signature{Name: strings.TrimSpace(s)}
	}
	sig := Signature{Name: strings.TrimSpace(s[:open]), Email: strings.TrimSpace(s[open+1 : end])}
	fields := strings.Fields(s[end+1:])
	if len(fields) > 0 {
		if seconds, err := strconv.ParseInt(fields[0], 10, 64); err == nil && seconds >= 0 && seconds < 1<<37 {
			sig.When = time.Unix(seconds, 0).UTC()
		}
	}
	return sig
}

// Entry is one entry of a tree. Name points into the tree's content.
type Entry struct {
	Mode uint32
	Name []byte
	ID   OID
}

// File modes, as trees and the index hold them.
const (
	ModeTree    = 0o040000
	ModeSymlink = 0o120000
	ModeGitlink = 0o160000
)

// IsTree reports whether the entry is a folder.
func (e Entry) IsTree() bool { return e.Mode == ModeTree }

// IsBlob reports whether the entry is content of this repository: a file or a symbolic link.
func (e Entry) IsBlob() bool { return e.Mode != ModeTree && e.Mode != ModeGitlink }

// EachEntry calls visit for each entry of a tree, in order.
func EachEntry(tree []byte, visit func(Entry)) error {
	for at := 0; at < len(tree); {
		e, next, err := entryIn(tree, at)
		if err != nil {
			return err
		}
		visit(e)
		at = next
	}
	return nil
}

var errTree = errors.New("tree is damaged")

// entryIn reads the entry at an offset of a tree, and returns where the next one begins.
func entryIn(tree []byte, at int) (e Entry, next int, err error) {
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
	if next = end + 1 + len(e.ID); end <= name || next > len(tree) {
		return e, 0, errTree
	}
	e.Name = tree[name:end]
	e.ID = OID(tree[end+1 : next])
	return e, next, nil
}
