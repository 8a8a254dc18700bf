package index

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/fileio"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// link is what a split index says about the shared index that it builds on.
type link struct {
	shared object.ID // hash of the shared index, which is in its name
	data   []byte    // two bitmaps: of its deleted and of its replaced entries; may be empty
}

func parseLink(data []byte, f object.Format) (*link, error) {
	if len(data) < f.Size() {
		return nil, errDamaged
	}
	return &link{shared: f.ID(data), data: data[f.Size():]}, nil
}

// join adds to a split index the entries of its shared index, which is a file of a git directory.
func (x *Index) join(gitDir string) error {
	if x.link == nil || x.link.shared.IsZero() {
		return nil
	}
	name := filepath.Join(gitDir, "sharedindex."+x.link.shared.String())
	shared, err := readShared(name, x.link.shared, x.format)
	if err != nil {
		return reason.NewError("git.shared-index", name, fileio.WithoutPath(err))
	}
	return x.merge(shared)
}

// readShared reads a shared index. Its hash must be right: one that has changed has other entries at the positions that the
// split index replaces.
func readShared(name string, id object.ID, f object.Format) (*Index, error) {
	data, err := fileio.ReadFile(name)
	if err != nil {
		return nil, err
	}
	shared, err := parse(data, f)
	if err != nil {
		return nil, err
	}
	body, h := len(data)-f.Size(), f.New()
	_, _ = h.Write(data[:body]) // never fails
	if shared.link != nil || f.ID(data[body:]) != id || f.ID(h.Sum(nil)) != id {
		return nil, errDamaged
	}
	return shared, checkNames(shared.Entries)
}

// merge replaces and deletes entries of the shared index, and adds the others. As in git, entries that replace others come
// first in the split index, in their order and without a path.
func (x *Index) merge(shared *Index) error {
	deleted, replaced, err := x.link.bitmaps(len(shared.Entries))
	if err != nil {
		return err
	}
	if len(replaced) > len(x.Entries) {
		return errDamaged
	}
	for i, at := range replaced {
		e := x.Entries[i]
		if e.Path != "" {
			return errDamaged
		}
		e.Path = shared.Entries[at].Path
		shared.Entries[at] = e
	}
	added := x.Entries[len(replaced):]
	if err := checkNames(added); err != nil {
		return err
	}
	x.Entries = combine(without(shared.Entries, deleted), added)
	return nil
}

// bitmaps returns the positions of the entries that are deleted and of those that are replaced.
func (l *link) bitmaps(entries int) (deleted, replaced []int, err error) {
	if len(l.data) == 0 {
		return nil, nil, nil
	}
	deleted, rest, err := parseEWAH(l.data, entries)
	if err != nil {
		return nil, nil, err
	}
	replaced, rest, err = parseEWAH(rest, entries)
	if err == nil && len(rest) > 0 {
		err = errDamaged
	}
	return deleted, replaced, err
}

// checkNames checks that all entries have a path.
func checkNames(entries []Entry) error {
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Path == "" }) {
		return errDamaged
	}
	return nil
}

func without(entries []Entry, deleted []int) []Entry {
	out := make([]Entry, 0, max(0, len(entries)-len(deleted)))
	for i, e := range entries {
		if len(deleted) > 0 && deleted[0] == i {
			deleted = deleted[1:]
			continue
		}
		out = append(out, e)
	}
	return out
}

// combine adds entries to others, both sorted by path and stage. An entry replaces one with the same path and stage; one
// without a conflict also replaces the sides of a conflict.
func combine(entries, added []Entry) []Entry {
	resolved := map[string]bool{}
	for _, e := range added {
		if e.Stage == 0 {
			resolved[e.Path] = true
		}
	}
	out := make([]Entry, 0, len(entries)+len(added))
	for _, e := range entries {
		if !resolved[e.Path] {
			out = append(out, e)
		}
	}
	out = append(out, added...)
	slices.SortStableFunc(out, compare)
	return lastOfEach(out)
}

func compare(a, b Entry) int {
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return int(a.Stage) - int(b.Stage)
}

// lastOfEach keeps the last of the entries with the same path and stage.
func lastOfEach(entries []Entry) []Entry {
	out := entries[:0]
	for _, e := range entries {
		if n := len(out); n > 0 && compare(out[n-1], e) == 0 {
			out = out[:n-1]
		}
		out = append(out, e)
	}
	return out
}
