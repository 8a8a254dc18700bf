package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
)

// aliyuncs is what the hosts of Alibaba Cloud end with.
const aliyuncs = "aliyuncs.com"

// maxHost is how long a host may be, in bytes.
const maxHost = 120

// hostOf returns where the host begins that has one of the parts in it, and ends at an offset.
func hostOf(content []byte, end int, parts ...string) (start int, ok bool) {
	start = end
	for start > 0 && end-start < maxHost && shape.IsNameByte(content[start-1]) && content[start-1] != '_' {
		start--
	}
	return start, shape.Contains(content[start:end], parts...)
}

// maxLines is how many lines a password may be away from its host.
const maxLines = 12

// beside finds the password that belongs to the host content[start:end]: in its line, in the block of lines after it, or in the
// block before it.
func beside(content []byte, start, end int, words []string) (rules.Match, bool) {
	from, to := line(content, start)
	if m, ok := inRange(content, end, to, words); ok {
		return m, true
	}
	if m, ok := inRange(content, from, start, words); ok {
		return m, true
	}
	key := keyBefore(content, from, start)
	for at, n := nextLine(content, to), 0; n < maxLines && at < len(content) && at-end < nearby; n++ {
		next := lineEnd(content, at)
		if endsBlock(content[at:next]) {
			break
		}
		if v, ok := nextNamed(content, at, next, words); ok && related(key, content[v.nameStart:v.nameEnd], false) {
			if m, ok := v.chosen(content); ok {
				return m, true
			}
		}
		if opensBlock(content[at:next]) {
			break
		}
		at = nextLine(content, next)
	}
	return before(content, start, from, key, words)
}

// before finds the password in the lines before a host.
func before(content []byte, start, from int, key []byte, words []string) (rules.Match, bool) {
	for n := 0; n < maxLines && start-from < nearby; n++ {
		begin, end, ok := lastLine(content, from)
		if from = begin; !ok || endsBlock(content[from:end]) {
			break
		}
		if v, ok := nextNamed(content, from, end, words); ok && related(key, content[v.nameStart:v.nameEnd], true) {
			if m, ok := v.chosen(content); ok {
				return m, true
			}
		}
	}
	return rules.Match{}, false
}

// inRange finds a password in a part of a line.
func inRange(content []byte, from, to int, words []string) (rules.Match, bool) {
	for from < to {
		v, ok := nextNamed(content, from, to, words)
		if !ok {
			break
		}
		if m, ok := v.chosen(content); ok {
			return m, true
		}
		from = v.nameEnd
	}
	return rules.Match{}, false
}

// endsBlock reports whether a line ends what belongs together: it is blank, closes a block, begins a section, or has another
// host.
func endsBlock(line []byte) bool {
	trimmed := bytes.TrimSpace(line)
	if len(trimmed) == 0 || trimmed[0] == '}' || trimmed[0] == '[' && trimmed[len(trimmed)-1] == ']' {
		return true
	}
	return shape.Contains(trimmed, "://", "jdbc:", aliyuncs) || hostKey(trimmed)
}

// hostKey reports whether a line gives a host a value.
func hostKey(line []byte) bool {
	key := line
	if i := bytes.IndexAny(line, "=:"); i >= 0 {
		key = bytes.TrimRight(line[:i], " \t\"'")
	}
	lower := bytes.ToLower(key)
	return len(key) < len(line) && bytes.HasSuffix(lower, []byte("host"))
}

// opensBlock reports whether a block of another name begins behind a line.
func opensBlock(line []byte) bool {
	trimmed := bytes.TrimSpace(line)
	return len(trimmed) > 0 && bytes.HasSuffix(trimmed, []byte("},"))
}

// keyBefore returns the name that has the value at an offset, or the address with it; empty if it has none.
func keyBefore(content []byte, from, at int) []byte {
	value := from + bytes.LastIndexAny(content[from:at], "=\"' \t") + 1
	end := from + len(bytes.TrimRight(content[from:value], " \t\"'=:>"))
	start := end
	for start > from && shape.IsNameByte(content[start-1]) {
		start--
	}
	return content[start:end]
}

// related reports whether two names may belong together: the groups that they are in, as in spring.datasource.url, are one, or
// one holds the other. Names with underscores have to agree only in their first word, and only if strictly is true.
func related(key, name []byte, strictly bool) bool {
	if i, j := bytes.LastIndexByte(key, '.'), bytes.LastIndexByte(name, '.'); i > 0 && j > 0 {
		return bytes.HasPrefix(key[:i], name[:j]) || bytes.HasPrefix(name[:j], key[:i])
	}
	if !strictly {
		return true
	}
	i, j := bytes.IndexAny(key, "_-"), bytes.IndexAny(name, "_-")
	return i <= 0 || j <= 0 || bytes.EqualFold(key[:i], name[:j])
}
