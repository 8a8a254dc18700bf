package object

import (
	"bytes"
	"iter"
	"strconv"
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
	c, err := ParseLinks(f, content)
	for key, value := range headers(content) {
		if string(key) == "author" {
			c.Author = parseSignature(value)
		}
	}
	return c, err
}

// ParseLinks reads the headers of a commit without its author.
func ParseLinks(f Format, content []byte) (CommitInfo, error) {
	var c CommitInfo
	hasTree := false
	for key, value := range headers(content) {
		switch string(key) {
		case "tree":
			if !hasTree { // git takes the first
				c.Tree, hasTree = f.parseID(value)
			}
		case "parent":
			if id, ok := f.parseID(value); ok {
				c.Parents = append(c.Parents, id)
			}
		case "committer":
			_, rest := cutPerson(value)
			c.Time = parseTime(rest).Unix()
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
		switch string(key) {
		case "object":
			t.Target, ok = f.parseID(value)
		case "type":
			t.Type = ParseType(string(value))
		case "tag":
			t.Name = string(value)
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
func headers(content []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for len(content) > 0 && content[0] != '\n' {
			line, rest, _ := bytes.Cut(content, []byte{'\n'})
			content = rest
			key, value, found := bytes.Cut(line, []byte{' '})
			if found && len(key) > 0 && !yield(key, value) {
				return
			}
		}
	}
}

// parseSignature reads "Name <email> seconds zone". Parts that it cannot parse stay zero.
func parseSignature(s []byte) Signature {
	person, rest := cutPerson(s)
	if person == nil {
		return Signature{Name: string(bytes.TrimSpace(s))}
	}
	name, email, _ := bytes.Cut(person, []byte{'<'})
	return Signature{Name: string(bytes.TrimSpace(name)), Email: string(bytes.TrimSpace(email)), When: parseTime(rest)}
}

// cutPerson cuts a signature into "Name <email" and what follows. Without an email, person is nil.
func cutPerson(s []byte) (person, rest []byte) {
	open, end := bytes.IndexByte(s, '<'), bytes.LastIndexByte(s, '>')
	if open < 0 || end < open {
		return nil, nil
	}
	return s[:end], s[end+1:]
}

// parseTime reads "seconds zone". Times past the year 9999 are dropped, because RFC 3339 cannot write them.
func parseTime(s []byte) time.Time {
	for field := range bytes.FieldsSeq(s) { // only the first one matters
		seconds, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil || seconds < 0 || seconds >= 1<<37 {
			break
		}
		return time.Unix(seconds, 0).UTC()
	}
	return time.Time{}
}
