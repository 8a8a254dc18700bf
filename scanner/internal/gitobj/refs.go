package gitobj

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ref is a name that keeps an object: a ref, a detached HEAD, or an entry of a reflog.
type Ref struct {
	Name   string // refs/heads/main, HEAD, worktrees/x/HEAD, stash@{1}
	Target OID
}

const (
	maxRefs    = 1_000_000
	maxRefFile = 1 << 10
)

// Refs returns every ref that names an object, by name, and the HEADs that are detached. Symbolic refs are left
// out: what they name is there under its own name.
func (r *Repo) Refs() ([]Ref, []Loss) {
	c := refCollector{seen: map[string]bool{}}
	c.head("HEAD", filepath.Join(r.GitDir, "HEAD"))
	for _, name := range subdirs(filepath.Join(r.Common, "worktrees")) {
		c.head("worktrees/"+name+"/HEAD", filepath.Join(r.Common, "worktrees", name, "HEAD"))
	}
	c.loose(r.Common)
	if r.GitDir != r.Common {
		c.head("main-worktree/HEAD", filepath.Join(r.Common, "HEAD"))
		c.loose(r.GitDir)
	}
	c.packed(filepath.Join(r.Common, "packed-refs"))
	slices.SortFunc(c.refs, func(a, b Ref) int { return cmp.Compare(a.Name, b.Name) })
	return c.refs, c.losses
}

type refCollector struct {
	refs   []Ref
	seen   map[string]bool
	losses []Loss
}

func (c *refCollector) add(name string, target OID) {
	if !c.seen[name] && len(c.refs) < maxRefs {
		c.seen[name] = true
		c.refs = append(c.refs, Ref{name, target})
	}
}

func (c *refCollector) head(name, path string) {
	if id, symbolic, err := readRef(path); err == nil && symbolic == "" {
		c.add(name, id)
	}
}

// loose reads the refs that are files below dir/refs.
func (c *refCollector) loose(dir string) {
	_ = filepath.WalkDir(filepath.Join(dir, "refs"), func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		name := filepath.ToSlash(rel)
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			c.losses = append(c.losses, Loss{What: name, Why: bare(err)})
			return nil
		case err != nil, !d.Type().IsRegular(), strings.HasSuffix(path, ".lock"):
			return nil
		}
		id, symbolic, err := readRef(path)
		switch {
		case err != nil:
			c.losses = append(c.losses, Loss{What: name, Why: err})
		case symbolic == "":
			c.add(name, id)
		default:
			c.seen[name] = true // it hides a packed ref of that name
		}
		return nil
	})
}

func (c *refCollector) packed(path string) {
	data, err := readFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.losses = append(c.losses, Loss{What: path, Why: bare(err)})
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' || line[0] == '^' {
			continue
		}
		hex, name, _ := strings.Cut(line, " ")
		id, ok := ParseOID(hex)
		if !ok || !strings.HasPrefix(name, "refs/") {
			c.losses = append(c.losses, Loss{What: path, Why: errors.New("a line of packed-refs is damaged")})
			continue
		}
		c.add(name, id)
	}
}

// readRef reads a ref's file: the object that it names, or the ref.
func readRef(path string) (id OID, symbolic string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return id, "", bare(err)
	}
	if info.Size() > maxRefFile {
		return id, "", errors.New("ref is damaged")
	}
	data, err := readFile(path)
	if err != nil {
		return id, "", bare(err)
	}
	text := strings.TrimSpace(string(data))
	if target, ok := strings.CutPrefix(text, "ref:"); ok {
		return id, strings.TrimSpace(target), nil
	}
	id, ok := ParseOID(text)
	if !ok {
		return id, "", errors.New("ref is damaged")
	}
	return id, "", nil
}

func subdirs(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// Reflogs returns every entry of every reflog, the latest of each first, named as git names it: HEAD@{0},
// main@{2}, stash@{1}.
func (r *Repo) Reflogs() []Ref {
	var out []Ref
	seen := map[string]bool{}
	roots := []struct{ prefix, dir string }{{"", r.GitDir}, {"main-worktree/", r.Common}}
	for _, name := range subdirs(filepath.Join(r.Common, "worktrees")) {
		roots = append(roots, struct{ prefix, dir string }{"worktrees/" + name + "/", filepath.Join(r.Common, "worktrees", name)})
	}
	for _, root := range roots {
		logs := filepath.Join(root.dir, "logs")
		_ = filepath.WalkDir(logs, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			rel, _ := filepath.Rel(logs, path)
			if name := loggedName(root.prefix, filepath.ToSlash(rel)); !seen[path] {
				seen[path] = true
				out = append(out, readReflog(name, path)...)
			}
			return nil
		})
	}
	return out
}

// loggedName is the name of a reflog. Those of refs are shared; the others are a worktree's own.
func loggedName(worktree, ref string) string {
	if strings.HasPrefix(ref, "refs/") {
		return shortRef(ref)
	}
	return worktree + ref
}

// shortRef is the name that git uses for a ref before @{n}.
func shortRef(name string) string {
	for _, prefix := range []string{"refs/heads/", "refs/remotes/"} {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			return short
		}
	}
	if name == "refs/stash" {
		return "stash"
	}
	return name
}

func readReflog(name, path string) []Ref {
	data, err := readFile(path)
	if err != nil {
		return nil
	}
	var out []Ref
	for line := range strings.Lines(string(data)) {
		fields := strings.SplitN(line, " ", 3)
		if len(fields) < 3 {
			continue
		}
		if id, ok := ParseOID(fields[1]); ok {
			out = append(out, Ref{Target: id})
		}
	}
	slices.Reverse(out)
	for i := range out {
		out[i].Name = fmt.Sprintf("%s@{%d}", name, i)
	}
	return out
}
