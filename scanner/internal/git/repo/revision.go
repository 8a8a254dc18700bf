package repo

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// ErrUnknownRevision is the error for a revision that names nothing.
var ErrUnknownRevision = reason.NewError("git.unknown-revision")

// maxIndirection caps chains of symbolic refs and of tags that point to tags.
const maxIndirection = 10

// Resolve returns the commit that a revision names: HEAD, a ref by any of its short names, an object ID or a unique
// prefix of one. It may be followed by @{N} or @{upstream}, and then by any number of ~N, ^N, ^{commit} and ^{}; see
// gitrevisions(7). Forms that search by date or by text are not supported.
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
	if id, ok := r.format.ParseID(name); ok {
		return id, nil
	}
	if base, at, ok := strings.Cut(name, "@{"); ok {
		return r.resolveAt(base, strings.TrimSuffix(at, "}"))
	}
	if _, id, ok := r.fullName(name); ok {
		return id, nil
	}
	return r.abbreviated(name)
}

// fullName finds the ref that a short name means.
func (r *Repository) fullName(name string) (full string, target object.ID, ok bool) {
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		full = fmt.Sprintf(pattern, name)
		if id, ok := r.ref(full, 0); ok {
			return full, id, true
		}
	}
	return "", object.ID{}, false
}

// ref reads one ref by its full name and follows symbolic refs.
func (r *Repository) ref(name string, depth int) (object.ID, bool) {
	if depth > maxIndirection || !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, "..") { // as in git, no ref has two dots
		return object.ID{}, false
	}
	id, symbolic, ok := r.store.ref(name)
	if ok && symbolic != "" {
		return r.ref(symbolic, depth+1)
	}
	return id, ok
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
		tag, err := object.ParseTag(r.format, o.Content)
		if err != nil {
			return object.ID{}, nil, err
		}
		tags = append(tags, id)
		id = tag.Target
	}
	return object.ID{}, nil, reason.NewError("git.tag-depth")
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
	return object.ParseCommit(r.format, o.Content)
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
