// Package reftable reads the refs and reflogs of repositories that keep them in reftables (gitformat-reftable) instead of
// files: a stack of sorted tables, of which the newest that has a record of a name wins.
//
// Tables are read from beginning to end. Their indexes only speed up single lookups, and a forged index would hide refs,
// so that neither they nor the index of objects are used.
//
// A damaged table is reported, and what can be read of it is used. A stack is hostile input: its size on disk, what its
// names and its compressed logs expand to, and the number of its records are limited.
//
// Limits: versions 1 and 2 of the format. A table with IDs of another format than the repository's is damaged, as for git.
package reftable

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// Ref is a ref. It names an object or, if symbolic, another ref.
type Ref struct {
	Name     string
	Target   object.ID
	Symbolic string
}

// Entry is an entry of a reflog. Its Target is zero if the ref was deleted by it.
type Entry struct {
	Ref    string
	Number int // as in ref@{0}, which is the latest
	Target object.ID
}

// Report takes what cannot be read: a file and the reason. A file that does not exist is reported with fs.ErrNotExist.
type Report func(path string, err error)

// maxRecords is how many refs and how many entries of reflogs are read of a stack. The largest repositories known have
// fewer refs.
const maxRecords = 1_000_000

// Refs returns the refs in the stack of tables in a folder, sorted by name, symbolic ones and pseudorefs included.
func Refs(dir string, f object.Format, report Report) []Ref {
	s := open(dir, f, report)
	var out []Ref
	seen, dropped := map[string]bool{}, 0
	for _, t := range s.tables {
		s.walk(t, refBlock, func(rec *record) bool {
			switch {
			case seen[string(rec.key)]:
			case len(seen) >= maxRecords:
				dropped++
			default:
				name := string(rec.key)
				seen[name] = true // a deletion hides the ref in older tables too
				if rec.kind != deletion {
					out = append(out, Ref{name, rec.id, string(rec.symbolic)})
				}
			}
			return true
		})
	}
	if dropped > 0 {
		report(s.list, reason.NewError("git.too-many-refs", len(seen)+dropped))
	}
	slices.SortFunc(out, func(a, b Ref) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Find returns the ref with a name.
func Find(dir, name string, f object.Format) (ref Ref, ok bool) {
	s := open(dir, f, func(string, error) {}) // Refs reports it
	for _, t := range s.tables {
		found := false
		s.walk(t, refBlock, func(rec *record) bool {
			if found = string(rec.key) == name; found {
				ref, ok = Ref{name, rec.id, string(rec.symbolic)}, rec.kind != deletion
			}
			return !found
		})
		if found {
			break
		}
	}
	return ref, ok
}

// logEntry is a record of a reflog, or the deletion of one.
type logEntry struct {
	update  uint64 // the transaction; the records of a ref are in its order
	target  object.ID
	dropped bool
}

// Logs returns the entries of the reflogs in the stack of tables in a folder, sorted by ref, the latest first.
func Logs(dir string, f object.Format, report Report) []Entry {
	s := open(dir, f, report)
	logs, count := map[string]*[]logEntry{}, 0
	for _, t := range s.tables {
		s.walk(t, logBlock, func(rec *record) bool {
			if count++; count > maxRecords {
				return false
			}
			log := logs[string(rec.key)]
			if log == nil {
				log = new([]logEntry)
				logs[string(rec.key)] = log
			}
			*log = append(*log, logEntry{rec.update, rec.id, rec.kind == deletion || rec.marker})
			return true
		})
	}
	if count > maxRecords {
		report(s.list, reason.NewError("git.reftable-logs", maxRecords))
	}
	return number(logs)
}

// number merges what several tables say about each entry and numbers the entries.
func number(logs map[string]*[]logEntry) []Entry {
	var out []Entry
	for ref, log := range logs {
		// Newer tables came first, and the order is stable: of records of the same transaction, the newest wins.
		slices.SortStableFunc(*log, func(a, b logEntry) int { return cmp.Compare(b.update, a.update) })
		n := 0
		for i, e := range *log {
			if e.dropped || i > 0 && (*log)[i-1].update == e.update {
				continue
			}
			out = append(out, Entry{ref, n, e.target})
			n++
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Ref, b.Ref), a.Number-b.Number) })
	return out
}

// walk visits the records of a table and reports what cannot be read of it.
func (s *stack) walk(t *table, kind byte, visit func(*record) bool) {
	if err := t.walk(kind, visit); err != nil {
		s.report(t.path, err)
	}
}

// splitLogKey splits the key of a log record: the name, a zero byte, and the transaction, inverted so that the latest is
// sorted first.
func splitLogKey(key []byte) (name []byte, update uint64, ok bool) {
	at := len(key) - 9
	if at <= 0 || key[at] != 0 || bytes.IndexByte(key[:at], 0) >= 0 {
		return nil, 0, false
	}
	return key[:at], ^be64(key[at+1:]), true
}
