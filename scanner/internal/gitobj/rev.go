package gitobj

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrUnknownRevision is the error for a revision that names nothing.
var ErrUnknownRevision = errors.New("unknown revision")

const maxSymbolic = 10

// Resolve returns the commit that a revision names: HEAD, a ref by any of its short names, an object name or a
// unique beginning of one, each with any number of ~N and ^N behind it.
func (r *Repo) Resolve(rev string) (OID, error) {
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	id, err := r.resolveName(name)
	if err != nil {
		return OID{}, fmt.Errorf("%q: %w", rev, err)
	}
	if id, err = r.peel(id); err != nil {
		return OID{}, fmt.Errorf("%q: %w", rev, err)
	}
	if id, err = r.climb(id, steps); err != nil {
		return OID{}, fmt.Errorf("%q: %w", rev, err)
	}
	return id, nil
}

func (r *Repo) resolveName(name string) (OID, error) {
	if name == "" || name == "@" {
		name = "HEAD"
	}
	if id, ok := ParseOID(name); ok {
		return id, nil
	}
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		if id, ok := r.ref(fmt.Sprintf(pattern, name), 0); ok {
			return id, nil
		}
	}
	return r.store.abbreviated(name)
}

// ref reads one ref by its full name, following symbolic ones.
func (r *Repo) ref(name string, depth int) (OID, bool) {
	if depth > maxSymbolic || !filepath.IsLocal(filepath.FromSlash(name)) {
		return OID{}, false
	}
	for _, dir := range []string{r.GitDir, r.Common} {
		id, symbolic, err := readRef(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			continue
		}
		if symbolic != "" {
			return r.ref(symbolic, depth+1)
		}
		return id, true
	}
	return r.packedRef(name)
}

func (r *Repo) packedRef(name string) (OID, bool) {
	var c refCollector
	c.seen = map[string]bool{}
	c.packed(filepath.Join(r.Common, "packed-refs"))
	for _, ref := range c.refs {
		if ref.Name == name {
			return ref.Target, true
		}
	}
	return OID{}, false
}

// peel follows annotated tags to the commit.
func (r *Repo) peel(id OID) (OID, error) {
	for range maxSymbolic {
		o, err := r.Objects.Read(id)
		switch {
		case err != nil:
			return OID{}, err
		case o.Type == Commit:
			return id, nil
		case o.Type != Tag:
			return OID{}, fmt.Errorf("%w: it is a %s and not a commit", ErrUnknownRevision, o.Type)
		}
		tag, err := ParseTag(o.Content)
		if err != nil {
			return OID{}, err
		}
		id = tag.Target
	}
	return OID{}, errors.New("tags are nested too deeply")
}

// climb follows ~N and ^N.
func (r *Repo) climb(id OID, steps string) (OID, error) {
	for steps != "" {
		op, digits := steps[0], strings.IndexAny(steps[1:], "~^")
		if digits < 0 {
			digits = len(steps) - 1
		}
		n, err := strconv.Atoi(steps[1 : 1+digits])
		if digits == 0 {
			n, err = 1, nil
		}
		steps = steps[1+digits:]
		if err != nil || n < 0 || n > 1_000_000 {
			return OID{}, fmt.Errorf("%w: only ~N and ^N are understood behind a name", ErrUnknownRevision)
		}
		if id, err = r.ancestor(id, op, n); err != nil {
			return OID{}, err
		}
	}
	return id, nil
}

func (r *Repo) ancestor(id OID, op byte, n int) (OID, error) {
	parent, times := 1, n
	if op == '^' {
		parent, times = n, min(n, 1)
	}
	for range times {
		c, err := r.Commit(id)
		if err != nil {
			return OID{}, err
		}
		if parent > len(c.Parents) {
			return OID{}, fmt.Errorf("%w: commit %s has no parent %d", ErrUnknownRevision, id, parent)
		}
		id = c.Parents[parent-1]
	}
	return id, nil
}

// Commit reads the headers of a commit.
func (r *Repo) Commit(id OID) (CommitInfo, error) {
	o, err := r.Objects.Read(id)
	if err != nil {
		return CommitInfo{}, err
	}
	if o.Type != Commit {
		return CommitInfo{}, fmt.Errorf("object %s is a %s and not a commit", id, o.Type)
	}
	return ParseCommit(o.Content)
}

// abbreviated finds the object whose name begins with at least four hex digits.
func (s *store) abbreviated(prefix string) (OID, error) {
	lower := strings.ToLower(prefix)
	if _, err := hex.DecodeString(lower + strings.Repeat("0", len(lower)%2)); err != nil || len(lower) < 4 || len(lower) > 40 {
		return OID{}, ErrUnknownRevision
	}
	found := map[OID]bool{}
	for _, p := range s.packs {
		for i := p.idx.from(lower); i < p.idx.n && strings.HasPrefix(p.idx.id(i).String(), lower); i++ {
			found[p.idx.id(i)] = true
		}
	}
	for _, dir := range s.dirs {
		ids, _ := looseIn(dir, lower[:2])
		for _, id := range ids {
			if strings.HasPrefix(id.String(), lower) {
				found[id] = true
			}
		}
	}
	return s.onlyCommit(found)
}

// onlyCommit picks the one object of several; where the names are ambiguous, the one commit, as git does.
func (s *store) onlyCommit(found map[OID]bool) (OID, error) {
	var all, commits []OID
	for id := range found {
		all = append(all, id)
		if len(found) > 1 {
			if o, err := s.Read(id); err == nil && o.Type == Commit {
				commits = append(commits, id)
			}
		}
	}
	switch {
	case len(all) == 1:
		return all[0], nil
	case len(commits) == 1:
		return commits[0], nil
	case len(all) > 1:
		return OID{}, fmt.Errorf("%w: it is ambiguous", ErrUnknownRevision)
	}
	return OID{}, ErrUnknownRevision
}
