package object

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/akguard/akguard/rules/reason"
)

// Signature says who did something, and when.
type Signature struct {
	Name, Email string
	When        time.Time // UTC; zero if it could not be parsed
}

// CommitInfo holds the headers of a commit that attribution needs.
type CommitInfo struct {
	Tree    ID
	Parents []ID
	Author  Signature
	Time    int64 // committer time, Unix seconds
}

// SplitMessage separates the headers of a commit or tag from its message.
func SplitMessage(content []byte) (header, message []byte) {
	if i := bytes.Index(content, []byte("\n\n")); i >= 0 {
		return content[:i+2], content[i+2:]
	}
	return content, nil
}

// ParseCommit reads the headers of a commit.
func ParseCommit(f Format, content []byte) (CommitInfo, error) {
	var c CommitInfo
	hasTree := false
	for key, value := range headers(content) {
		switch key {
		case "tree":
			if !hasTree { // git takes the first
				c.Tree, hasTree = f.ParseID(value)
			}
		case "parent":
			if id, ok := f.ParseID(value); ok {
				c.Parents = append(c.Parents, id)
			}
		case "author":
			c.Author = parseSignature(value)
		case "committer":
			c.Time = parseSignature(value).When.Unix()
		}
	}
	if !hasTree {
		return c, reason.NewError("git.commit-without-tree")
	}
	return c, nil
}

// TagInfo is an annotated tag.
type TagInfo struct {
	Target ID
	Type   Type // of the target; 0 if unknown
	Name   string
	Tagger Signature
}

// ParseTag reads the headers of an annotated tag.
func ParseTag(f Format, content []byte) (TagInfo, error) {
	var t TagInfo
	ok := false
	for key, value := range headers(content) {
		switch key {
		case "object":
			t.Target, ok = f.ParseID(value)
		case "type":
			t.Type = ParseType(value)
		case "tag":
			t.Name = value
		case "tagger":
			t.Tagger = parseSignature(value)
		}
	}
	if !ok {
		return t, reason.NewError("git.tag-without-object")
	}
	return t, nil
}

// headers yields the header lines of a commit or tag, without continuation lines.
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

// parseSignature reads "Name <email> seconds zone". Parts that it cannot parse stay zero. Times past the year 9999 are
// dropped, because RFC 3339 cannot write them.
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
