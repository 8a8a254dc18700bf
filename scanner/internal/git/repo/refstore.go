package repo

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/git/object"
	"github.com/akguard/akguard/scanner/internal/git/odb"
)

// Ref is a name for an object: a ref, a detached HEAD, or an entry of a reflog.
type Ref struct {
	Name   string // refs/heads/main, HEAD, worktrees/x/HEAD, stash@{1}
	Target object.ID
	// Stash says that it is an entry of the reflog of refs/stash: all stashes but the latest are nowhere else, so these
	// entries keep their commits as refs do. The name alone does not tell, because a branch may be called stash.
	Stash bool
}

// refStore is where a repository keeps its refs and reflogs: in files or in reftables.
type refStore interface {
	// refs collects every ref that names an object, and detached HEADs.
	refs(c *refCollector)
	// reflogs returns every entry of every reflog, the latest of each first.
	reflogs() ([]Ref, []odb.Unreadable)
	// ref reads one ref by its full name. It names an object or, if symbolic, another ref.
	ref(name string) (id object.ID, symbolic string, ok bool)
}

// Refs returns every ref that names an object, sorted by name, and the detached HEADs. Symbolic refs are left out,
// because the ref that they point to is in the list.
func (r *Repository) Refs() ([]Ref, []odb.Unreadable) {
	c := refCollector{format: r.format, seen: map[string]bool{}}
	r.store.refs(&c)
	if c.dropped > 0 {
		c.report("refs", reason.NewError("git.too-many-refs", len(c.refs)+c.dropped))
	}
	slices.SortFunc(c.refs, func(a, b Ref) int { return cmp.Compare(a.Name, b.Name) })
	return c.refs, c.unreadable
}

// Reflogs returns every entry of every reflog, the latest of each first, with git's names for them: HEAD@{0}, main@{2},
// stash@{1}.
func (r *Repository) Reflogs() ([]Ref, []odb.Unreadable) { return r.store.reflogs() }

// refCollector collects refs. The first of a name counts.
type refCollector struct {
	format     object.Format
	refs       []Ref
	seen       map[string]bool
	unreadable []odb.Unreadable
	dropped    int // refs past the limit
}

const maxRefs = 1_000_000

func (c *refCollector) add(name string, target object.ID) {
	switch {
	case c.seen[name]:
	case len(c.refs) >= maxRefs:
		c.dropped++
	default:
		c.seen[name] = true
		c.refs = append(c.refs, Ref{Name: name, Target: target})
	}
}

func (c *refCollector) report(what string, err error) {
	c.unreadable = append(c.unreadable, odb.Unreadable{What: what, Err: err})
}

// root is a folder with refs of its own, and what git writes before their names.
type root struct{ prefix, dir string }

// roots are the folder of this working tree, that of the main one if it is another, and those of linked ones.
func (r *Repository) roots() []root {
	out := []root{{"", r.GitDir}}
	if r.GitDir != r.Common {
		out = append(out, root{"main-worktree/", r.Common})
	}
	for _, name := range subdirs(filepath.Join(r.Common, "worktrees")) {
		out = append(out, root{"worktrees/" + name + "/", filepath.Join(r.Common, "worktrees", name)})
	}
	return out
}

// shared reports whether linked worktrees share a ref: HEAD and other names outside refs/ belong to one, and so do those
// of git bisect and git rebase.
func shared(ref string) bool {
	for _, own := range []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"} {
		if strings.HasPrefix(ref, own) {
			return false
		}
	}
	return strings.HasPrefix(ref, "refs/")
}
