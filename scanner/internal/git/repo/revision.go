package repo

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// ErrUnknownRevision is the error for a revision that names nothing.
var ErrUnknownRevision = reason.NewError("git.unknown-revision")

// errBeforeRoot is the error for the parent of a commit that has none.
var errBeforeRoot = reason.NewError("git.before-root", ErrUnknownRevision)

// maxIndirection caps chains of symbolic refs and of tags that point to tags.
const maxIndirection = 10

// Resolve returns the commit that a revision names: HEAD, a ref by any of its short names, an object ID or a unique
// prefix of one, each followed by any number of ~N and ^N.
func (r *Repository) Resolve(rev string) (object.ID, error) {
	id, _, err := r.resolve(rev)
	return id, err
}

// resolve also returns the annotated tags that lead to the commit, if the revision is the name of a tag.
func (r *Repository) resolve(rev string) (id object.ID, tags []object.ID, err error) {
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	if id, err = r.resolveName(name); err == nil {
		id, tags, err = r.peel(id)
	}
	if err == nil && steps != "" {
		tags = nil
		id, err = r.climb(id, steps)
	}
	if err != nil {
		return object.ID{}, nil, reason.NewError("git.revision", rev, err)
	}
	return id, tags, nil
}

func (r *Repository) resolveName(name string) (object.ID, error) {
	if name == "" || name == "@" {
		name = "HEAD"
	}
	if id, ok := object.ParseID(name); ok {
		return id, nil
	}
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		if id, ok := r.ref(fmt.Sprintf(pattern, name), 0); ok {
			return id, nil
		}
	}
	return r.abbreviated(name)
}

// ref reads one ref by its full name and follows symbolic refs.
func (r *Repository) ref(name string, depth int) (object.ID, bool) {
	if depth > maxIndirection || !filepath.IsLocal(filepath.FromSlash(name)) {
		return object.ID{}, false
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

func (r *Repository) packedRef(name string) (object.ID, bool) {
	c := refCollector{seen: map[string]bool{}}
	c.packed(filepath.Join(r.Common, "packed-refs"))
	for _, ref := range c.refs {
		if ref.Name == name {
			return ref.Target, true
		}
	}
	return object.ID{}, false
}

// peel follows annotated tags to a commit.
func (r *Repository) peel(id object.ID) (commit object.ID, tags []object.ID, err error) {
	for range maxIndirection {
		o, err := r.Objects.Read(id)
		switch {
		case err != nil:
			return object.ID{}, nil, err
		case o.Type == object.Commit:
			return id, tags, nil
		case o.Type != object.Tag:
			return object.ID{}, nil, reason.NewError("git.revision-type", o.Type.String(), ErrUnknownRevision)
		}
		tag, err := object.ParseTag(o.Content)
		if err != nil {
			return object.ID{}, nil, err
		}
		tags = append(tags, id)
		id = tag.Target
	}
	return object.ID{}, nil, reason.NewError("git.tag-depth")
}

// climb follows ~N and ^N.
func (r *Repository) climb(id object.ID, steps string) (object.ID, error) {
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
			return object.ID{}, reason.NewError("git.revision-suffix", ErrUnknownRevision)
		}
		if id, err = r.ancestor(id, op, n); err != nil {
			return object.ID{}, err
		}
	}
	return id, nil
}

func (r *Repository) ancestor(id object.ID, op byte, n int) (object.ID, error) {
	parent, times := 1, n
	if op == '^' {
		parent, times = n, min(n, 1)
	}
	for range times {
		c, err := r.Commit(id)
		switch {
		case err != nil:
			return object.ID{}, err
		case len(c.Parents) == 0 && parent == 1:
			return object.ID{}, errBeforeRoot
		case parent > len(c.Parents):
			return object.ID{}, reason.NewError("git.no-such-parent", id.String(), parent, ErrUnknownRevision)
		}
		id = c.Parents[parent-1]
	}
	return id, nil
}

// Commit reads the headers of a commit.
func (r *Repository) Commit(id object.ID) (object.CommitInfo, error) {
	o, err := r.Objects.Read(id)
	if err != nil {
		return object.CommitInfo{}, err
	}
	if o.Type != object.Commit {
		return object.CommitInfo{}, reason.NewError("git.wrong-type", id.String(), o.Type.String(), object.Commit.String())
	}
	return object.ParseCommit(o.Content)
}

// abbreviated returns the object whose ID begins with at least four hex digits. If several do, it returns the only
// commit among them, as git does.
func (r *Repository) abbreviated(prefix string) (object.ID, error) {
	found, ok := r.db.Abbreviated(prefix)
	switch {
	case !ok || len(found) == 0:
		return object.ID{}, ErrUnknownRevision
	case len(found) == 1:
		return found[0], nil
	}
	var commits []object.ID
	for _, id := range found {
		if o, err := r.Objects.Read(id); err == nil && o.Type == object.Commit {
			commits = append(commits, id)
		}
	}
	if len(commits) != 1 {
		return object.ID{}, reason.NewError("git.revision-ambiguous", ErrUnknownRevision)
	}
	return commits[0], nil
}
