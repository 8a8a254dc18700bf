package repo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
)

// errBeforeRoot is the error for the parent of a commit that has none.
var errBeforeRoot = reason.NewError("git.before-root", ErrUnknownRevision)

// errSuffix is the error for a suffix that is not supported.
var errSuffix = reason.NewError("git.revision-suffix", ErrUnknownRevision)

// resolveAt resolves NAME@{at}: an entry of a reflog, or the upstream of a branch. Without a name it is that of the
// current branch.
func (r *Repository) resolveAt(name, at string) (object.ID, error) {
	switch strings.ToLower(at) {
	case "u", "upstream":
		return r.upstream(name)
	}
	n, err := strconv.Atoi(at)
	if err != nil || n < 0 {
		return object.ID{}, errSuffix
	}
	full := r.current()
	if name == "HEAD" || full == "" && name == "" {
		full = "HEAD"
	} else if name != "" {
		var ok bool
		if full, _, ok = r.fullName(name); !ok {
			return object.ID{}, ErrUnknownRevision
		}
	}
	entry := fmt.Sprintf("%s@{%d}", shortName(full), n)
	reflogs, _ := r.store.reflogs()
	for _, ref := range reflogs {
		if ref.Name == entry {
			return ref.Target, nil
		}
	}
	return object.ID{}, reason.NewError("git.no-reflog-entry", ErrUnknownRevision)
}

// current returns the full name of the current branch; "" if HEAD is detached.
func (r *Repository) current() string {
	_, symbolic, _ := r.store.ref("HEAD")
	return symbolic
}

// upstream resolves the branch that a branch is configured to follow.
func (r *Repository) upstream(name string) (object.ID, error) {
	full := r.current()
	if name != "" && name != "HEAD" {
		full, _, _ = r.fullName(name)
	}
	branch, ok := strings.CutPrefix(full, "refs/heads/")
	if !ok {
		return object.ID{}, reason.NewError("git.no-upstream", ErrUnknownRevision)
	}
	remote, merge := r.config.Get("branch", branch, "remote"), r.config.Get("branch", branch, "merge")
	if remote != "." {
		merge = strings.Replace(merge, "refs/heads/", "refs/remotes/"+remote+"/", 1)
	}
	id, ok := r.ref(merge, 0)
	if remote == "" || !ok {
		return object.ID{}, reason.NewError("git.no-upstream", ErrUnknownRevision)
	}
	return id, nil
}

// climb follows ~N, ^N, ^{commit} and ^{} from a commit.
func (r *Repository) climb(id object.ID, steps string) (object.ID, error) {
	for steps != "" {
		if rest, ok := cutNoStep(steps); ok {
			steps = rest
			continue
		}
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
			return object.ID{}, errSuffix
		}
		if id, err = r.ancestor(id, op, n, steps == ""); err != nil {
			return object.ID{}, err
		}
	}
	return id, nil
}

// cutNoStep removes a suffix that leads from a commit to itself.
func cutNoStep(steps string) (rest string, ok bool) {
	for _, s := range []string{"^{commit}", "^{}", "^{object}"} {
		if rest, ok = strings.CutPrefix(steps, s); ok {
			return rest, true
		}
	}
	return steps, false
}

// ancestor follows one ~N or ^N. Only the parent of a root commit is errBeforeRoot, and only if that is the last step:
// anything that leads further is more likely a slip.
func (r *Repository) ancestor(id object.ID, op byte, n int, last bool) (object.ID, error) {
	parent, times := 1, n
	if op == '^' {
		parent, times = n, min(n, 1)
	}
	for i := range times {
		c, err := r.Commit(id)
		switch {
		case err != nil:
			return object.ID{}, err
		case len(c.Parents) == 0 && parent == 1 && last && i == times-1:
			return object.ID{}, errBeforeRoot
		case parent > len(c.Parents):
			return object.ID{}, reason.NewError("git.no-such-parent", id.String(), parent, ErrUnknownRevision)
		}
		id = c.Parents[parent-1]
	}
	return id, nil
}
